import { expect, test } from 'vitest';
import { gathered } from './looks';

const MINUTE = 60_000;
const look = (minutesAgo: number, name = 'R. Silva', purpose: string | null = null) => ({
  at: 1_000_000_000_000 - minutesAgo * MINUTE,
  name,
  role: 'nurse',
  action: 'patient.read',
  purpose,
});

test('one row for what somebody did again and again within an hour', () => {
  const rows = gathered([look(0), look(1), look(2, 'B. Osei'), look(59), look(61), look(62)]);
  expect(rows.map((row) => [row.name, row.times])).toEqual([
    ['R. Silva', 3],
    ['B. Osei', 1],
    ['R. Silva', 2],
  ]);
});

test('an emergency access never hides in a row of ordinary looks', () => {
  expect(gathered([look(0), look(1, 'R. Silva', 'break-glass')])).toHaveLength(2);
});
