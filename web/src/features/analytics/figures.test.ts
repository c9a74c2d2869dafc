import { describe, expect, test } from 'vitest';
import { type BudgetBurn, decodeAlertLoad, decodeAnalytics } from '../../api/analytics';
import {
  axisTop,
  budgetOf,
  dayMarks,
  linePath,
  outlook,
  percent,
  responseLength,
  stayLength,
  waitLength,
} from './figures';

const figures = {
  admissions: 1,
  discharges: 2,
  transfers: 3,
  turnedCritical: 0,
  occupancy: null,
  readings: 10,
  lateReadings: 0,
  readingsPerMinute: 0.2,
};
const dashboard = {
  from: '2026-11-14T12:00:00Z',
  until: '2026-11-21T12:20:00Z',
  beds: 2,
  occupied: 1,
  total: figures,
  lengthOfStayHours: { count: 0, median: null, p90: null },
  waitingMinutes: { count: 1, median: 5, p90: 5 },
  wards: [{ id: 'a', name: 'A', beds: 2, occupied: 1, figures }],
  days: [{ at: '2026-11-14T00:00:00Z', figures }],
  hours: [],
};

describe('figures', () => {
  test('are read as a whole or not at all', () => {
    expect(decodeAnalytics(dashboard)?.wards[0]?.figures.transfers).toBe(3);
    expect(decodeAnalytics({ ...dashboard, beds: 'two' })).toBeNull();
    expect(decodeAnalytics({ ...dashboard, hours: undefined })).toBeNull();
  });

  test('say lengths in the unit in which they are thought of', () => {
    expect([stayLength(6.54), stayLength(47.9), stayLength(72), stayLength(null)]).toEqual([
      '6.5 h',
      '47.9 h',
      '3 days',
      'none yet',
    ]);
    expect([waitLength(48.4), waitLength(150), waitLength(null)]).toEqual(['48 min', '2.5 h', 'none yet']);
    expect([percent(0.8449), percent(null), percent(1.02)]).toEqual(['84 %', '–', '102 %']);
  });

  test('stand below the end of a round axis', () => {
    expect([[], [0], [0.7], [1], [1.1], [37], [1437]].map(axisTop)).toEqual([1, 1, 1, 1, 2, 50, 2000]);
  });

  test('draw a gap as a gap, and a value between gaps as a point', () => {
    expect(linePath([0, 1, null, 0.5, null], 1, 400, 100)).toBe(
      'M0.0 100.0h0.01M0.0 100.0L100.0 0.0M300.0 50.0h0.01M300.0 50.0',
    );
    expect(linePath([], 1, 400, 100)).toBe('');
    expect(linePath([3], 1, 400, 100)).toContain('M0.0 0.0');
  });

  test('mark where a day begins', () => {
    const start = new Date(2026, 10, 20, 22).getTime();
    const hours = [0, 1, 2, 3].map((hour) => ({ at: start + hour * 3_600_000, figures }));
    expect(dayMarks(hours).map((mark) => mark.index)).toEqual([2]);
  });

  test('say how soon somebody came, and what will be of a budget', () => {
    expect([responseLength(41.2), responseLength(119), responseLength(133.8), responseLength(null)]).toEqual([
      '41 s',
      '119 s',
      '2 min',
      'none yet',
    ]);
    const burn: BudgetBurn = {
      alerts: 1,
      allowed: 10,
      usedShare: 0.1,
      pacePerBedDay: null,
      projectedShare: null,
      willExceed: false,
    };
    expect(
      [
        burn,
        { ...burn, willExceed: true },
        { ...burn, usedShare: 1.2, willExceed: true },
        { ...burn, usedShare: null },
      ].map(outlook),
    ).toEqual(['within the budget', 'above the budget', 'used up', 'nobody is there today']);
    expect(decodeAlertLoad({ alerts: 'many' })).toBeNull();
  });

  test('a budget is a number from 0.1 to 1000', () => {
    expect(['12', '0,5', '1000'].map(budgetOf)).toEqual([12, 0.5, 1000]);
    for (const bad of ['', '0', '1001', 'many', '-1']) expect(budgetOf(bad)).toBeNull();
  });
});
