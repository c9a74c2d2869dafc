import { describe, expect, test } from 'vitest';
import type { Layer } from '../../api/oncall';
import { finalOf, firstInstant, isZone, turnsOf, wallAt } from './rotation';

const ZONE = 'Europe/Berlin';
const at = (iso: string): number => Date.parse(iso);
const layer = (more: Partial<Layer> = {}): Layer => ({
  rotation: 'daily',
  length: null,
  unit: null,
  handOver: '07:00',
  start: '2026-01-05',
  members: ['a', 'b'].map((id) => ({ id, name: id })),
  restrictions: [],
  ...more,
});
const told = (turns: readonly { from: number; until: number; person: string | null }[]): string[] =>
  turns.map(
    (one) =>
      `${new Date(one.from).toISOString().slice(5, 16)} ${new Date(one.until).toISOString().slice(5, 16)} ${one.person}`,
  );

describe('who would be on duty', () => {
  test('turns go round by the clock on the wall, from the first day on', () => {
    expect(told(turnsOf(layer(), ZONE, at('2026-01-04T12:00Z'), at('2026-01-08T00:00Z')))).toEqual([
      '01-05T06:00 01-06T06:00 a',
      '01-06T06:00 01-07T06:00 b',
      '01-07T06:00 01-08T00:00 a',
    ]);
    const weekly = layer({ rotation: 'weekly' });
    expect(told(turnsOf(weekly, ZONE, at('2026-01-10T00:00Z'), at('2026-01-14T00:00Z')))).toEqual([
      '01-10T00:00 01-12T06:00 a',
      '01-12T06:00 01-14T00:00 b',
    ]);
    const custom = layer({ rotation: 'custom', length: 12, unit: 'hours' });
    expect(told(turnsOf(custom, ZONE, at('2026-01-05T06:00Z'), at('2026-01-06T00:00Z')))).toEqual([
      '01-05T06:00 01-05T18:00 a',
      '01-05T18:00 01-06T00:00 b',
    ]);
  });

  test('a hand-over keeps its time when the clocks change, so that one turn is an hour shorter and one longer', () => {
    const spring = turnsOf(layer(), ZONE, at('2026-03-28T06:00Z'), at('2026-03-30T05:00Z'));
    expect(spring.map((one) => (one.until - one.from) / 3_600_000)).toEqual([23, 24]);
    const autumn = turnsOf(layer(), ZONE, at('2026-10-24T05:00Z'), at('2026-10-26T06:00Z'));
    expect(autumn.map((one) => (one.until - one.from) / 3_600_000)).toEqual([25, 24]);
  });

  test('a time that is leapt over is reached at the leap, one that comes twice at the first of the two', () => {
    expect(firstInstant(ZONE, at('2026-03-29T02:30Z'))).toBe(at('2026-03-29T01:00Z'));
    expect(firstInstant(ZONE, at('2026-10-25T02:30Z'))).toBe(at('2026-10-25T00:30Z'));
    expect(firstInstant(ZONE, at('2026-10-25T03:00Z'))).toBe(at('2026-10-25T02:00Z'));
    expect(wallAt(ZONE, at('2026-10-25T00:30Z'))).toBe(wallAt(ZONE, at('2026-10-25T01:30Z')));
  });

  test('restrictions leave the turns as they are and count only at their times, over midnight too', () => {
    const nights = layer({ restrictions: [{ days: ['mon', 'wed'], from: '23:00', until: '07:00' }] });
    expect(told(turnsOf(nights, ZONE, at('2026-01-05T06:00Z'), at('2026-01-09T00:00Z')))).toEqual([
      '01-05T22:00 01-06T06:00 a',
      '01-07T22:00 01-08T06:00 a',
    ]);
  });

  test('a later layer counts above an earlier one wherever it has somebody, and gaps stand out', () => {
    const below = layer({
      restrictions: [{ days: ['mon'], from: '07:00', until: '07:00' }],
      members: [{ id: 'a', name: null }],
    });
    const above = layer({
      restrictions: [{ days: ['mon'], from: '12:00', until: '14:00' }],
      members: [{ id: 'c', name: null }],
    });
    const [from, until] = [at('2026-01-05T06:00Z'), at('2026-01-06T12:00Z')];
    const rows = [below, above].map((one) => turnsOf(one, ZONE, from, until));
    expect(told(finalOf(rows, from, until))).toEqual([
      '01-05T06:00 01-05T11:00 a',
      '01-05T11:00 01-05T13:00 c',
      '01-05T13:00 01-06T06:00 a',
      '01-06T06:00 01-06T12:00 null',
    ]);
    expect(finalOf([], from, until)).toEqual([{ from, until, person: null }]);
  });

  test('a zone is one that knows its clocks', () => {
    expect(['Europe/Berlin', 'UTC', 'Mars/Phobos', '+01:00', ''].map(isZone)).toEqual([
      true,
      true,
      false,
      false,
      false,
    ]);
  });
});
