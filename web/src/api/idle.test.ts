import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { TimeSource } from '../live/clock';
import { IdleWatch } from './idle';
import { Tabs } from './tabs';

describe('the idle watch', () => {
  let ended: number;
  let wall: number;
  let watch: IdleWatch;
  const target = new EventTarget();
  const time: TimeSource = { wall: () => wall + Date.now(), steady: () => performance.now() };
  const tabs = new Tabs('idle-test');
  const pass = (seconds: number) => vi.advanceTimersByTimeAsync(seconds * 1000);
  const press = () => target.dispatchEvent(new Event('keydown'));

  beforeEach(() => {
    vi.useFakeTimers();
    ended = 0;
    wall = 0;
    watch = new IdleWatch({ seconds: 60, time, tabs, target, onIdle: () => ended++ });
  });
  afterEach(() => {
    watch.stop();
    vi.useRealTimers();
  });

  test('ends once after the seconds given, with twenty seconds of warning', async () => {
    await pass(39);
    expect(watch.secondsLeft()).toBe(null);
    await pass(2);
    expect(watch.secondsLeft()).toBe(19);
    expect(ended).toBe(0);
    await pass(30);
    expect(ended).toBe(1);
  });

  test('a hand in time begins anew and takes the warning away', async () => {
    await pass(55);
    expect(watch.secondsLeft()).toBe(5);
    press();
    expect(watch.secondsLeft()).toBe(null);
    await pass(59);
    expect(ended).toBe(0);
  });

  test('a machine that slept has been idle: the hand that wakes it comes too late', async () => {
    await pass(10);
    wall = 3_600_000;
    press();
    expect(ended).toBe(1);
    press();
    expect(watch.secondsLeft()).toBe(0);
  });

  test('hands in another tab count', async () => {
    const listeners: ((message: 'active') => void)[] = [];
    const other = { listen: (one: (message: 'active') => void) => listeners.push(one) && (() => undefined) };
    const second = new IdleWatch({
      seconds: 60,
      time,
      tabs: other as unknown as Tabs,
      target: new EventTarget(),
      onIdle: () => ended++,
    });
    await pass(50);
    press();
    for (const listener of listeners) listener('active');
    await pass(50);
    expect(ended).toBe(0);
    second.stop();
  });

  test('tells the other tabs now and then, not at each move', async () => {
    const told = vi.spyOn(tabs, 'tell');
    for (let i = 0; i < 50; i++) target.dispatchEvent(new Event('pointermove'));
    expect(told).toHaveBeenCalledTimes(1);
    told.mockRestore();
  });
});
