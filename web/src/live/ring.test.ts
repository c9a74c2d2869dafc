import { describe, expect, test } from 'vitest';
import { SecondRing } from './ring';

describe('a ring of seconds', () => {
  test('never reads an old lap as new', () => {
    const ring = new SecondRing(10);
    ring.put(3_000, 1);
    ring.put(14_000, 2);
    expect(ring.at(3)).toBeNaN();
    expect(ring.at(13)).toBeNaN();
    expect(ring.at(14)).toBe(2);
  });

  test('takes readings out of order, and says that the past has changed', () => {
    const ring = new SecondRing(10);
    ring.put(20_000, 2);
    ring.put(18_000, 1);
    expect(ring.at(18)).toBe(1);
    expect(ring.newest).toBe(20);
    expect(ring.rewrites).toBe(1);
    ring.put(18_500, 1);
    expect(ring.rewrites).toBe(1);
  });

  test('ignores what is older than it reaches back', () => {
    const ring = new SecondRing(10);
    ring.put(20_000, 2);
    ring.put(10_000, 1);
    expect(ring.at(10)).toBeNaN();
    expect(ring.at(20)).toBe(2);
  });
});
