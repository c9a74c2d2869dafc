/** What is entered in the limits editor, before anything is asked of the server. Times in milliseconds. */
import type { AlertKind, Limit, LimitChange } from '../../api/careShapes';

export interface Draft {
  type: string;
  on: boolean;
  /** As typed. */
  limit: string;
  delay: string;
}

/** Whose limits they are. */
export type Whose = 'patients' | 'wards';

const DAY_MS = 86_400_000;
/** The farthest expiry that the server takes, and the one that is proposed. */
export const LONGEST_MS: Record<Whose, number> = { patients: 7 * DAY_MS, wards: 90 * DAY_MS };
export const USUAL_MS: Record<Whose, number> = { patients: DAY_MS, wards: 30 * DAY_MS };
const LEAST_REASON = 3;

const shown = (value: number | null): string => (value === null ? '' : String(value));

export const draftOf = ({ type, on, limit, delaySeconds }: Limit): Draft => ({
  type,
  on,
  limit: shown(limit),
  delay: shown(delaySeconds),
});

/** As it would be without one of their own. */
export const otherwiseDraft = (limit: Limit): Draft => draftOf({ ...limit, ...limit.otherwise });

export const sameDraft = (one: Draft, other: Draft): boolean =>
  one.on === other.on && one.limit === other.limit && one.delay === other.delay;

const read = (typed: string): number | null => {
  const value = Number(typed.replace(',', '.'));
  return typed.trim() === '' || !Number.isFinite(value) ? null : value;
};

/** Which of the two fields is outside what is safe. */
export function wrongIn(draft: Draft, kind: AlertKind): { limit: boolean; delay: boolean } {
  const outside = (typed: string, given: number | null, min: number | null, max: number | null): boolean => {
    if (given === null) return false;
    const value = read(typed);
    return value === null || (min !== null && value < min) || (max !== null && value > max);
  };
  return {
    limit: outside(draft.limit, kind.limit, kind.safeMin, kind.safeMax),
    delay: outside(draft.delay, kind.delaySeconds, kind.minDelaySeconds, kind.maxDelaySeconds),
  };
}

/** The overrides to be sent, which replace all that the patient or ward has: whatever differs from what would count without one. */
export function overridesOf(limits: readonly Limit[], drafts: readonly Draft[]): LimitChange['overrides'] {
  return drafts.flatMap((draft) => {
    const without = limits.find((one) => one.type === draft.type)?.otherwise;
    if (!without) return [];
    const one = { type: draft.type, limit: read(draft.limit), delaySeconds: read(draft.delay), on: draft.on };
    const differs = one.limit !== without.limit || one.delaySeconds !== without.delaySeconds || one.on !== without.on;
    return differs ? [one] : [];
  });
}

export const untilIsRight = (until: number, now: number, of: Whose = 'patients'): boolean =>
  until > now && until <= now + LONGEST_MS[of];

export const reasonIsRight = (reason: string): boolean => reason.length >= LEAST_REASON;
