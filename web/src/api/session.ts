/**
 * Who is signed in. The access token lives in this object and nowhere else; the refresh token is a cookie that no script can read.
 * It renews itself before the access token ends; a server that does not answer is no reason to sign anybody out. A locked session
 * covers the page first and tells the server and the other tabs then; what uncovers it is the server's word alone.
 */
import { same } from '../live/view';
import {
  type Grant,
  grantOf,
  post,
  type SignInResult,
  signInWith,
  tellLock,
  type UnlockResult,
  unlockWith,
  whoIs,
} from './auth';
import type { SignedInUser } from './me';
import { Locked, problemOf, SignedOut } from './problem';
import { type TabMessage, Tabs } from './tabs';

export type SessionState =
  /** Trying the refresh cookie at the start. `away`: the server has not answered so far. */
  | { status: 'checking'; away: boolean }
  | { status: 'out'; reason: 'none' | 'ended' }
  /** Signed in, but the second factor that is required has to be set up first. */
  | { status: 'enrol'; user: SignedInUser }
  /** `user` null: locked before this page was loaded, and the server does not say whose session it is. */
  | { status: 'locked'; user: SignedInUser | null }
  | { status: 'in'; user: SignedInUser };

/** The part of a token's life after which it is renewed. */
const RENEW_AT = 0.8;
const RETRY_MS = 3000;
/** The refresh cookie itself is not for scripts to see. */
const SIGNED_IN_HINT = 'wardwatch_signed_in=1';

export class Session {
  readonly tabs: Tabs;
  private now: SessionState = { status: 'checking', away: false };
  private token: string | null = null;
  private expiresAt = 0;
  /** Set while the page must stay covered, whatever a renewal that was under way may answer. */
  private covered = false;
  private renewing: Promise<void> | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private readonly listeners = new Set<() => void>();

