/**
 * Keeps a live store true: joins the hub, loads the whole state after each (re)connection, ages the store four times a second,
 * and loads again when a patient turns up whom it does not know. Everything it starts, stop() ends.
 */
import type { HubConnection } from '@microsoft/signalr';
import { HubConnectionBuilder, HubConnectionState, LogLevel } from '@microsoft/signalr';
import { browserTime } from './clock';
import { decodeHeartbeat, decodeStatusUpdated, decodeStorageChanged, decodeVitalsUpdated } from './messages';
import { LiveStore, SNAPSHOT_INTERVAL_MS } from './store';
import type { Dashboard, RecentTrace } from './types';

/** What the feed needs from the rest of the product. */
export interface FeedSources {
  dashboard(signal: AbortSignal): Promise<Dashboard>;
  recent(signal: AbortSignal): Promise<RecentTrace[]>;
  /** A token that is valid now. */
  token(): Promise<string>;
  /** Whether asking again is of no use (no such patient, not allowed). */
  isFinal(error: unknown): boolean;
  /** Query of the hub's address: `ward=…` or `patient=…`, or empty for everything. */
  scope: string;
}

const RETRY_MS = [500, 1000, 2000, 3000, 5000];
/** Beds change hands without a message of their own: the list is loaded again this often. */
const RELOAD_MS = 60_000;
/** A half-open connection is given up after this long without a word (the heart beats every 2 s). */
const SERVER_TIMEOUT_MS = 8_000;

export class LiveFeed {
  readonly store = new LiveStore(browserTime);

  private readonly sources: FeedSources;
  private readonly hub: HubConnection;
  private readonly abort = new AbortController();
  private readonly timers = new Set<ReturnType<typeof setTimeout>>();
  private ageing: ReturnType<typeof setInterval> | undefined;
  private reloading: ReturnType<typeof setInterval> | undefined;
  private reloadDue = false;
  private loads = 0;
  private problemNow: unknown = null;
  private readonly listeners = new Set<() => void>();

  constructor(sources: FeedSources) {
    this.sources = sources;
    this.hub = new HubConnectionBuilder()
      .withUrl(`/hubs/ward${sources.scope ? `?${sources.scope}` : ''}`, { accessTokenFactory: () => sources.token() })
      .withAutomaticReconnect({
        nextRetryDelayInMilliseconds: ({ previousRetryCount }) => retryDelay(previousRetryCount),
      })
      .withServerTimeout(SERVER_TIMEOUT_MS)
      // The page itself says when the connection is lost; the console stays for defects.
      .configureLogging(LogLevel.None)
      .build();
    this.hub.on('VitalsUpdated', (raw: unknown) => {
      const message = decodeVitalsUpdated(raw);
      if (message && !this.store.applyVitals(message)) this.reloadSoon();
    });
    this.hub.on('StatusUpdated', (raw: unknown) => {
      const message = decodeStatusUpdated(raw);
      if (message && !this.store.applyStatus(message)) this.reloadSoon();
    });
    this.hub.on('StorageChanged', (raw: unknown) => {
      const message = decodeStorageChanged(raw);
      if (message) this.store.applyStorage(message);
    });
    this.hub.on('Heartbeat', (raw: unknown) => {
      const at = decodeHeartbeat(raw);
      if (at !== null) this.store.heartbeat(at);
    });
    this.hub.onreconnected(() => this.load(0));
    this.hub.onclose(() => this.connect(1));
  }

  start(): void {
    this.ageing = setInterval(() => this.store.tick(), SNAPSHOT_INTERVAL_MS);
    this.reloading = setInterval(() => this.load(0), RELOAD_MS);
    // Browsers slow the timers of hidden pages down: age everything before the first look.
    document.addEventListener('visibilitychange', this.onVisible);
    this.connect(0);
    this.load(0);
  }

  stop(): void {
    this.abort.abort();
    clearInterval(this.ageing);
    clearInterval(this.reloading);
    for (const timer of this.timers) clearTimeout(timer);
    this.timers.clear();
    document.removeEventListener('visibilitychange', this.onVisible);
    this.listeners.clear();
    void this.hub.stop();
  }

  /** Why the last load failed; null if it did not. */
  problem = (): unknown => this.problemNow;

  subscribeProblem = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  private readonly onVisible = (): void => {
    if (document.visibilityState === 'visible') this.store.tick();
  };

  private connect(attempt: number): void {
    this.later(attempt === 0 ? 0 : retryDelay(attempt), async () => {
      if (this.hub.state !== HubConnectionState.Disconnected) return;
      try {
        await this.hub.start();
        // What happened between the first load and the hub's first message is in this one.
        if (attempt > 0) this.load(0);
      } catch {
        this.connect(attempt + 1);
      }
    });
  }

  private load(attempt: number, chain = ++this.loads): void {
    this.later(attempt === 0 ? 0 : retryDelay(attempt), async () => {
      // A newer load has begun: this one's retries would only double the requests.
      if (chain !== this.loads) return;
      try {
        const requested = this.store.now();
        const dashboard = await this.sources.dashboard(this.abort.signal);
        if (this.abort.signal.aborted) return;
        this.store.load(dashboard, requested);
        this.setProblem(null);
        this.store.fill(await this.sources.recent(this.abort.signal));
      } catch (error) {
        if (this.abort.signal.aborted) return;
        this.setProblem(error);
        if (this.sources.isFinal(error)) return;
        // While the hub is away its reconnection loads; without a first load only this retry does.
        if (!this.store.snapshot().ready || this.hub.state === HubConnectionState.Connected)
          this.load(attempt + 1, chain);
      }
    });
  }

  private reloadSoon(): void {
    if (this.reloadDue) return;
    this.reloadDue = true;
    this.later(2000, async () => {
      this.reloadDue = false;
      this.load(0);
    });
  }

  private later(delayMs: number, run: () => Promise<void>): void {
    if (this.abort.signal.aborted) return;
    const timer = setTimeout(() => {
      this.timers.delete(timer);
      if (!this.abort.signal.aborted) void run();
    }, delayMs);
    this.timers.add(timer);
  }

  private setProblem(problem: unknown): void {
    if (problem === this.problemNow) return;
    this.problemNow = problem;
    for (const listener of this.listeners) listener();
  }
}

/** Grows to five seconds, with some spread so that a ward of screens does not knock all at once. */
function retryDelay(attempt: number): number {
  const base = RETRY_MS[Math.min(attempt, RETRY_MS.length - 1)] ?? 5000;
  return base * (0.8 + 0.4 * Math.random());
}
