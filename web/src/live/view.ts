/** What the screen shows of a patient now: the last messages, aged to this moment. Built at most four times a second. */
import { freshness, isShown, steppedAge } from './ages';
import { type Alert, type Incident, type Look, lookOf } from './alertTypes';
import type { Mark, TimeSource } from './clock';
import { elapsedSeconds } from './clock';
import type {
  Anomaly,
  Attention,
  Consciousness,
  Device,
  Freshness,
  Measured,
  News2,
  NumericVital,
  PatientRecord,
  VitalKey,
  Vitals,
} from './types';
import { CONTINUOUS_VITALS, NUMERIC_VITALS } from './types';

export interface VitalView<T = number> {
  /** The last value; draw it only if `shown`. */
  value: T;
  at: number;
  state: Freshness;
  shown: boolean;
  ageSeconds: number;
}

export type VitalViews = { [K in NumericVital]?: VitalView } & {
  acvpu?: VitalView<Consciousness>;
  o2?: VitalView<boolean>;
};

/** The freshest of the vitals that are measured all the time: what the tile's foot says. */
export interface SignalView {
  state: 'live' | 'delayed' | 'lost' | 'never';
  ageSeconds: number;
  lastAt: number | null;
}

export interface PatientView {
  record: PatientRecord;
  device: Device | null;
  vitals: VitalViews;
  signal: SignalView;
  /** Null as soon as the signal is lost or the connection is: a score is never shown past its inputs. */
  news2: News2 | null;
  anomaly: Anomaly | null;
  /** The last scores all the same, to be shown greyed with their time. */
  lastNews2: News2 | null;
  lastAnomaly: Anomaly | null;
  /** What is wrong as far as it can be told without alerts; null as soon as there is one. */
  attention: (Attention & { seconds: number }) | null;
  /** The most urgent first. */
  alerts: readonly Alert[];
  /** The open work behind the most urgent of them, or the most urgent open work. */
  incident: Incident | null;
  limitsChanged: boolean;
  /** The server's time in whole seconds where something here counts up or down by it; otherwise 0. */
  second: number;
  /** The live connection is lost for so long that nothing may be shown as current. */
  blank: boolean;
}

/** A patient as the store keeps it: the server's words and when they came. */
export interface Held {
  record: PatientRecord;
  device: Device | null;
  vitals: Vitals;
  vitalsReceived: Mark;
  anomaly: Anomaly | null;
  news2: News2 | null;
  attention: Attention | null;
  limitsChanged: boolean;
  seq: number;
}

export interface Concern {
  alerts: readonly Alert[];
  incident: Incident | null;
}

/** The moment a view is built for. */
interface Moment {
  /** Seconds since the message came. */
  sinceReceipt: number;
  /** The server's time of day, in milliseconds. */
  serverNow: number;
  blank: boolean;
}

function vitalView<T>(key: VitalKey, one: Measured<T>, { sinceReceipt, serverNow, blank }: Moment): VitalView<T> {
  // The age in the message is that when it was written. One that was long on its way is older than it says, and the clock tells.
  const age = Math.max(one.ageSeconds + sinceReceipt, (serverNow - one.at) / 1000);
  const state = freshness(key, one.state, age);
  return { value: one.value, at: one.at, state, shown: isShown(state) && !blank, ageSeconds: steppedAge(age) };
}

function signal(vitals: VitalViews, device: Device | null): SignalView {
  let best: VitalView | undefined;
  for (const key of CONTINUOUS_VITALS) {
    const one = vitals[key];
    if (one && (!best || one.ageSeconds < best.ageSeconds || (one.ageSeconds === best.ageSeconds && one.at > best.at)))
      best = one;
  }
  if (!best)
    return { state: device?.lastReadingAt ? 'lost' : 'never', ageSeconds: 0, lastAt: device?.lastReadingAt ?? null };
  const state = best.state === 'live' || best.state === 'delayed' ? best.state : 'lost';
  return { state, ageSeconds: best.ageSeconds, lastAt: best.at };
}

/** `serverNow` in milliseconds; `blank` once the connection has been silent too long. */
export function buildView(
  held: Held,
  time: TimeSource,
  serverNow: number,
  blank: boolean,
  { alerts, incident }: Concern,
): PatientView {
  const moment: Moment = { sinceReceipt: elapsedSeconds(time, held.vitalsReceived), serverNow, blank };
  const vitals: VitalViews = {};
  for (const key of NUMERIC_VITALS) {
    const one = held.vitals[key];
    if (one) vitals[key] = vitalView(key, one, moment);
  }
  if (held.vitals.acvpu) vitals.acvpu = vitalView('acvpu', held.vitals.acvpu, moment);
  if (held.vitals.o2) vitals.o2 = vitalView('o2', held.vitals.o2, moment);

  const now = signal(vitals, held.device);
  const current = !blank && (now.state === 'live' || now.state === 'delayed');
  const raised = alerts.length > 0 ? null : held.attention;
  return {
    record: held.record,
    device: held.device,
    vitals,
    signal: now,
    news2: current ? held.news2 : null,
    anomaly: current ? held.anomaly : null,
    lastNews2: held.news2,
    lastAnomaly: held.anomaly,
    attention: raised ? { ...raised, seconds: Math.max(0, Math.floor((serverNow - raised.since) / 1000)) } : null,
    alerts,
    incident,
    limitsChanged: held.limitsChanged,
    second: alerts.length > 0 || incident ? Math.floor(serverNow / 1000) : 0,
    blank,
  };
}

/** The vitals that are wrong now, with the most urgent look of each: what has ended is no longer wrong. */
export function wrongVitals({ alerts, attention }: PatientView): Map<VitalKey, Look> {
  const wrong = new Map<VitalKey, Look>();
  for (const one of alerts) {
    const { vital } = one.cause;
    if (vital !== null && one.condition === 'active' && !wrong.has(vital)) wrong.set(vital, lookOf(one));
  }
  if (attention?.vital) wrong.set(attention.vital, attention.priority);
  return wrong;
}

/** Deep equality of plain data, so that an unchanged view keeps its identity and React has nothing to do. */
export function same(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  const keys = Object.keys(a);
  if (keys.length !== Object.keys(b).length) return false;
  return keys.every(
    (key) => key in b && same((a as Record<string, unknown>)[key], (b as Record<string, unknown>)[key]),
  );
}