  constructor(tabs = new Tabs()) {
    this.tabs = tabs;
    tabs.listen((message) => this.onTab(message));
  }

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
    this.tabs.stop();
  }

  signIn(user: string, password: string, code: string | null): Promise<SignInResult> {
    return this.enter('/api/auth/login', code ? { user, password, code } : { user, password });
  }

  /** With what the browser's passkey dialog brought. */
  signInWithPasskey(credential: unknown): Promise<SignInResult> {
    return this.enter('/api/auth/passkey/login', { credential });
  }

  private async enter(path: string, body: unknown): Promise<SignInResult> {
    const { result, grant } = await signInWith(path, body);
    if (!grant) return result;
    this.covered = false;
    this.hold(grant);
    await this.meet().catch(() => undefined);
    this.tabs.tell('signed-in');
    return result;
  }

  async signOut(): Promise<void> {
    try {
      await post('/api/auth/logout', {}, this.usable());
    } catch {
      // The cookie outlives a server that is away; its end is seven days at most.
    }
    this.leave();
  }

  /** What this session has become is known elsewhere: here it only ends. */
  leave(): void {
    this.tabs.tell('signed-out');
    this.end('none');
  }

  /** Covers the page at once, then tells the other tabs and the server. */
  lock(): void {
    if (this.now.status !== 'in') return;
    this.cover(this.now.user);
    this.tabs.tell('locked');
    this.tellServer();
  }

  /** The server has answered that this session is locked. */
  lockedByServer(): void {
    if (this.now.status === 'locked') return;
    const user = this.now.status === 'in' || this.now.status === 'enrol' ? this.now.user : null;
    this.cover(user);
    if (!user) void this.askWho();
  }

  /** The server has answered that a second factor has to be set up before anything else. */
  enrolmentDue(): void {
    if (this.now.status === 'in') this.set({ status: 'enrol', user: { ...this.now.user, mustEnrol: true } });
  }

  /** With a PIN, the password or a passkey. */
  async unlock(proof: { pin: string } | { password: string } | { credential: unknown }): Promise<UnlockResult> {
    const result = await unlockWith(proof, this.usable());
    if (result.kind === 'ended') {
      this.tabs.tell('signed-out');
      this.end('ended');
    }
    if (result.kind !== 'done') return result;
    this.covered = false;
    await this.renew().catch(() => undefined);
    this.tabs.tell('unlocked');
    return result;
  }

  /** Asks again who this is and what it may: after the person changed something about themself. */
  async refreshMe(): Promise<void> {
    await this.meet().catch(() => undefined);
  }

  /** A token that is valid now, renewed first if it is about to end. Throws SignedOut, or Locked. */
  async validToken(): Promise<string> {
    if (this.covered) throw new Locked();
    if (!this.token || Date.now() > this.expiresAt - 5000) await this.renew();
    if (this.covered) throw new Locked();
    if (!this.token) throw new SignedOut();
    return this.token;
  }

  /** After a 401: renews once for all who ask at the same time. Throws SignedOut if that is refused, Locked if that is why. */
  renew(): Promise<void> {
    this.renewing ??= this.renewNow().finally(() => {
      this.renewing = null;
    });
    return this.renewing;
  }

  /** The same, answering whether there is a fresh token. */
  renewed(): Promise<boolean> {
    return this.renew().then(
      () => !this.covered,
      () => false,
    );
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
    if (!response.ok && (await problemOf(response)).type === 'session-locked') {
      this.lockedByServer();
      throw new Locked();
    }
    const grant = response.ok ? await grantOf(response) : null;
    if (!grant) {
      this.end(this.now.status === 'checking' ? 'none' : 'ended');
      throw new SignedOut();
    }
    this.hold(grant);
    // Who it is may have changed, and what they may; the pages that stand need not wait for that.
    const met = this.meet();
    if (this.now.status === 'in') met.catch(() => undefined);
    else await met;
  }

  /** Asks the server who this is, and shows the pages that go with it. */
  private async meet(): Promise<void> {
    const token = this.token;
    const answer = await whoIs(token);
    if (this.token !== token || this.covered) return;
    if (answer === 'away') {
      if (this.now.status === 'in') return;
      this.retryLater();
      throw new Error('who this is cannot be asked now');
    }
    if (answer === 'refused') {
      if (this.now.status !== 'in') this.end('ended');
      throw new SignedOut();
    }
    if (answer.locked) this.cover(answer);
    else if (answer.mustEnrol) this.show({ status: 'enrol', user: answer });
    else this.show({ status: 'in', user: answer });
  }

  /** For the lock's own words; the lock stands whether or not this is answered. */
  private async askWho(): Promise<void> {
    const answer = await whoIs(this.usable());
    if (this.now.status === 'locked' && typeof answer === 'object') this.set({ status: 'locked', user: answer });
  }

  private onTab(message: TabMessage): void {
    const { status } = this.now;
    if (message === 'locked' && (status === 'in' || status === 'enrol')) this.cover(this.now.user);
    if (message === 'signed-out' && status !== 'out') this.end('none');
    if ((message === 'unlocked' && status === 'locked') || (message === 'signed-in' && status !== 'checking')) {
      // The cookie is what the other tab made of it: the server says who this is now, and whether they are locked.
      this.covered = false;
      this.token = null;
      this.renew().catch(() => undefined);
    }
  }

  private cover(user: SignedInUser | null): void {
    clearTimeout(this.timer);
    this.covered = true;
    this.set({ status: 'locked', user });
  }

  /** Until the server knows: a reload would otherwise open the pages again. */
  private tellServer(): void {
    void tellLock(this.usable()).then((told) => {
      if (told || !this.covered) return;
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.tellServer(), RETRY_MS);
    });
  }

  private usable(): string | null {
    return Date.now() < this.expiresAt ? this.token : null;
  }

  private hold(grant: Grant): void {
    this.token = grant.token;
    this.expiresAt = Date.now() + grant.expiresInSeconds * 1000;
    if (!this.covered) this.schedule(grant.expiresInSeconds * 1000 * RENEW_AT);
  }

  private retryLater(): void {
    if (this.covered) return;
    if (this.now.status !== 'in' && this.now.status !== 'enrol') this.show({ status: 'checking', away: true });
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
    this.covered = false;
    this.token = null;
    this.expiresAt = 0;
    this.set({ status: 'out', reason });
  }

  /** Nothing is told where nothing changed: the pages that stand keep what they have loaded. */
  private show(state: SessionState): void {
    if (!same(state, this.now)) this.set(state);
  }

  private set(state: SessionState): void {
    this.now = state;
    for (const listener of this.listeners) listener();
  }
}

async function inTurn(run: () => Promise<Response>): Promise<Response> {
  // Only secure origins have locks; a plain-text test installation has one tab's worth of risk instead.
  return navigator.locks ? await navigator.locks.request('wardwatch-refresh', run) : await run();
}
