import { describe, expect, test } from 'vitest';
import type { AlertKind, Limit } from '../../api/careShapes';
import { defaultDraft, draftOf, overridesOf, reasonIsRight, untilIsRight, wrongIn } from './drafts';

const limit = (more: Partial<Limit> = {}): Limit => ({
  type: 'spo2-low',
  limit: 90,
  delaySeconds: 15,
  on: true,
  default: { limit: 90, delaySeconds: 15, on: true },
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

  test('keeps what the patient has already, and takes it back with the default', () => {
    const own = limit({ limit: 86, from: 'patient' });
    expect(overridesOf([own], [draftOf(own)])).toHaveLength(1);
    expect(overridesOf([own], [defaultDraft(own)])).toEqual([]);
  });

  test('a ward’s limit counts unless it is changed, and the default above it has to be said', () => {
    const ward = limit({ limit: 88, from: 'ward' });
    expect(overridesOf([ward], [draftOf(ward)])).toEqual([]);
    expect(overridesOf([ward], [defaultDraft(ward)])).toEqual([
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

  test('of a ward, what it has already is kept, taken back with the default, and lasts ninety days at most', () => {
    const own = limit({ limit: 88, from: 'ward' });
    expect(overridesOf([own], [draftOf(own)], 'wards')).toEqual([
      { type: 'spo2-low', limit: 88, delaySeconds: 15, on: true },
    ]);
    expect(overridesOf([own], [defaultDraft(own)], 'wards')).toEqual([]);
    expect(untilIsRight(90 * 86_400_000, 1, 'wards')).toBe(true);
    expect(untilIsRight(2 + 90 * 86_400_000, 1, 'wards')).toBe(false);
  });

  test('a reason has three letters at least', () => {
    expect(['', 'ok', 'ill'].map(reasonIsRight)).toEqual([false, false, true]);
  });
});
