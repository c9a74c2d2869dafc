/**
 * The live state of the patients in sight. Messages change it at any rate; readers see a snapshot that is built at most four
 * times a second, in which whatever did not change keeps its identity.
 */
import { AlertBook } from './alertBook';
import { type Alert, type AlertPath, type Incident, type Look, lookOf } from './alertTypes';
import type { Mark, TimeSource } from './clock';
import { elapsedSeconds, mark, ServerClock } from './clock';
import { SecondRing } from './ring';
import type {
  Dashboard,
  Notice,
  Patient,
  PatientNews,
  PatientRecord,
  RecentTrace,
  StatusMessage,
  Storage,
  TracedVital,
  Vitals,
  VitalsMessage,
  Ward,
} from './types';
import { TRACED_VITALS } from './types';
import type { Held, PatientView } from './view';
import { buildView, same } from './view';

export const SNAPSHOT_INTERVAL_MS = 250;
/** Without any word from the server for this long, the page says so. */
export const LINK_LOST_SECONDS = 5;
/** Without any word for this long, no number is shown. */
export const LINK_BLANK_SECONDS = 10;
export const TRACE_SECONDS = 600;
/** More would cover the beds. */
const MOST_NOTICES = 3;
const RING_SECONDS = TRACE_SECONDS + 60;

export interface LinkView {
  state: 'ok' | 'lost' | 'blank';
  /** Server time of the last word, in milliseconds; null before the first. */
  since: number | null;
}

export interface LiveSnapshot {
  ready: boolean;
  hospital: string;
  demo: boolean;
  wards: readonly Ward[];
  storage: Storage | null;
  /** The newest first, until somebody closes them. */
  notices: readonly Notice[];
  link: LinkView;
  patients: ReadonlyMap<string, PatientView>;
  counts: Readonly<Record<Look, number>>;
  /** Of the wards and the installation themselves, the most urgent first. */
  ownAlerts: readonly Alert[];
  alertPath: readonly AlertPath[];
}

export type PatientTraces = Readonly<Record<TracedVital, SecondRing>>;

const EMPTY: LiveSnapshot = {
  ready: false,
  hospital: '',
  demo: false,
  wards: [],
  storage: null,
  notices: [],
  link: { state: 'ok', since: null },
  patients: new Map(),
  counts: { high: 0, medium: 0, low: 0, technical: 0 },
  ownAlerts: [],
  alertPath: [],
};

export class LiveStore {
  readonly clock: ServerClock;
  readonly book = new AlertBook();
  /** Messages about patients that are not in sight: the list of patients has changed, or the scope is wrong. */
  unknownPatients = 0;
  /** Messages older than what is already shown. */
  outOfOrder = 0;

  private readonly time: TimeSource;
  private readonly held = new Map<string, Held>();
  private readonly traces = new Map<string, PatientTraces>();
  private readonly news = new Map<string, { news: PatientNews; mark: Mark }>();
  private readonly listeners = new Set<() => void>();
  private current: LiveSnapshot = EMPTY;
  private lastWord: { mark: Mark; serverTime: number } | null = null;
  /** When the hub last told of the storage, and when the newest answer here was asked for; by the steady clock. */
  private storageTold = Number.NEGATIVE_INFINITY;
  private loaded = Number.NEGATIVE_INFINITY;
  /** When the hub last told of an alert path, by the steady clock. */
  private pathTold = Number.NEGATIVE_INFINITY;

  constructor(time: TimeSource) {
    this.time = time;
    this.clock = new ServerClock(time);
  }

  /**
   * The whole state, at the start and after each reconnection. Patients that are no longer there disappear. `requested` is when
   * the answer was asked for: what the hub has told since may be newer than the answer and stands, and an answer that another one
   * has overtaken, asked for later, says nothing any more.
   */
  load(dashboard: Dashboard, requested: Mark = mark(this.time)): void {
    this.clock.settle(dashboard.generatedAt, requested.steady);
    if (requested.steady < this.loaded) return;
    this.loaded = requested.steady;
    const present = new Set<string>();
    const ids = new Set(dashboard.patients.map((one) => one.record.id));
    this.book.load(
      dashboard.patients.flatMap((one) => one.alerts),
      requested.steady,
      (one) => one.patient !== null && ids.has(one.patient),
    );
    for (const told of dashboard.patients) {
      const patient = this.since(told, requested);
      if (patient === null) continue;
      present.add(patient.record.id);
      const known = this.held.get(patient.record.id);
      // Only then is a lower number old news; otherwise the server has started anew and counts from the beginning.
      const overtaken = known && known.vitalsReceived.steady > requested.steady && known.seq >= patient.seq;
      if (overtaken) Object.assign(known, { record: patient.record, limitsChanged: patient.limitsChanged });
      else this.hold(patient);
    }
    for (const id of this.held.keys()) {
      if (present.has(id)) continue;
      this.held.delete(id);
      this.traces.delete(id);
      this.book.forget(id);
    }
    this.current = {
      ...this.current,
      ready: true,
      hospital: dashboard.hospital,
      demo: dashboard.demo,
      wards: same(this.current.wards, dashboard.wards) ? this.current.wards : dashboard.wards,
      alertPath:
        this.pathTold > requested.steady || same(this.current.alertPath, dashboard.alertPath)
          ? this.current.alertPath
          : dashboard.alertPath,
      storage:
        dashboard.storage === null ||
        this.storageTold > requested.steady ||
        same(this.current.storage, dashboard.storage)
          ? this.current.storage
          : dashboard.storage,
    };
    // Only the hub's words prove the live connection; the first load merely starts the watch.
    if (!this.lastWord) this.heard();
    this.tick();
  }

