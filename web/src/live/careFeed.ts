/**
 * Keeps a CareStore true on every page: joins the hub for alerts alone, loads everything at its first word and once a minute, and says
 * that what was sent has come. Everything it starts, stop() ends.
 */
import {
  decodeAlert,
  decodeAlertPath,
  decodeIncident,
  decodeSoundPause,
  decodeStaffNotification,
  isStaffNotification,
} from './alertMessages';
import type { Alert, AlertPath, Incident, SoundPause, StaffNotification } from './alertTypes';
import { CareStore } from './careStore';
import { browserTime } from './clock';
import { Hub } from './hub';
import { decodeHeartbeat } from './messages';
import { LINK_LOST_SECONDS } from './store';

export interface CareSources {
  /** Everything that stands and is open, for this person. */
  care(signal: AbortSignal): Promise<{ alerts: Alert[]; incidents: Incident[] }>;
  notifications(signal: AbortSignal): Promise<StaffNotification[]>;
  pauses(signal: AbortSignal): Promise<SoundPause[]>;
  paths(signal: AbortSignal): Promise<AlertPath[]>;
  /** A notification has come to this screen. */
  delivered(id: string): Promise<void>;
  /** A test alert has come to this screen. */
  tested(id: string): Promise<void>;
  /** Whether this screen takes part in the tests of the alert path. */
  tests: boolean;
  token(): Promise<string>;
  refused(): Promise<boolean>;
  /** Whether this person may join the hub; who may not is told by asking again and again. */
  live: boolean;
}

const RELOAD_MS = 60_000;
const POLL_MS = 10_000;
/** A colleague's pause is told by the hub; should it not be, it is seen after this long. */
const PAUSES_MS = 15_000;
/** Only alerts, incidents and notifications: no measurements. */
const SCOPE = 'only=alerts';
const SCOPE_WITH_TESTS = `${SCOPE}&tests=true`;
/** What a test of the alert path is sent as. */
const TEST_KIND = 'canary';

export class CareFeed {
  readonly store = new CareStore(browserTime);

  private readonly sources: CareSources;
  private readonly hub: Hub | null;
  private readonly abort = new AbortController();
  private readonly timers: ReturnType<typeof setInterval>[] = [];
  private silence: ReturnType<typeof setTimeout> | undefined;
  private readonly answered = new Set<string>();

  constructor(sources: CareSources) {
    this.sources = sources;
    const { store } = this;
    if (!sources.live) {
      this.hub = null;
      return;
    }
    this.hub = new Hub({
      scope: sources.tests ? SCOPE_WITH_TESTS : SCOPE,
      token: () => sources.token(),
      refused: () => sources.refused(),
      listening: () => this.refresh(),
      on: {
        AlertRaised: (raw) => this.alert(raw),
        AlertChanged: (raw) => this.alert(raw),
        IncidentChanged: (raw) => {
          const incident = decodeIncident(raw);
          if (incident) store.applyIncident(incident);
        },
        Notification: (raw) => {
          const sent = isStaffNotification(raw) ? decodeStaffNotification(raw) : null;
          if (!sent) return;
          if (sent.kind === TEST_KIND) {
            if (sources.tests) this.test(sent.id);
            return;
          }
          store.applyNotification(sent);
          this.receive([sent]);
        },
        AlertPathChanged: (raw) => {
          const path = decodeAlertPath(raw);
          if (path) store.applyPath(path);
        },
        SoundChanged: (raw) => {
          const pause = decodeSoundPause(raw);
          if (pause) store.applyPause(pause);
        },
        Heartbeat: (raw) => {
          const at = decodeHeartbeat(raw);
          if (at !== null) store.clock.observe(at);
          this.heard();
          store.beat();
        },
      },
    });
  }

  start(): void {
    this.hub?.start();
    if (this.hub) this.heard();
    else this.refresh();
    this.timers.push(setInterval(() => this.refresh(), this.hub ? RELOAD_MS : POLL_MS));
    this.timers.push(setInterval(() => void this.pauses(), PAUSES_MS));
  }

  stop(): void {
    this.abort.abort();
    clearTimeout(this.silence);
    for (const timer of this.timers) clearInterval(timer);
    this.hub?.stop();
  }

  /** Loads everything now: somebody here has changed something. */
  refresh(): void {
    void this.care();
    void this.notifications();
    void this.pauses();
    void this.paths();
  }

  private alert(raw: unknown): void {
    const alert = decodeAlert(raw);
    if (alert) this.store.applyAlert(alert);
  }

  private care(): Promise<void> {
    const asked = this.store.now();
    return this.quietly(async (signal) => {
      const { alerts, incidents } = await this.sources.care(signal);
      if (signal.aborted) return;
      this.store.load(alerts, incidents, asked);
      if (!this.hub) this.store.setLost(false);
    });
  }

  private notifications(): Promise<void> {
    return this.quietly(async (signal) => {
      const sent = await this.sources.notifications(signal);
      if (signal.aborted) return;
      this.store.loadNotifications(sent);
      this.receive(sent);
    });
  }

  private pauses(): Promise<void> {
    return this.quietly(async (signal) => {
      const pauses = await this.sources.pauses(signal);
      if (!signal.aborted) this.store.setPauses(pauses);
    });
  }

  private paths(): Promise<void> {
    return this.quietly(async (signal) => {
      const paths = await this.sources.paths(signal);
      if (!signal.aborted) this.store.setPaths(paths);
    });
  }

  /** A receipt that is lost is no matter: the next test comes soon. */
  private test(id: string): void {
    this.store.applyTest();
    void this.sources.tested(id).catch(() => undefined);
  }

  /** Sent is not received: what has come to this screen is said to have come, once. */
  private receive(sent: readonly StaffNotification[]): void {
    for (const { id, stage } of sent) {
      if ((stage !== 'queued' && stage !== 'sent') || this.answered.has(id)) continue;
      this.answered.add(id);
      void this.sources.delivered(id).catch(() => this.answered.delete(id));
    }
  }

  /** What cannot be had now is asked for again by the next load; that the server is silent, the missing heartbeat tells. */
  private async quietly(run: (signal: AbortSignal) => Promise<void>): Promise<void> {
    try {
      await run(this.abort.signal);
    } catch {
      if (!this.hub && !this.abort.signal.aborted) this.store.setLost(true);
    }
  }

  private heard(): void {
    clearTimeout(this.silence);
    this.store.setLost(false);
    this.silence = setTimeout(() => this.store.setLost(true), LINK_LOST_SECONDS * 1000);
  }
}
