import { describe, expect, test } from 'vitest';
import type { BedEntry } from '../../api/patientShapes';
import { type Moving, press, settle, withMove } from './moving';

const bed = (name: string, patient: string | null = null): BedEntry => ({
  bed: name,
  patient: patient === null ? null : { id: patient, name: `Name ${patient}`, status: 'stable', since: null },
});
/** Three beside each other: a b · / · c · */
const BEDS = [bed('1', 'a'), bed('2', 'b'), bed('3'), bed('4'), bed('5', 'c'), bed('6')];
const START: Moving = { focus: 0, carried: null };

function keys(...pressed: string[]) {
  let state = START;
  const said: string[] = [];
  const moves: { patient: string; from: string; to: string }[] = [];
  for (const key of pressed) {
    const step = press(state, key, BEDS, 3, true);
    state = step.next;
    if (step.said) said.push(step.said);
    if (step.move) moves.push(step.move);
  }
  return { state, said, moves };
}

describe('moving a patient by keyboard', () => {
  test('arrows go from bed to bed, free ones too, and not over the edge of the map', () => {
    expect(keys('ArrowRight', 'ArrowDown').state.focus).toBe(4);
    expect(keys('ArrowUp').state.focus).toBe(0);
    expect(keys('ArrowLeft').state.focus).toBe(0);
    expect(keys('End').state.focus).toBe(5);
    expect(keys('End', 'Home').state.focus).toBe(0);
  });

  test('Enter picks up, Enter on a free bed puts down and asks for the move once', () => {
    const { state, moves, said } = keys('Enter', 'ArrowRight', 'ArrowRight', 'Enter');
    expect(moves).toEqual([{ patient: 'a', name: 'Name a', from: '1', to: '3' }]);
    expect(state).toEqual({ focus: 2, carried: null });
    expect(said[0]).toContain('Name a picked up from bed 1');
    expect(said).toContain('Bed 2, Name b');
    expect(said).toContain('Bed 3, free');
  });

  test('the space bar does the same', () => {
    expect(keys(' ', 'ArrowDown', ' ').moves).toHaveLength(1);
  });

  test('a taken bed is refused with its name, and the patient is still carried', () => {
    const { state, moves, said } = keys('Enter', 'ArrowRight', 'Enter');
    expect(moves).toEqual([]);
    expect(state.carried?.patient).toBe('a');
    expect(said.at(-1)).toContain('Bed 2 is taken by Name b');
  });

  test('Escape puts back and goes back; so does Enter on the own bed', () => {
    expect(keys('Enter', 'ArrowDown', 'Escape')).toMatchObject({ state: START, moves: [] });
    expect(keys('Enter', 'Enter')).toMatchObject({ state: START, moves: [] });
  });

  test('Escape without anybody carried, and other keys, are left to the page', () => {
    for (const key of ['Escape', 'Tab', 'x', '/']) expect(press(START, key, BEDS, 3, true).taken).toBe(false);
  });

  test('a free bed picks up nothing, and whoever may not move carries nobody', () => {
    expect(press({ focus: 2, carried: null }, 'Enter', BEDS, 3, true).next.carried).toBe(null);
    expect(press(START, 'Enter', BEDS, 3, false)).toMatchObject({ taken: false, next: START });
  });
});

describe('what others do meanwhile', () => {
  const carrying: Moving = { focus: 2, carried: { patient: 'a', name: 'Name a', from: '1' } };

  test('nothing changes while the patient is where they were', () => {
    expect(settle(carrying, BEDS)).toEqual({ next: carrying, said: '' });
  });

  test('whoever was moved or left by others cannot be put down any more', () => {
    const moved = [bed('1'), bed('2', 'b'), bed('3'), bed('4', 'a'), bed('5', 'c'), bed('6')];
    expect(settle(carrying, moved)).toMatchObject({ next: { carried: null }, said: expect.stringContaining('bed 4') });
    const left = [bed('1'), ...BEDS.slice(1)];
    expect(settle(carrying, left)).toMatchObject({ next: { carried: null }, said: expect.stringContaining('left') });
  });

  test('the focus stays on the map when it gets smaller', () => {
    expect(settle({ focus: 5, carried: null }, BEDS.slice(0, 2)).next.focus).toBe(1);
  });
});

test('a move on its way is shown where it goes, unless that bed has been taken', () => {
  const shown = withMove(BEDS, { patient: 'a', to: '3' });
  expect(shown.map((one) => one.patient?.id ?? null)).toEqual([null, 'b', 'a', null, 'c', null]);
  expect(withMove(BEDS, { patient: 'a', to: '2' })).toBe(BEDS);
  expect(withMove(BEDS, { patient: 'z', to: '3' })).toBe(BEDS);
  expect(withMove(BEDS, null)).toBe(BEDS);
});
