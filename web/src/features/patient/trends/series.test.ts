import { describe, expect, test } from 'vitest';
import type { Bucket, BucketedHistory } from '../../../live/types';
import { pan, readRange, writeRange, zoom } from './range';
import { anomalyEpisodes, anomalyMarks, gapsOf, nearest, trendData } from './series';

const START = 1_000_000_000_000;
const bucket = (second: number, vitals: Bucket['vitals'] = { hr: { min: 70, mean: 72, max: 75 } }): Bucket => ({
  start: START + second * 1000,
  count: 6,
  vitals,
  anomaly: null,
  news2: null,
});
const history = (items: Bucket[], seconds = 600, bucketSeconds = 6): BucketedHistory => ({
  bucketSeconds,
  start: START,
  end: START + seconds * 1000,
  items,
  anomalies: [],
});
const span = (seconds = 600) => ({ from: START, to: START + seconds * 1000 });
const every = (from: number, to: number): Bucket[] => {
  const all: Bucket[] = [];
  for (let second = from; second < to; second += 6) all.push(bucket(second));
  return all;
};

describe('gaps', () => {
  test('of a device that was away are bands, before, between and after the readings', () => {
    const gaps = gapsOf(history([...every(120, 240), ...every(360, 480)]), span());
    expect(gaps.map((gap) => [gap.from - START / 1000, gap.to - START / 1000])).toEqual([
      [0, 120],
      [240, 360],
      [480, 600],
    ]);
  });

  test('break the line', () => {
    const data = trendData(history([...every(0, 60), ...every(300, 360)]), span());
    expect(data.vitals.hr?.mean).toContain(null);
    expect(data.times).toHaveLength(21);
    expect([...data.times].sort((a, b) => a - b)).toEqual(data.times);
  });

  test('short of the age limit do not', () => {
    const data = trendData(history([bucket(0), bucket(6)], 12), span(12));
    expect(data.vitals.hr?.mean).toEqual([72, 72]);
    expect(data.gaps).toEqual([]);
  });

  test('of one vital break its line only, and are never filled', () => {
    const hrOnly = { hr: { min: 70, mean: 72, max: 75 } };
    const both = { ...hrOnly, sbp: { min: 118, mean: 118, max: 118 } };
    const items = [bucket(0, both), bucket(6, hrOnly), bucket(12, hrOnly), bucket(18, hrOnly), bucket(24, both)];
    const data = trendData(history(items, 30), span(30));
    expect(data.vitals.sbp?.mean).toEqual([118, null, null, null, 118]);
    expect(data.vitals.hr?.mean).toEqual([72, 72, 72, 72, 72]);
  });

  test('a vital that was never measured has no line', () => {
    expect(trendData(history(every(0, 60)), span()).vitals.temp).toBeUndefined();
  });
});

test('the value at the pointer is the nearest one, or none within a gap', () => {
  const data = trendData(history([bucket(0), bucket(300)]), span());
  expect(nearest(data, START / 1000 + 5)).toBe(0);
  expect(nearest(data, START / 1000 + 100)).toBeNull();
});

describe('anomalies', () => {
  const peak = (second: number, score: number) => ({ at: START + second * 1000, score, drivers: [] });

  test('that would overlap become one mark with the highest score', () => {
    const marks = anomalyMarks([peak(10, 0.7), peak(12, 0.9), peak(300, 0.65)], span(), 20);
    expect(marks).toMatchObject([{ peak: { score: 0.9 }, more: 1 }, { more: 0 }]);
  });

  test('in succession are one episode', () => {
    const episodes = anomalyEpisodes([peak(0, 0.7), peak(6, 0.9), peak(12, 0.8), peak(400, 0.65)], 6);
    expect(episodes).toMatchObject([
      { peak: { score: 0.65 } },
      { peak: { score: 0.9 }, from: START, to: START + 12_000 },
    ]);
  });
});

describe('the range', () => {
  const now = START + 600_000;

  test('moves and zooms, but never past now and never below a minute', () => {
    expect(pan(span(), 0.5, now)).toEqual(span());
    expect(pan(span(), -0.5, now)).toEqual({ from: START - 300_000, to: START + 300_000 });
    expect(zoom(span(), 0.5, 1, now)).toEqual({ from: START + 300_000, to: START + 600_000 });
    const closest = zoom(span(60), 0.01, 1, now);
    expect(closest.to - closest.from).toBe(60_000);
  });

  test('survives the address, and rubbish in the address does no harm', () => {
    const choice = { preset: '24h' as const, fixed: { from: START, to: now } };
    expect(readRange(new URLSearchParams(writeRange(choice)))).toEqual(choice);
    expect(readRange(new URLSearchParams('range=forever&from=x&to=y'))).toEqual({ preset: '1h', fixed: null });
    expect(
      readRange(new URLSearchParams(`from=${new Date(now).toISOString()}&to=${new Date(START).toISOString()}`)).fixed,
    ).toBeNull();
  });
});
