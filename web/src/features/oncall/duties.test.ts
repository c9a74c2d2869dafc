import { expect, test } from 'vitest';
import { channelsOf, wrongInDuties } from './duties';

test('channels that are not chosen come last', () => {
  expect(channelsOf(['mail'])).toEqual([
    { channel: 'mail', on: true },
    { channel: 'in-app', on: false },
    { channel: 'push', on: false },
  ]);
});

test('a duty is somewhere, and each role and tier stands once', () => {
  const duty = (role: string, tier: number, wards: string[] | null) => ({ role, tier, wards });
  expect(wrongInDuties([duty('nurse', 1, null), duty('nurse', 2, ['w'])])).toEqual({
    wards: [false, false],
    twice: false,
  });
  expect(wrongInDuties([duty('nurse', 1, []), duty('nurse', 1, null)])).toEqual({ wards: [true, false], twice: true });
});
