import { describe, expect, test } from 'vitest';
import type { Schedule, Stretch } from '../../api/oncall';
import { bars, daysOf, gapsOf, groupsOf, matrixOf, weekOf } from './week';

const at = (text: string): number => new Date(text).getTime();
const stretch = (from: string, until: string, id: string | null, source = 'rotation'): Stretch => ({
  from: at(from),
  until: at(until),
  person: id === null ? null : { id, name: id },
  source,
});

describe('a week of duty', () => {
  test('begins on Monday in the reader’s zone, and has seven days', () => {
    const week = weekOf(at('2026-11-22T15:00:00'));
    expect(new Date(week.from)).toEqual(new Date(2026, 10, 16));
    expect(new Date(week.until)).toEqual(new Date(2026, 10, 23));
    expect(weekOf(at('2026-11-23T00:00:00')).from).toBe(week.until);
    expect(weekOf(week.from, 1).from).toBe(week.until);
    expect(daysOf(week)).toHaveLength(7);
  });

  test('stretches are cut at its ends, and those of the same person that touch are one', () => {
    const week = weekOf(at('2026-11-18T12:00:00'));
    const found = bars(
      [
        stretch('2026-11-15T12:00:00', '2026-11-16T12:00:00', 'a'),
        stretch('2026-11-16T12:00:00', '2026-11-17T00:00:00', 'a'),
        stretch('2026-11-17T00:00:00', '2026-11-18T00:00:00', 'a', 'override'),
        stretch('2026-11-24T00:00:00', '2026-11-25T00:00:00', 'b'),
      ],
      week,
    );
    expect(found).toHaveLength(2);
    expect(found[0]?.left).toBe(0);
    expect(found[0]?.width).toBeCloseTo(100 / 7);
  });

  test('gaps are where nobody is', () => {
    const final = [
      stretch('2026-11-16T00:00:00', '2026-11-17T00:00:00', 'a'),
      stretch('2026-11-17T00:00:00', '2026-11-18T00:00:00', null, 'gap'),
    ];
    expect(gapsOf(final, 0)).toHaveLength(1);
  });

  test('schedules of one role and ward stand together by tier', () => {
    const one = (id: string, tier: number, ward: string | null, role = 'nurse') =>
      ({ id, tier, ward, role }) as Schedule;
    const groups = groupsOf([one('b', 2, 'w'), one('a', 1, 'w'), one('c', 1, null, 'cardiologist')]);
    expect(groups.map((group) => group.schedules.map(({ id }) => id))).toEqual([['a', 'b'], ['c']]);
  });

  test('coverage is a row for each type and a column for each bed, and each hole is one sentence', () => {
    const cell = (bed: string, type: string, hole: string | null) => ({ bed, type, hole, steps: [] });
    const matrix = matrixOf({
      items: [cell('1', 'hr', null), cell('2', 'hr', 'Nobody.'), cell('1', 'rr', 'Nobody.')],
      holes: 2,
      checkedAt: 0,
    });
    expect(matrix.beds).toEqual(['1', '2']);
    expect(matrix.types.map(({ type, holes }) => `${type} ${holes}`)).toEqual(['hr 1', 'rr 1']);
    expect(matrix.types[1]?.cells[1]).toBe(null);
    expect(matrix.sentences).toEqual([{ hole: 'Nobody.', beds: ['2', '1'] }]);
  });
});
