/**
 * Who is signed in. The access token lives in this object and nowhere else; the refresh token is a cookie that no script can read.
 * It renews itself before the access token ends; a server that does not answer is no reason to sign anybody out.
 */
export interface SignedInUser {
  name: string;
  role: string;
}

export type SessionState =
  /** Trying the refresh cookie at the start. `away`: the server has not answered so far. */
  | { status: 'checking'; away: boolean }
  | { status: 'out'; reason: 'none' | 'ended' }
  | { status: 'in'; user: SignedInUser };

export type SignInResult =
  | { kind: 'done' }
  | { kind: 'wrong' }
  | { kind: 'code-required' }
  | { kind: 'too-many'; retryAfterSeconds: number | null }
  | { kind: 'away' }
  | { kind: 'failed'; detail: string };

/** There is nobody signed in (any more): the page shows the sign-in. */
export class SignedOut extends Error {}

const SECOND_FACTOR_REQUIRED = 'urn:wardwatch:second-factor-required';
/** The part of a token's life after which it is renewed. */
const RENEW_AT = 0.8;
const RETRY_MS = 3000;
/** The refresh cookie itself is not for scripts to see. */
const SIGNED_IN_HINT = 'wardwatch_signed_in=1';

interface Grant {
  token: string;
  expiresInSeconds: number;
  user: SignedInUser;
}

export class Session {
  private now: SessionState = { status: 'checking', away: false };
  private token: string | null = null;
  private expiresAt = 0;
  private renewing: Promise<void> | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private readonly listeners = new Set<() => void>();

  state = (): SessionState => this.now;

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /** Tries the refresh cookie, if the server left word that there is one; while the server is away, again every three seconds. */
  start(): void {
    if (this.now.status !== 'checking' || this.renewing) return;
    if (!document.cookie.split('; ').includes(SIGNED_IN_HINT)) {
      this.end('none');
      return;
    }
    this.renew().catch(() => undefined);
  }

  stop(): void {
    clearTimeout(this.timer);
  }

  async signIn(user: string, password: string, code: string | null): Promise<SignInResult> {
    let response: Response;
    try {
      response = await post('/api/auth/login', code ? { user, password, code } : { user, password });
    } catch {
      return { kind: 'away' };
    }
    if (response.ok) {
      const grant = decodeGrant(await response.json().catch(() => null));
      if (!grant) return { kind: 'failed', detail: '' };
      this.accept(grant);
      return { kind: 'done' };
    }
    const problem = await problemOf(response);
    if (problem.type === SECOND_FACTOR_REQUIRED) return { kind: 'code-required' };
    if (response.status === 401) return { kind: 'wrong' };
    if (response.status === 429) return { kind: 'too-many', retryAfterSeconds: retryAfter(response) };
    if (response.status >= 500) return { kind: 'away' };
    return { kind: 'failed', detail: problem.detail || problem.title };
  }

  async signOut(): Promise<void> {
    try {
      await post('/api/auth/logout', {}, this.token);
    } catch {
      // The cookie outlives a server that is away; its end is seven days at most.
    }
    this.end('none');
  }

  /** A token that is valid now, renewed first if it is about to end. Throws SignedOut. */
  async validToken(): Promise<string> {
    if (!this.token || Date.now() > this.expiresAt - 5000) await this.renew();
    if (!this.token) throw new SignedOut();
    return this.token;
  }

  /** After a 401: renews once for all who ask at the same time. Throws SignedOut if that is refused. */
  renew(): Promise<void> {
    this.renewing ??= this.renewNow().finally(() => {
      this.renewing = null;
    });
    return this.renewing;
  }

  private async renewNow(): Promise<void> {
    let response: Response;
    try {
      // The refresh token is good for one use: two tabs that renew at once must take turns.
      response = await inTurn(() => post('/api/auth/refresh', {}));
    } catch (error) {
      this.retryLater();
      throw error;
    }
    if (response.status >= 500 || response.status === 429) {
      this.retryLater();
      throw new Error(`refresh answered ${response.status}`);
    }
    const grant = response.status === 200 ? decodeGrant(await response.json().catch(() => null)) : null;
    if (!grant) {
      this.end(this.now.status === 'in' ? 'ended' : 'none');
      throw new SignedOut();
    }
    this.accept(grant);
  }

  private accept(grant: Grant): void {
    this.token = grant.token;
    this.expiresAt = Date.now() + grant.expiresInSeconds * 1000;
    this.schedule(grant.expiresInSeconds * 1000 * RENEW_AT);
    const before = this.now;
    if (before.status === 'in' && before.user.name === grant.user.name && before.user.role === grant.user.role) return;
    this.set({ status: 'in', user: grant.user });
  }

  private retryLater(): void {
    if (this.now.status === 'checking' && !this.now.away) this.set({ status: 'checking', away: true });
    this.schedule(RETRY_MS);
  }

  private schedule(delayMs: number): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      this.renew().catch(() => undefined);
    }, delayMs);
  }

  private end(reason: 'none' | 'ended'): void {
    clearTimeout(this.timer);
    this.token = null;
    this.set({ status: 'out', reason });
  }

  private set(state: SessionState): void {
    this.now = state;
    for (const listener of this.listeners) listener();
  }
}

function post(path: string, body: unknown, token: string | null = null): Promise<Response> {
  const headers: Record<string, string> = { 'content-type': 'application/json' };
  if (token) headers.authorization = `Bearer ${token}`;
  return fetch(path, { method: 'POST', headers, body: JSON.stringify(body), credentials: 'same-origin' });
}

async function inTurn(run: () => Promise<Response>): Promise<Response> {
  // Only secure origins have locks; a plain-text test installation has one tab's worth of risk instead.
  return navigator.locks ? await navigator.locks.request('wardwatch-refresh', run) : await run();
}

function decodeGrant(value: unknown): Grant | null {
  if (typeof value !== 'object' || value === null) return null;
  const f = value as Record<string, unknown>;
  if (typeof f.access_token !== 'string' || typeof f.expires_in !== 'number') return null;
  return {
    token: f.access_token,
    expiresInSeconds: f.expires_in,
    user: { name: typeof f.name === 'string' ? f.name : '', role: typeof f.role === 'string' ? f.role : '' },
  };
}

/** The ProblemDetails of an answer, as far as there is one. */
export async function problemOf(response: Response): Promise<{ type: string; title: string; detail: string }> {
  const body: unknown = await response.json().catch(() => null);
  const f = (typeof body === 'object' && body !== null ? body : {}) as Record<string, unknown>;
  const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');
  return { type: textOf(f.type), title: textOf(f.title), detail: textOf(f.detail) };
}

function retryAfter(response: Response): number | null {
  const seconds = Number(response.headers.get('retry-after'));
  return Number.isFinite(seconds) && seconds > 0 ? Math.ceil(seconds) : null;
}
