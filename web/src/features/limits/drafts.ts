/** What is entered in the limits editor, before anything is asked of the server. Times in milliseconds. */
import type { AlertKind, Limit, LimitChange } from '../../api/careShapes';

export interface Draft {
  type: string;
  on: boolean;
  /** As typed. */
  limit: string;
  delay: string;
}

export const LONGEST_MS = 7 * 86_400_000;

const shown = (value: number | null): string => (value === null ? '' : String(value));

export const draftOf = ({ type, on, limit, delaySeconds }: Limit): Draft => ({
  type,
  on,
  limit: shown(limit),
  delay: shown(delaySeconds),
});

export const defaultDraft = (limit: Limit): Draft => draftOf({ ...limit, ...limit.default });

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

/**
 * The overrides to be sent, which replace all that the patient has: whatever differs from what would count without one. A type whose
 * value is the ward's is sent as soon as it differs from the ward's.
 */
export function overridesOf(limits: readonly Limit[], drafts: readonly Draft[]): LimitChange['overrides'] {
  return drafts.flatMap((draft) => {
    const limit = limits.find((one) => one.type === draft.type);
    if (!limit) return [];
    const without = limit.from === 'patient' ? limit.default : limit;
    const one = { type: draft.type, limit: read(draft.limit), delaySeconds: read(draft.delay), on: draft.on };
    const differs = one.limit !== without.limit || one.delaySeconds !== without.delaySeconds || one.on !== without.on;
    return differs ? [one] : [];
  });
}

export const untilIsRight = (until: number, now: number): boolean => until > now && until <= now + LONGEST_MS;
