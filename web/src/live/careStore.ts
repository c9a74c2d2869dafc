/**
 * What somebody signed in has to know on every page: standing alerts, open incidents, what was sent to them, and who has paused a
 * ward's sound. Tells its listeners when something has changed; who was raised anew is told once, to those who make it heard and seen.
 */
import { AlertBook } from './alertBook';
import {
  type Alert,
  type AlertPath,
  type AlertPriority,
  type Incident,
  rankOf,
  type SoundPause,
  type StaffNotification,
} from './alertTypes';
import { type Mark, mark, ServerClock, type TimeSource } from './clock';

/** Something that has just come: shown and heard at once. */
export type News =
  | { kind: 'alert'; alert: Alert; worse: boolean }
  | { kind: 'notification'; notification: StaffNotification };

export interface CareSnapshot {
  /** Whether the standing alerts have been told once. */
  ready: boolean;
  alerts: readonly Alert[];
  incidents: readonly Incident[];
  /** The newest first. */
  notifications: readonly StaffNotification[];
  unseen: number;
  pauses: readonly SoundPause[];
  /** How far it is proven that the alerts of each ward arrive. */
  paths: readonly AlertPath[];
  /** When a test alert last came to this screen, by the server's clock; null: none has. */
  testedAt: number | null;
  /** Whether nobody can tell at the moment what is wrong: the server has been silent for too long. */
  lost: boolean;
}

const EMPTY: CareSnapshot = {
  ready: false,
  alerts: [],
  incidents: [],
  notifications: [],
  unseen: 0,
  pauses: [],
  paths: [],
  testedAt: null,
  lost: false,
};
const MOST_NOTIFICATIONS = 200;

export class CareStore {
  readonly book = new AlertBook();
  readonly clock: ServerClock;

  private readonly time: TimeSource;
  private current = EMPTY;
  private readonly listeners = new Set<() => void>();
  private readonly hearers = new Set<(news: News) => void>();
  /** By id: the priority at which each alert was told of. */
  private readonly known = new Map<string, AlertPriority>();

  constructor(time: TimeSource) {
    this.time = time;
    this.clock = new ServerClock(time);
  }

  now(): Mark {
    return mark(this.time);
  }

  snapshot = (): CareSnapshot => this.current;

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /** What comes from now on, once each. */
  hear(hearer: (news: News) => void): () => void {
    this.hearers.add(hearer);
    return () => this.hearers.delete(hearer);
  }

  /** All standing alerts and open incidents. What was raised while nobody listened is news as well, but for the first time. */
  load(alerts: readonly Alert[], incidents: readonly Incident[], asked: Mark): void {
    const first = !this.current.ready;
    const standing = new Map<string, Alert>();
    for (const one of [...incidents.flatMap((each) => each.alerts), ...alerts]) standing.set(one.id, one);
    this.book.load([...standing.values()], asked.steady, () => true);
    this.book.loadIncidents(incidents, asked.steady);
    const news = this.book.all().filter((one) => this.isNews(one));
    this.publish({ ready: true });
    if (!first) for (const one of news) this.tell(one);
    this.remember();
  }

  applyAlert(alert: Alert): void {
    this.book.apply(alert, this.time.steady());
    const news = this.isNews(alert) && this.book.all().some((one) => one.id === alert.id);
    this.publish({});
    if (news && this.current.ready) this.tell(alert);
    this.remember();
  }

  applyIncident(incident: Incident): void {
    this.book.applyIncident(incident, this.time.steady());
    this.publish({});
  }

  loadNotifications(notifications: readonly StaffNotification[]): void {
    this.setNotifications(notifications);
  }

  /** One that has just been sent to this account, or has reached another stage. */
  applyNotification(notification: StaffNotification): void {
    const fresh = !this.current.notifications.some((one) => one.id === notification.id);
    const others = this.current.notifications.filter((one) => one.id !== notification.id);
    this.setNotifications([notification, ...others]);
    if (fresh) for (const hearer of this.hearers) hearer({ kind: 'notification', notification });
  }

  /** The reader has seen them; the server is told by whoever calls this. */
  seen(ids: readonly string[]): void {
    this.setNotifications(
      this.current.notifications.map((one) => (ids.includes(one.id) ? { ...one, stage: 'seen' as const } : one)),
    );
  }

  setPauses(pauses: readonly SoundPause[]): void {
    this.publish({ pauses });
  }

  applyPause(pause: SoundPause): void {
    this.publish({ pauses: [...this.current.pauses.filter((one) => one.ward !== pause.ward), pause] });
  }

  endPause(ward: string): void {
    this.publish({ pauses: this.current.pauses.filter((one) => one.ward !== ward) });
  }

  setPaths(paths: readonly AlertPath[]): void {
    this.publish({ paths });
  }

  applyPath(path: AlertPath): void {
    this.publish({ paths: [...this.current.paths.filter((one) => one.ward !== path.ward), path] });
  }

  /** A test alert has come: nothing is shown or heard of it. */
  applyTest(): void {
    this.publish({ testedAt: this.clock.now() });
  }

  setLost(lost: boolean): void {
    if (lost !== this.current.lost) this.publish({ lost });
  }

  /** The server's heart beats: also where timers are slow, as in a page behind others, everybody looks at what is due. */
  beat(): void {
    for (const listener of this.listeners) listener();
  }

  private isNews(alert: Alert): boolean {
    const before = this.known.get(alert.id);
    return before === undefined || rankOf(alert.priority) < rankOf(before);
  }

  private tell(alert: Alert): void {
    const worse = this.known.has(alert.id);
    for (const hearer of this.hearers) hearer({ kind: 'alert', alert, worse });
  }

  private remember(): void {
    const standing = new Set<string>();
    for (const one of this.book.all()) {
      standing.add(one.id);
      this.known.set(one.id, one.priority);
    }
    for (const id of this.known.keys()) if (!standing.has(id)) this.known.delete(id);
  }

  private setNotifications(all: readonly StaffNotification[]): void {
    const notifications = [...all].sort((a, b) => b.createdAt - a.createdAt).slice(0, MOST_NOTIFICATIONS);
    this.publish({ notifications, unseen: notifications.filter((one) => one.stage !== 'seen').length });
  }

  private publish(more: Partial<CareSnapshot>): void {
    this.current = { ...this.current, ...more, alerts: this.book.all(), incidents: this.book.open() };
    for (const listener of this.listeners) listener();
  }
}
