import { ApiProblem, Locked, problemOf, SignedOut } from './problem';
import type { Session } from './session';

type Decode<T> = (value: unknown) => T | null;

/** Goes back with a change, so that nobody overwrites another's. Opaque. */
export type Version = string | number;

/** 401 that is about what was typed, not about the session. */
const ABOUT_THE_PASSWORD = ['sign-in-failed', 'unlock-failed'];

/** Requests with the session's token. A 401 renews it once; a lock or a second factor that is due is the session's business. */
export class Http {
  private readonly session: Session;

  constructor(session: Session) {
    this.session = session;
  }

  protected get<T>(path: string, decode: Decode<T>, signal?: AbortSignal): Promise<T> {
    return this.request('GET', path, undefined, decode, signal);
  }

  /** A `Blob` goes as it is, with its own type; anything else as JSON. `version`: what the change was decided on. */
  protected ask<T>(method: string, path: string, body: unknown, decode: Decode<T>, version?: Version): Promise<T> {
    return this.request(method, path, body, decode, undefined, version);
  }

  /** Where nothing of the answer is needed. */
  protected async tell(method: string, path: string, body?: unknown, version?: Version): Promise<void> {
    await this.request(method, path, body, null, undefined, version);
  }

  /** As `get`, where the question is in the body. `version`: what it is about. */
  protected look<T>(
    path: string,
    body: unknown,
    decode: Decode<T>,
    signal?: AbortSignal,
    version?: Version,
  ): Promise<T> {
    return this.request('POST', path, body, decode, signal, version);
  }

  private async request<T>(
    method: string,
    path: string,
    body: unknown,
    decode: Decode<T> | null,
    signal?: AbortSignal,
    version?: Version,
  ): Promise<T> {
    let response = await this.send(method, path, body, signal, version);
    for (let again = true; !response.ok; again = false) {
      const problem = await problemOf(response);
      const refused = response.status === 401 && !ABOUT_THE_PASSWORD.includes(problem.type);
      if (problem.type === 'session-locked') {
        this.session.lockedByServer();
        throw new Locked();
      }
      if (problem.type === 'second-factor-enrolment-required') this.session.enrolmentDue();
      if (!refused) throw new ApiProblem(response.status, problem.type, problem.detail || problem.title, problem.more);
      if (!again) throw new SignedOut();
      await this.session.renew();
      response = await this.send(method, path, body, signal, version);
    }
    if (decode === null) return undefined as T;
    const answer: unknown = await response.json().catch(() => null);
    // Nobody waits for it any more: an answer that was cut off is not one that cannot be believed.
    signal?.throwIfAborted();
    const decoded = decode(answer);
    if (decoded === null) throw new ApiProblem(-1, '', 'The answer could not be read.');
    return decoded;
  }

  private async send(
    method: string,
    path: string,
    body: unknown,
    signal?: AbortSignal,
    version?: Version,
  ): Promise<Response> {
    const token = await this.session.validToken();
    const headers: Record<string, string> = { authorization: `Bearer ${token}` };
    const raw = body instanceof Blob;
    if (body !== undefined) headers['content-type'] = raw ? body.type : 'application/json';
    if (version !== undefined) headers['if-match'] = `"${version}"`;
    try {
      return await fetch(path, {
        method,
        headers,
        body: body === undefined ? null : raw ? body : JSON.stringify(body),
        signal: signal ?? null,
      });
    } catch (error) {
      if (signal?.aborted) throw error;
      throw new ApiProblem(0, '', 'The server does not answer.');
    }
  }
}

export function withQuery(path: string, query: Record<string, string | null | undefined>): string {
  const given = Object.entries(query).filter((pair): pair is [string, string] => Boolean(pair[1]));
  return given.length === 0 ? path : `${path}?${new URLSearchParams(given)}`;
}

export const part = encodeURIComponent;