  /** Everything that is open in sight, and the alerts that are nobody's; asked for beside the patients. */
  loadCare(incidents: readonly Incident[], own: readonly Alert[], requested: Mark): void {
    this.book.load(
      own.filter((one) => one.patient === null),
      requested.steady,
      (one) => one.patient === null,
    );
    this.book.loadIncidents(incidents, requested.steady);
    this.tick();
  }

  /** An alert was raised or is different. Shown at once: it does not wait for the next look. Answers false if its patient is not in sight. */
  applyAlert(alert: Alert): boolean {
    this.heard();
    const inSight = alert.patient === null || this.held.has(alert.patient);
    if (inSight) this.book.apply(alert, this.time.steady());
    this.tick();
    return inSight;
  }

  applyIncident(incident: Incident): void {
    this.heard();
    this.book.applyIncident(incident, this.time.steady());
    this.tick();
  }

  /** The moment from which an answer counts, for load(). */
  now(): Mark {
    return mark(this.time);
  }

  /** Fills the traces from the server's memory; what came live meanwhile stays. */
  fill(recent: readonly RecentTrace[]): void {
    for (const { id, readings } of recent) {
      const traces = this.traces.get(id);
      if (!traces) continue;
      for (const reading of readings)
        for (const key of TRACED_VITALS) {
          const value = reading.values[key];
          if (value !== undefined) traces[key].put(reading.at, value);
        }
    }
  }

  /** Answers false if the patient is not in sight. */
  applyVitals(message: VitalsMessage): boolean {
    this.heard();
    const held = this.held.get(message.patient);
    if (!held) {
      this.unknownPatients++;
      return false;
    }
    if (message.seq < held.seq) {
      this.outOfOrder++;
      return true;
    }
    held.seq = message.seq;
    held.vitals = message.vitals;
    held.vitalsReceived = mark(this.time);
    held.anomaly = message.anomaly;
    held.news2 = message.news2;
    held.attention = message.attention;
    // A late reading is news about the past: it does not show that the device is heard again.
    if (held.device && held.device.id === message.device && !message.late)
      held.device = {
        ...held.device,
        state: 'online',
        lastReadingAt: Math.max(message.at, held.device.lastReadingAt ?? 0),
      };
    this.trace(message.patient, message.vitals);
    return true;
  }

  /** Answers false if the patient is not in sight. */
  applyStatus(message: StatusMessage): boolean {
    this.heard();
    const held = this.held.get(message.patient);
    if (!held) {
      this.unknownPatients++;
      return false;
    }
    if (message.seq < held.seq) {
      this.outOfOrder++;
      return true;
    }
    held.seq = message.seq;
    held.device = message.device;
    held.vitals = message.vitals;
    held.vitalsReceived = mark(this.time);
    held.anomaly = message.anomaly;
    held.news2 = message.news2;
    held.attention = message.attention;
    return true;
  }

  /**
   * A patient has been registered, given a status, or moved. Shown at once; answers whether what is shown may still be wrong, so that
   * the whole has to be loaded again: somebody who is not here, or a bed that changed hands.
   */
  applyNews(news: PatientNews): boolean {
    this.heard();
    this.news.set(news.patient, { news, mark: mark(this.time) });
    const held = this.held.get(news.patient);
    if (!held) {
      // Registered without a bed: nothing of it is to be seen here.
      return news.bed !== null;
    }
    if (news.status === 'discharged') {
      this.held.delete(news.patient);
      this.traces.delete(news.patient);
      this.book.forget(news.patient);
    } else {
      held.record = withNews(held.record, news);
    }
    this.tick();
    return news.kind === 'moved';
  }

  applyStorage(storage: Storage): void {
    this.heard();
    this.storageTold = this.time.steady();
    this.current = { ...this.current, storage };
  }

