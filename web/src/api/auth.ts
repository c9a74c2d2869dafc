/** The single requests of /api/auth that a session is made of. */
import { fields, number, text, whole } from '../live/decode';
import { decodeMe, type SignedInUser } from './me';
import { type Problem, problemOf, retryAfter } from './problem';

export interface Grant {
  token: string;
  expiresInSeconds: number;
}

export type SignInResult =
  | { kind: 'done' }
  | { kind: 'wrong' }
  | { kind: 'code-required' }
  | { kind: 'too-many'; retryAfterSeconds: number | null }
  | { kind: 'away' }
  | { kind: 'failed'; detail: string };

export type UnlockResult =
  | { kind: 'done' }
  /** `attemptsLeft` null: the server does not say. */
  | { kind: 'wrong'; attemptsLeft: number | null }
  | { kind: 'too-many'; retryAfterSeconds: number | null }
  | { kind: 'ended' }
  | { kind: 'away' };

export function post(path: string, body: unknown, token: string | null = null): Promise<Response> {
  const headers: Record<string, string> = { 'content-type': 'application/json' };
  if (token) headers.authorization = `Bearer ${token}`;
  return fetch(path, { method: 'POST', headers, body: JSON.stringify(body), credentials: 'same-origin' });
}

const decodeGrant = whole((value): Grant => {
  const f = fields(value);
  return { token: text(f.access_token), expiresInSeconds: number(f.expires_in) };
});

export const grantOf = async (response: Response): Promise<Grant | null> =>
  decodeGrant(await response.json().catch(() => null));

/** By password and code, or by passkey: the answers are the same. */
export async function signInWith(path: string, body: unknown): Promise<{ result: SignInResult; grant: Grant | null }> {
  let response: Response;
  try {
    response = await post(path, body);
  } catch {
    return { result: { kind: 'away' }, grant: null };
  }
  if (!response.ok) return { result: refusedSignIn(response, await problemOf(response)), grant: null };
  const grant = await grantOf(response);
  return { result: grant ? { kind: 'done' } : { kind: 'failed', detail: '' }, grant };
}

function refusedSignIn(response: Response, problem: Problem): SignInResult {
  if (problem.type === 'second-factor-required') return { kind: 'code-required' };
  if (response.status === 401) return { kind: 'wrong' };
  if (response.status === 429) return { kind: 'too-many', retryAfterSeconds: retryAfter(response) };
  if (response.status >= 500) return { kind: 'away' };
  return { kind: 'failed', detail: problem.detail || problem.title };
}

/** `away`: no answer that says anything; `refused`: nobody is signed in with this token. */
export async function whoIs(token: string | null): Promise<SignedInUser | 'away' | 'refused'> {
  try {
    const headers: Record<string, string> = token ? { authorization: `Bearer ${token}` } : {};
    const response = await fetch('/api/auth/me', { headers, credentials: 'same-origin' });
    if (response.status === 401) return 'refused';
    return (response.ok ? decodeMe(await response.json().catch(() => null)) : null) ?? 'away';
  } catch {
    return 'away';
  }
}

export async function unlockWith(proof: unknown, token: string | null): Promise<UnlockResult> {
  let response: Response;
  try {
    response = await post('/api/auth/unlock', proof, token);
  } catch {
    return { kind: 'away' };
  }
  if (response.ok) return { kind: 'done' };
  const problem = await problemOf(response);
  if (problem.type === 'unlock-failed') return { kind: 'wrong', attemptsLeft: problem.attemptsLeft };
  if (response.status === 429) return { kind: 'too-many', retryAfterSeconds: retryAfter(response) };
  if (response.status === 401) return { kind: 'ended' };
  if (response.status === 400) return { kind: 'wrong', attemptsLeft: null };
  return { kind: 'away' };
}

/**
 * Answers whether the server knows that the session is locked (or has no such session any more). A token that ended while the
 * machine slept is renewed for this one request.
 */
export async function tellLock(token: string | null): Promise<boolean> {
  try {
    if (token) {
      const response = await post('/api/auth/lock', {}, token);
      if (response.ok) return true;
      if (response.status !== 401) return false;
      if ((await problemOf(response)).type === 'session-locked') return true;
    }
    const renewed = await post('/api/auth/refresh', {});
    if (renewed.status === 401) return true;
    const grant = renewed.ok ? await grantOf(renewed) : null;
    return grant !== null && (await post('/api/auth/lock', {}, grant.token)).ok;
  } catch {
    return false;
  }
}

/** What the browser's passkey dialog is opened with; null if the server gives none. Needs nobody signed in. */
export async function passkeyOptions(): Promise<unknown> {
  try {
    const response = await post('/api/auth/passkey/options', {});
    return response.ok ? await response.json() : null;
  } catch {
    return null;
  }
}
