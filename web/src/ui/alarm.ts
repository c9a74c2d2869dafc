/**
 * What this page makes heard: the standing alarms of the wards in sight, by the scheduler's rules, through one player. Everything it
 * starts, stop() ends.
 */
import { createContext, useContext, useSyncExternalStore } from 'react';
import { isSounding, type SoundPause } from '../live/alertTypes';
import type { CareStore, News } from '../live/careStore';
import { same } from '../live/view';
import { TonePlayer } from '../sound/player';
import { type Alarm as Heard, ToneScheduler } from '../sound/scheduler';

export interface AlarmState {
  /** Whether tones can be heard: a browser allows none before a press. */
  on: boolean;
  /** Pauses of the wards in sight, with the end by the server's clock. */
  pauses: readonly SoundPause[];
}

const STEP_MS = 200;
/** Sent to this person because nobody has answered yet: heard once, as an alarm of its priority would begin. The first call is the alert itself. */
const ASKS_AGAIN: readonly string[] = ['escalated', 're-alert', 'overdue'];
const ASKED_MS = 3_000;

export class Alarm {
  private readonly store: CareStore;
  private readonly player = new TonePlayer();
  private readonly scheduler = new ToneScheduler();
  private readonly listeners = new Set<() => void>();
  private readonly ends: (() => void)[] = [];
  /** Null: every ward in reach. */
  private wards: readonly string[] | null = null;
  private asked: { alarm: Heard; until: number }[] = [];
  private current: AlarmState = { on: false, pauses: [] };

  constructor(store: CareStore) {
    this.store = store;
  }

  start(): void {
    const step = (): void => this.step();
    const timer = setInterval(step, STEP_MS);
    this.ends.push(
      () => clearInterval(timer),
      this.store.subscribe(step),
      this.store.hear((news) => this.note(news)),
      this.player.subscribe(step),
    );
    this.player.start();
    step();
  }

  stop(): void {
    for (const end of this.ends.splice(0)) end();
    this.player.stop();
  }

  /** The wards whose alarms are heard on this page. */
  setWards(wards: readonly string[] | null): void {
    if (same(wards, this.wards)) return;
    this.wards = wards;
    this.step();
  }

  inSight(ward: string | null): boolean {
    return ward === null || this.wards === null || this.wards.includes(ward);
  }

  unlock(): void {
    this.player.unlock();
  }

  state = (): AlarmState => this.current;

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  private note(news: News): void {
    if (news.kind !== 'notification' || !ASKS_AGAIN.includes(news.notification.kind)) return;
    const { id, priority } = news.notification;
    const now = this.store.clock.now();
    this.asked.push({ alarm: { id, priority, ward: null, raisedAt: now }, until: now + ASKED_MS });
    this.step();
  }

  private step(): void {
    const now = this.store.clock.now();
    const { alerts, pauses, lost } = this.store.snapshot();
    this.asked = this.asked.filter((one) => one.until > now);
    const heard: Heard[] = alerts
      .filter((one) => isSounding(one) && this.inSight(one.ward))
      .map(({ id, priority, ward, raisedAt }) => ({ id, priority, ward, raisedAt }));
    heard.push(...this.asked.map((one) => one.alarm));
    // A page that has lost its server must not be quiet about it.
    if (lost) heard.push({ id: 'link', priority: 'medium', ward: null, raisedAt: now });
    const here = pauses.filter((one) => this.inSight(one.ward) && one.until > now);
    // Without sound nothing counts as heard: it begins with what stands when somebody switches it on.
    const on = this.player.isOn();
    const tone = on ? this.scheduler.step(heard, here, now) : null;
    if (tone) this.player.play(tone);
    this.tell({ on, pauses: here });
  }

  private tell(state: AlarmState): void {
    if (same(state, this.current)) return;
    this.current = state;
    for (const listener of this.listeners) listener();
  }
}

export const AlarmContext = createContext<Alarm | null>(null);
export const useAlarm = (): Alarm | null => useContext(AlarmContext);

const SILENT: AlarmState = { on: false, pauses: [] };
const nothing = (): (() => void) => () => undefined;

export function useAlarmState(): AlarmState {
  const alarm = useAlarm();
  return useSyncExternalStore(alarm?.subscribe ?? nothing, alarm?.state ?? (() => SILENT));
}