  /** A test alert of a ward has arrived, or has not when it should have. */
  applyPath(path: AlertPath): void {
    this.heard();
    this.pathTold = this.time.steady();
    const others = this.current.alertPath.filter((one) => one.ward !== path.ward);
    this.current = { ...this.current, alertPath: [...others, path] };
  }

  applyNotice(notice: Notice): void {
    this.heard();
    if (this.current.notices.some((one) => same(one, notice))) return;
    this.current = { ...this.current, notices: [notice, ...this.current.notices].slice(0, MOST_NOTICES) };
  }

  dismiss(notice: Notice): void {
    this.current = { ...this.current, notices: this.current.notices.filter((one) => one !== notice) };
    this.tick();
  }

  heartbeat(serverTime: number): void {
    this.clock.observe(serverTime);
    this.heard();
  }

  tracesOf(patient: string): PatientTraces | undefined {
    return this.traces.get(patient);
  }

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  snapshot = (): LiveSnapshot => this.current;

  /** Ages everything to now and tells the readers, if anything they see has changed. */
  tick(): void {
    if (!this.current.ready) return;
    const link = this.link();
    const now = this.clock.now();
    const ownAlerts = this.book.ownAlerts();
    const counts = { high: 0, medium: 0, low: 0, technical: 0 };
    for (const one of ownAlerts) counts[lookOf(one)]++;
    const patients = new Map<string, PatientView>();
    let changed = this.current.patients.size !== this.held.size;
    for (const [id, held] of this.held) {
      const concern = { alerts: this.book.of(id), incident: this.book.incidentOf(id) };
      const built = buildView(held, this.time, now, link.state === 'blank', concern);
      const before = this.current.patients.get(id);
      const view = before && same(before, built) ? before : built;
      if (view !== before) changed = true;
      patients.set(id, view);
      if (view.attention) counts[view.attention.priority]++;
      for (const one of view.alerts) counts[lookOf(one)]++;
    }
    const next: LiveSnapshot = {
      ...this.current,
      link: same(link, this.current.link) ? this.current.link : link,
      patients: changed ? patients : this.current.patients,
      counts: same(counts, this.current.counts) ? this.current.counts : counts,
      ownAlerts: same(ownAlerts, this.current.ownAlerts) ? this.current.ownAlerts : ownAlerts,
    };
    if (shallowSame(next, this.told)) return;
    this.current = next;
    this.told = next;
    for (const listener of this.listeners) listener();
  }

  private told: LiveSnapshot = EMPTY;

  /** A patient of an answer that was asked for before the last news of them came: the news stands. Null if they have left. */
  private since(patient: Patient, requested: Mark): Patient | null {
    const last = this.news.get(patient.record.id);
    if (!last) return patient;
    if (last.mark.steady <= requested.steady) {
      this.news.delete(patient.record.id);
      return patient;
    }
    return last.news.status === 'discharged' ? null : { ...patient, record: withNews(patient.record, last.news) };
  }

  private link(): LinkView {
    if (!this.lastWord) return { state: 'ok', since: null };
    const silence = elapsedSeconds(this.time, this.lastWord.mark);
    if (silence <= LINK_LOST_SECONDS) return { state: 'ok', since: null };
    return { state: silence > LINK_BLANK_SECONDS ? 'blank' : 'lost', since: this.lastWord.serverTime };
  }

  private heard(): void {
    this.lastWord = { mark: mark(this.time), serverTime: this.clock.now() };
  }

  private hold(patient: Patient): void {
    const { alerts: _, ...rest } = patient;
    this.held.set(patient.record.id, { ...rest, vitalsReceived: mark(this.time) });
    if (!this.traces.has(patient.record.id))
      this.traces.set(patient.record.id, {
        hr: new SecondRing(RING_SECONDS),
        spo2: new SecondRing(RING_SECONDS),
        rr: new SecondRing(RING_SECONDS),
      });
    this.trace(patient.record.id, patient.vitals);
  }

  private trace(patient: string, vitals: Vitals): void {
    const traces = this.traces.get(patient);
    if (!traces) return;
    // A wrong device clock must not write into the future, where the sweep would take it for the newest.
    const latest = this.clock.now();
    for (const key of TRACED_VITALS) {
      const one = vitals[key];
      if (one) traces[key].put(Math.min(one.at, latest), one.value);
    }
  }
}

const withNews = (record: PatientRecord, news: PatientNews): PatientRecord => ({
  ...record,
  status: news.status,
  ward: news.ward ?? record.ward,
  bed: news.bed ?? record.bed,
});

function shallowSame(a: LiveSnapshot, b: LiveSnapshot): boolean {
  return (Object.keys(a) as (keyof LiveSnapshot)[]).every((key) => Object.is(a[key], b[key]));
}
