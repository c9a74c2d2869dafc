import { expect, test } from 'vitest';
import { reasonFits } from './reason';

test('a reason has 10 to 500 characters, blanks around it not counted', () => {
  expect(reasonFits('  arrest, ward 2  ')).toBe(true);
  expect(reasonFits('   help me   ')).toBe(false);
  expect(reasonFits('x'.repeat(500))).toBe(true);
  expect(reasonFits('x'.repeat(501))).toBe(false);
});
