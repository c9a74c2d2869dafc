import { expect, test } from 'vitest';
import { isZone } from './zones';

test('a zone is one that knows its clocks', () => {
  expect(['Europe/Berlin', 'UTC', 'Mars/Phobos', '+01:00', ''].map(isZone)).toEqual([true, true, false, false, false]);
});
