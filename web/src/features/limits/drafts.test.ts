import { describe, expect, test } from 'vitest';
import type { AlertKind, Limit } from '../../api/careShapes';
import { draftOf, otherwiseDraft, overridesOf, reasonIsRight, untilIsRight, wrongIn } from './drafts';

const limit = (more: Partial<Limit> = {}): Limit => ({
  type: 'spo2-low',
  limit: 90,
  delaySeconds: 15,
  on: true,
  default: { limit: 90, delaySeconds: 15, on: true },
  otherwise: { limit: 90, delaySeconds: 15, on: true, from: 'default' },
  from: 'default',
  owner: null,
  reason: null,
  expiresAt: null,
  ...more,
});
const kind = {
  limit: 90,
  safeMin: 80,
  safeMax: 94,
  delaySeconds: 15,
  minDelaySeconds: 0,
  maxDelaySeconds: 60,
} as AlertKind;

describe('the limits editor', () => {
  test('sends only what differs from what would count without it', () => {
    expect(overridesOf([limit()], [draftOf(limit())])).toEqual([]);
    expect(overridesOf([limit()], [{ ...draftOf(limit()), limit: '88' }])).toEqual([
      { type: 'spo2-low', limit: 88, delaySeconds: 15, on: true },
    ]);
  });

  test('keeps what there is already, and takes it back with what would count without it', () => {
    const own = limit({ limit: 86, from: 'patient' });
    expect(overridesOf([own], [draftOf(own)])).toHaveLength(1);
    expect(overridesOf([own], [otherwiseDraft(own)])).toEqual([]);
  });

  test('for a patient it is the ward’s limit that counts otherwise, and the default above it has to be said', () => {
    const wards = { limit: 88, delaySeconds: 15, on: true, from: 'ward' } as const;
    const unchanged = limit({ limit: 88, from: 'ward', otherwise: wards });
    expect(overridesOf([unchanged], [draftOf(unchanged)])).toEqual([]);
    const own = limit({ limit: 86, from: 'patient', otherwise: wards });
    expect(otherwiseDraft(own).limit).toBe('88');
    expect(overridesOf([own], [otherwiseDraft(own)])).toEqual([]);
    expect(overridesOf([own], [{ ...draftOf(own), limit: '90' }])).toEqual([
      { type: 'spo2-low', limit: 90, delaySeconds: 15, on: true },
    ]);
  });

  test('refuses what is outside the safe range, and what is no number', () => {
    const typed = (text: string, delay = '15') => wrongIn({ ...draftOf(limit()), limit: text, delay }, kind);
    expect(typed('88')).toEqual({ limit: false, delay: false });
    expect(typed('88,5').limit).toBe(false);
    for (const bad of ['79', '95', '', 'low']) expect(typed(bad).limit).toBe(true);
    expect(typed('88', '61').delay).toBe(true);
    expect(wrongIn({ ...draftOf(limit()), limit: '' }, { ...kind, limit: null }).limit).toBe(false);
  });

  test('expires in the future, and within seven days', () => {
    expect(untilIsRight(1000, 2000)).toBe(false);
    expect(untilIsRight(2000 + 7 * 86_400_000, 2000)).toBe(true);
    expect(untilIsRight(2001 + 7 * 86_400_000, 2000)).toBe(false);
  });

  test('a ward’s limits last ninety days at most', () => {
    expect(untilIsRight(90 * 86_400_000, 1, 'wards')).toBe(true);
    expect(untilIsRight(2 + 90 * 86_400_000, 1, 'wards')).toBe(false);
  });

  test('a reason has three letters at least', () => {
    expect(['', 'ok', 'ill'].map(reasonIsRight)).toEqual([false, false, true]);
  });
});
