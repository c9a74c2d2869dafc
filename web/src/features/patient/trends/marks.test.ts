import { describe, expect, test } from 'vitest';
import type { AlertKind, Limit } from '../../../api/careShapes';
import { alertOf, START } from '../../../live/testing';
import { bandsOf, limitsOf, marksOf } from './marks';

const kinds = [
  { type: 'spo2-low', vital: 'spo2' },
  { type: 'sbp-high', vital: 'sbp' },
  { type: 'hr-rise', vital: 'hr' },
] as AlertKind[];
const limit = (type: string, value: number | null, on = true) => ({ type, limit: value, on }) as Limit;
const span = { from: START - 60_000, to: START + 60_000 };

describe('limits and bands on the trends', () => {
  test('limits in force stand on their own chart, both pressures on one; what is off, and rates of change, on none', () => {
    const marks = marksOf([], [limit('spo2-low', 88), limit('sbp-high', 180), limit('hr-rise', 20)], kinds, START);
    expect(limitsOf(marks, 'spo2')).toEqual([88]);
    expect(limitsOf(marks, 'bp')).toEqual([180]);
    expect(limitsOf(marks, 'hr')).toEqual([]);
    expect(limitsOf(marksOf([], [limit('spo2-low', 88, false)], kinds, START), 'spo2')).toEqual([]);
  });

  test('a band lasts from the onset to the end, or to now, and what concerns the whole patient is on all charts', () => {
    const whole = alertOf('n', { cause: { ...alertOf('n').cause, vital: null }, endedAt: START });
    const marks = marksOf([alertOf('a'), whole, alertOf('t', { technical: true })], [], kinds, START + 30_000);
    expect(bandsOf(marks, 'spo2', span)).toHaveLength(2);
    expect(bandsOf(marks, 'hr', span)).toEqual([{ from: (START - 15_000) / 1000, to: START / 1000, colour: 'high' }]);
    expect(bandsOf(marks, 'hr', { from: START + 1000, to: START + 2000 })).toEqual([]);
  });
});
