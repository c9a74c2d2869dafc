/** What the trends show besides values: the limits in force, and when alerts stood. Times in milliseconds. */
import type { AlertKind, Limit } from '../../../api/careShapes';
import type { ChartBand } from '../../../draw/trendChart';
import { type Alert, lookOf } from '../../../live/alertTypes';
import type { VitalKey } from '../../../live/types';
import type { Span } from './range';

export interface Marks {
  limits: readonly { vital: VitalKey; value: number }[];
  /** `vital` null: of the patient as a whole. */
  bands: readonly { vital: VitalKey | null; from: number; to: number; colour: ChartBand['colour'] }[];
}

export const NO_MARKS: Marks = { limits: [], bands: [] };

/** Alert types that are rates of change and scores have limits too, but none on a vital's own scale. */
const ON_SCALE = /^[a-z0-9]+-(low|high|critical|severe)/;

/** `now`: where a band ends whose alert still stands. */
export function marksOf(
  alerts: readonly Alert[],
  limits: readonly Limit[],
  kinds: readonly AlertKind[],
  now: number,
): Marks {
  const vitalOf = new Map(kinds.map((one) => [one.type, one.vital]));
  return {
    limits: limits.flatMap(({ type, limit, on }) => {
      const vital = vitalOf.get(type);
      return on && limit !== null && vital && ON_SCALE.test(type) ? [{ vital, value: limit }] : [];
    }),
    bands: alerts
      .filter((one) => !one.technical)
      .map((one) => {
        const look = lookOf(one);
        const colour = look === 'low' ? 'technical' : look;
        return { vital: one.cause.vital, from: one.onsetAt, to: one.endedAt ?? now, colour };
      }),
  };
}

const VITALS_OF: Readonly<Record<string, readonly VitalKey[]>> = { bp: ['sbp', 'dbp'] };

const concerns = (row: string, vital: VitalKey): boolean => (VITALS_OF[row] ?? [row]).includes(vital);

/** Of one chart, each once. */
export const limitsOf = ({ limits }: Marks, row: string): number[] => [
  ...new Set(limits.filter((one) => concerns(row, one.vital)).map((one) => one.value)),
];

/** Of one chart within the span; what concerns the whole patient stands on all. */
export const bandsOf = ({ bands }: Marks, row: string, span: Span): ChartBand[] =>
  bands
    .filter((one) => (one.vital === null || concerns(row, one.vital)) && one.to > span.from && one.from < span.to)
    .map(({ from, to, colour }) => ({ from: from / 1000, to: to / 1000, colour }));
