import { expect, test } from 'vitest';
import { pinProblem } from './pinProblem';

test('a PIN is 4 to 8 digits, twice the same', () => {
  expect(pinProblem('2580', '2580')).toBe('');
  for (const pin of ['123', '123456789', '12a4', '']) expect(pinProblem(pin, pin)).toMatch(/4 to 8 digits/);
  expect(pinProblem('2580', '2581')).toMatch(/differ/);
});
