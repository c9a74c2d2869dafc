import type { Freshness, VitalKey } from './types';

/** Age limits in seconds: shown with its age above `delayed`, not shown above `stale`. */
interface AgeLimits {
  delayed: number;
  stale: number;
  offline: number;
}

const CONTINUOUS: AgeLimits = { delayed: 2, stale: 10, offline: 60 };
const FOUR_HOURS = 4 * 3600;
const INTERMITTENT: AgeLimits = {
  delayed: Number.POSITIVE_INFINITY,
  stale: FOUR_HOURS,
  offline: Number.POSITIVE_INFINITY,
};
/** Level of consciousness and oxygen are what staff last recorded; how long that holds is the server's to judge. */
const RECORDED: AgeLimits = {
  delayed: Number.POSITIVE_INFINITY,
  stale: Number.POSITIVE_INFINITY,
  offline: Number.POSITIVE_INFINITY,
};

const LIMITS: Record<VitalKey, AgeLimits> = {
  hr: CONTINUOUS,
  spo2: CONTINUOUS,
  rr: CONTINUOUS,
  etco2: CONTINUOUS,
  sbp: INTERMITTENT,
  dbp: INTERMITTENT,
  temp: INTERMITTENT,
  glucose: INTERMITTENT,
  acvpu: RECORDED,
  o2: RECORDED,
};

const ORDER: readonly Freshness[] = ['live', 'delayed', 'stale', 'offline'];

/**
 * How far a value may still be believed, from the server's last word and the age it has reached since. The worse of the two
 * counts: time passing here can only make a value older, never younger.
 */
export function freshness(vital: VitalKey, said: Freshness, ageSeconds: number): Freshness {
  const limits = LIMITS[vital];
  const byAge: Freshness =
    ageSeconds > limits.offline
      ? 'offline'
      : ageSeconds > limits.stale
        ? 'stale'
        : ageSeconds > limits.delayed
          ? 'delayed'
          : 'live';
  return ORDER.indexOf(byAge) > ORDER.indexOf(said) ? byAge : said;
}

/** Whether the number itself may be shown. */
export const isShown = (state: Freshness): boolean => state === 'live' || state === 'delayed';

/** Ages change what is drawn only in steps a reader can use: seconds to two minutes, then whole minutes. */
export function steppedAge(ageSeconds: number): number {
  if (ageSeconds < CONTINUOUS.delayed) return 0;
  return ageSeconds < 120 ? Math.floor(ageSeconds) : Math.floor(ageSeconds / 60) * 60;
}
