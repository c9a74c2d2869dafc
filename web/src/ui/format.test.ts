import { expect, test } from 'vitest';
import { age, ageAt, duration, news2Text, signed, since, vitalNumber } from './format';

test('a known score is a number, an incomplete one its bounds, none a dash', () => {
  expect(news2Text({ min: 3, max: 3, complete: true })).toBe('3');
  expect(news2Text({ min: 1, max: 4, complete: false })).toBe('≥1, ≤4');
  expect(news2Text({ min: 3, max: 3, complete: false })).toBe('≥3, ≤3');
  expect(news2Text(null)).toBe('–');
});

test('age comes from the date of birth', () => {
  const at = new Date(2026, 10, 20).getTime();
  expect(ageAt('1962-11-20', at)).toBe('64 years');
  expect(ageAt('1962-11-21', at)).toBe('63 years');
  expect(ageAt('2026-01-20', at)).toBe('10 months');
  expect(ageAt('2026-11-10', at)).toBe('10 days');
  expect(ageAt('2027-01-01', at)).toBeNull();
  expect(ageAt('unknown', at)).toBeNull();
});

test('ages and lengths of time are short', () => {
  expect(age(3.9)).toBe('3 s');
  expect(age(180)).toBe('3 min');
  expect(age(3 * 3600)).toBe('3 h');
  expect(since(39)).toBe('0:39');
  expect(since(3661)).toBe('1:01:01');
  expect(duration(144)).toBe('2 min 24 s');
  expect(duration(3600)).toBe('1 h');
});

test('temperature keeps its decimal, contributions their sign', () => {
  expect(vitalNumber('temp', 37)).toBe('37.0');
  expect(vitalNumber('hr', 71.6)).toBe('72');
  expect(signed(-0.04)).toBe('−0.04');
});
