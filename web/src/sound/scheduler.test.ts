import { describe, expect, test } from 'vitest';
import { type Alarm, ToneScheduler, type WardPause } from './scheduler';
import { burstSeconds, PULSES, type TonePriority } from './tones';

const alarm = (id: string, priority: TonePriority, raisedAt = 0, ward: string | null = 'w1'): Alarm => ({
  id,
  priority,
  ward,
  raisedAt,
});

/** Tones with the second at which each begins, while `seen` says at each moment which alarms and pauses there are. */
function listen(
  seconds: number,
  seen: (second: number) => { alarms: Alarm[]; pauses?: WardPause[] },
  from = 0,
): [number, TonePriority][] {
  const scheduler = new ToneScheduler();
  const tones: [number, TonePriority][] = [];
  for (let at = from * 1000; at < (from + seconds) * 1000; at += 200) {
    const { alarms, pauses = [] } = seen(at / 1000);
    const tone = scheduler.step(alarms, pauses, at);
    if (tone) tones.push([at / 1000, tone]);
  }
  return tones;
}

describe('the pulses of the standard', () => {
  test('high two groups of five, medium three, low one', () => {
    expect(PULSES.high).toHaveLength(10);
    expect(PULSES.medium).toHaveLength(3);
    expect(PULSES.low).toHaveLength(1);
    const gaps = PULSES.high.slice(1).map((one, index) => {
      const before = PULSES.high[index] as (typeof PULSES.high)[number];
      return one.at - before.at - before.length;
    });
    expect(Math.max(...gaps)).toBe(gaps[4]);
    for (const priority of ['high', 'medium', 'low'] as const) {
      for (const { hz } of PULSES[priority]) expect(hz).toBeGreaterThanOrEqual(150);
      for (const { hz } of PULSES[priority]) expect(hz).toBeLessThanOrEqual(1000);
      expect(burstSeconds(priority)).toBeLessThan(5);
    }
  });
});

describe('when a tone is due', () => {
  test('high at once and every ten seconds, medium every twenty, low once', () => {
    expect(listen(31, () => ({ alarms: [alarm('a', 'high')] }))).toEqual([
      [0, 'high'],
      [10, 'high'],
      [20, 'high'],
      [30, 'high'],
    ]);
    expect(listen(45, () => ({ alarms: [alarm('a', 'medium')] })).map(([at]) => at)).toEqual([0, 20, 40]);
    expect(listen(120, () => ({ alarms: [alarm('a', 'low')] }))).toEqual([[0, 'low']]);
  });

  test('nothing sounds where nothing is wrong', () => {
    expect(listen(30, () => ({ alarms: [] }))).toEqual([]);
  });

  test('the highest alone is heard, and a higher one does not wait', () => {
    const tones = listen(15, (s) => ({
      alarms: s < 0.4 ? [alarm('m', 'medium')] : [alarm('m', 'medium'), alarm('h', 'high'), alarm('l', 'low')],
    }));
    expect(tones).toEqual([
      [0, 'medium'],
      [0.4, 'high'],
      [10.4, 'high'],
    ]);
  });

  test('what was drowned out is heard when the higher one has ended', () => {
    const tones = listen(20, (s) => ({
      alarms: [...(s < 5 ? [alarm('h', 'high')] : []), alarm('m', 'medium'), alarm('l', 'low')],
    }));
    expect(tones).toEqual([
      [0, 'high'],
      [5, 'medium'],
    ]);
  });

  test('a second alarm of the same priority sounds at once, after the tone that is heard now', () => {
    const tones = listen(14, (s) => ({
      alarms: [alarm('a', 'high'), ...(s >= 1 ? [alarm('b', 'high')] : [])],
    })).map(([at]) => at);
    expect(tones[1]).toBeGreaterThan(burstSeconds('high'));
    expect(tones[1]).toBeLessThan(burstSeconds('high') + 1);
  });

  test('one that returns is new, and one that worsens is new', () => {
    const returns = listen(9, (s) => ({ alarms: s < 2 || s >= 6 ? [alarm('a', 'low')] : [] }));
    expect(returns.map(([at]) => at)).toEqual([0, 6]);
    const worsens = listen(9, (s) => ({ alarms: [alarm('a', s < 3 ? 'medium' : 'high')] }));
    expect(worsens).toEqual([
      [0, 'medium'],
      [3, 'high'],
    ]);
  });
});

describe('a pause of the ward', () => {
  const paused = (from: number | null, until: number): WardPause => ({
    ward: 'w1',
    from: from === null ? null : from * 1000,
    until: until * 1000,
  });

  test('silences what sounds, and ends by itself', () => {
    const tones = listen(70, (s) => ({
      alarms: [alarm('a', 'high')],
      pauses: s >= 5 && s < 65 ? [paused(5, 65)] : [],
    })).map(([at]) => at);
    expect(tones).toEqual([0, 65]);
  });

  test('a new alarm of higher priority breaks through, one of the same does not', () => {
    const tones = listen(40, (s) => ({
      alarms: [
        alarm('m', 'medium'),
        ...(s >= 10 ? [alarm('m2', 'medium', 10_000)] : []),
        ...(s >= 20 ? [alarm('h', 'high', 20_000)] : []),
      ],
      pauses: s >= 2 ? [paused(2, 100)] : [],
    }));
    expect(tones).toEqual([
      [0, 'medium'],
      [20, 'high'],
      [30, 'high'],
    ]);
  });

  test('one that worsens beyond what was paused breaks through', () => {
    const tones = listen(30, (s) => ({ alarms: [alarm('a', s < 10 ? 'medium' : 'high')], pauses: [paused(0, 100)] }));
    expect(tones.map(([at]) => at)).toEqual([10, 20]);
  });

  test('begun while all was quiet, it silences nothing', () => {
    const tones = listen(10, (s) => ({
      alarms: s >= 3 ? [alarm('l', 'low', 3000)] : [],
      pauses: [paused(0, 100)],
    }));
    expect(tones).toEqual([[3, 'low']]);
  });

  test('silences its own ward alone, and never the installation’s own alarms', () => {
    const other = alarm('o', 'medium', 0, 'w2');
    const own = alarm('path', 'low', 0, null);
    expect(listen(3, () => ({ alarms: [alarm('a', 'high'), other], pauses: [paused(null, 100)] }))).toEqual([
      [0, 'medium'],
    ]);
    expect(listen(3, () => ({ alarms: [alarm('a', 'high'), own], pauses: [paused(null, 100)] }))).toEqual([[0, 'low']]);
  });

  test('is never longer than 120 seconds, whatever is said of it', () => {
    const tones = listen(200, () => ({ alarms: [alarm('a', 'high')], pauses: [paused(null, 3600)] }));
    expect(tones[0]).toEqual([120, 'high']);
  });

  test('a screen that opens during a pause hears what broke through it', () => {
    const alarms = [alarm('m', 'medium', 1000), alarm('h', 'high', 20_000)];
    expect(listen(5, () => ({ alarms, pauses: [paused(10, 100)] }), 40)).toEqual([[40, 'high']]);
  });
});
