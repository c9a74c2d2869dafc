/**
 * Keeps a live store true: joins the hub, loads the whole state after each (re)connection, ages the store four times a second,
 * and loads again when a patient turns up whom it does not know. Everything it starts, stop() ends.
 */
import { decodeAlert, decodeAlertPath, decodeIncident, isStaffNotification } from './alertMessages';
import type { Alert, Incident } from './alertTypes';
import { browserTime, type Mark } from './clock';
import { patientNews } from './events';
import { Hub } from './hub';
import {
  decodeHeartbeat,
  decodeNotification,
  decodeStatusUpdated,
  decodeStorageChanged,
  decodeVitalsUpdated,
} from './messages';
import { LiveStore, SNAPSHOT_INTERVAL_MS } from './store';
import type { Dashboard, PatientNews, RecentTrace } from './types';

/** What the feed needs from the rest of the product. */
export interface FeedSources {
  dashboard(signal: AbortSignal): Promise<Dashboard>;
  recent(signal: AbortSignal): Promise<RecentTrace[]>;
  /** The open incidents in sight, and the alerts of the wards themselves; left out where nobody may see them. */
  care?(signal: AbortSignal): Promise<{ incidents: Incident[]; alerts: Alert[] }>;
  /** A token that is valid now. */
  token(): Promise<string>;
  /** The hub refused that token. Answers whether there is a fresh one. */
  refused(): Promise<boolean>;
  /** Whether asking again is of no use (no such patient, not allowed). */
  isFinal(error: unknown): boolean;
  /** Query of the hub's address: `ward=…` or `patient=…`, or empty for everything. */
  scope: string;
  /** Something about a patient has changed that is no measurement. */
  news?(news: PatientNews): void;
}

const RETRY_MS = [500, 1000, 2000, 3000, 5000];
/** Should a message be lost all the same: the list is loaded again this often. */
const RELOAD_MS = 60_000;
/** A bed has changed hands: soon, but a ward of screens must not ask in the same millisecond. */
const MOVED_MS = 250;

export class LiveFeed {
  readonly store = new LiveStore(browserTime);

  private readonly sources: FeedSources;
  private readonly hub: Hub;
  private readonly abort = new AbortController();
  private readonly timers = new Set<ReturnType<typeof setTimeout>>();
  private ageing: ReturnType<typeof setInterval> | undefined;
  private reloading: ReturnType<typeof setInterval> | undefined;
  private reloadDue = false;
  private loads = 0;
  /** Whether the traces have been filled once. */
  private filled = false;
  private problemNow: unknown = null;
  private readonly listeners = new Set<() => void>();

  constructor(sources: FeedSources) {
    this.sources = sources;
    const { store } = this;
    this.hub = new Hub({
      scope: sources.scope,
      token: () => sources.token(),
      refused: () => sources.refused(),
      // What happened between the first load and the hub's first word, or while it was away, is in this one; the traces of the first are.
      listening: (anew) => this.load(0, anew),
      on: {
        VitalsUpdated: (raw) => {
          const message = decodeVitalsUpdated(raw);
          if (message && !store.applyVitals(message)) this.reloadSoon(2000);
        },
        ...patientNews(
          (news) => {
            if (store.applyNews(news)) this.reloadSoon(news.kind === 'status' ? 2000 : MOVED_MS * (1 + Math.random()));
            sources.news?.(news);
          },
          (raw) => {
            const message = decodeStatusUpdated(raw);
            if (message && !store.applyStatus(message)) this.reloadSoon(2000);
          },
        ),
        StorageChanged: (raw) => {
          const message = decodeStorageChanged(raw);
          if (message) store.applyStorage(message);
        },
        AlertRaised: (raw) => this.alert(raw),
        AlertChanged: (raw) => this.alert(raw),
        IncidentChanged: (raw) => {
          const incident = decodeIncident(raw);
          if (incident) store.applyIncident(incident);
        },
        AlertPathChanged: (raw) => {
          const path = decodeAlertPath(raw);
          if (path) store.applyPath(path);
        },
        Notification: (raw) => {
          if (isStaffNotification(raw)) return;
          const message = decodeNotification(raw);
          if (message) store.applyNotice(message);
        },
        Heartbeat: (raw) => {
          const at = decodeHeartbeat(raw);
          if (at !== null) store.heartbeat(at);
        },
      },
    });
  }

  start(): void {
    this.ageing = setInterval(() => this.store.tick(), SNAPSHOT_INTERVAL_MS);
    this.reloading = setInterval(() => this.load(0), RELOAD_MS);
    // Browsers slow the timers of hidden pages down: age everything before the first look.
    document.addEventListener('visibilitychange', this.onVisible);
    this.hub.start();
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
    this.hub.stop();
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

  private load(attempt: number, traces = true, chain = ++this.loads): void {
    this.later(attempt === 0 ? 0 : retryDelay(attempt), async () => {
      // A newer load has begun: this one's retries would only double the requests.
      if (chain !== this.loads) return;
      try {
        const requested = this.store.now();
        const dashboard = await this.sources.dashboard(this.abort.signal);
        if (this.abort.signal.aborted) return;
        this.store.load(dashboard, requested);
        // Whether anything is wrong is for the newest load to say.
        if (chain === this.loads) this.setProblem(null);
        void this.care(requested);
        if (traces || !this.filled) this.store.fill(await this.sources.recent(this.abort.signal));
        this.filled = true;
      } catch (error) {
        if (this.abort.signal.aborted || chain !== this.loads) return;
        this.setProblem(error);
        if (this.sources.isFinal(error)) return;
        // While the hub is away its reconnection loads; without a first load only this retry does.
        if (!this.store.snapshot().ready || this.hub.isConnected) this.load(attempt + 1, traces, chain);
      }
    });
  }

  /** Who is on it comes beside the patients: where it cannot be had, what is wrong is shown all the same. */
  private async care(requested: Mark): Promise<void> {
    try {
      const found = await this.sources.care?.(this.abort.signal);
      if (found && !this.abort.signal.aborted) this.store.loadCare(found.incidents, found.alerts, requested);
    } catch {
      // The next load asks again; until then the strip says that the owner is not known.
    }
  }

  private alert(raw: unknown): void {
    const message = decodeAlert(raw);
    if (message && !this.store.applyAlert(message)) this.reloadSoon(2000);
  }

  /** Loads the whole state now: the reader has changed something. */
  refresh(): void {
    this.load(0);
  }

  private reloadSoon(delayMs: number): void {
    if (this.reloadDue) return;
    this.reloadDue = true;
    this.later(delayMs, async () => {
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
