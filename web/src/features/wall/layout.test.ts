import { describe, expect, test } from 'vitest';
import type { PatientView } from '../../live/view';
import { cellsOf, gridFor, nextCell } from './layout';

const ward = { id: 'w1', name: 'Ward 1 · Cardiology', beds: ['1', '2', '3', '4'] };
const inBed = (id: string, bed: string): PatientView => ({ record: { id, bed, ward: 'w1' } }) as unknown as PatientView;

describe('places on the wall', () => {
  test('come from the list of beds, free ones included', () => {
    const cells = cellsOf([ward], [inBed('a', '3'), inBed('b', '1')]);
    expect(cells.map((cell) => cell.patientId)).toEqual(['b', null, 'a', null]);
  });

  test('hide nobody: a bed that is not listed and a bed with two patients come last', () => {
    const cells = cellsOf([ward], [inBed('a', '1'), inBed('b', '1'), inBed('c', 'corridor')]);
    expect(cells.map((cell) => cell.patientId)).toEqual(['a', null, null, null, 'b', 'c']);
  });
});

describe('the grid', () => {
  test('is four by four for sixteen beds on a full screen, as drawn', () => {
    const grid = gridFor(16, 1920, 1028);
    expect(grid).toMatchObject({ columns: 4, rows: 4 });
    expect(grid.scale).toBeCloseTo(1, 1);
  });

  test('holds every number of beds from 1 to 32 without shrinking below reading size', () => {
    for (let beds = 1; beds <= 32; beds++) {
      const grid = gridFor(beds, 1920, 1028);
      expect(grid.columns * grid.rows).toBeGreaterThanOrEqual(beds);
      expect(grid.scale).toBeGreaterThan(0.6);
    }
  });

  test('arrows pass over free beds and stop at the edge', () => {
    const cells = cellsOf(
      [{ ...ward, beds: ['1', '2', '3', '4', '5', '6'] }],
      [inBed('a', '1'), inBed('c', '3'), inBed('e', '4')],
    );
    expect(nextCell(cells, 3, 0, 'ArrowRight')).toBe(2);
    expect(nextCell(cells, 3, 0, 'ArrowDown')).toBe(3);
    expect(nextCell(cells, 3, 3, 'ArrowRight')).toBe(3);
    expect(nextCell(cells, 3, 0, 'ArrowUp')).toBe(0);
  });
});
