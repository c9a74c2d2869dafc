/** What the screen shows of a patient now: the last messages, aged to this moment. Built at most four times a second. */
import { freshness, isShown, steppedAge } from './ages';
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
  attention: (Attention & { seconds: number }) | null;
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
  seq: number;
}

function vitalView<T>(key: VitalKey, one: Measured<T>, sinceReceipt: number, blank: boolean): VitalView<T> {
  const age = one.ageSeconds + sinceReceipt;
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
export function buildView(held: Held, time: TimeSource, serverNow: number, blank: boolean): PatientView {
  const since = elapsedSeconds(time, held.vitalsReceived);
  const vitals: VitalViews = {};
  for (const key of NUMERIC_VITALS) {
    const one = held.vitals[key];
    if (one) vitals[key] = vitalView(key, one, since, blank);
  }
  if (held.vitals.acvpu) vitals.acvpu = vitalView('acvpu', held.vitals.acvpu, since, blank);
  if (held.vitals.o2) vitals.o2 = vitalView('o2', held.vitals.o2, since, blank);

  const now = signal(vitals, held.device);
  const current = !blank && (now.state === 'live' || now.state === 'delayed');
  const raised = held.attention;
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
    blank,
  };
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
