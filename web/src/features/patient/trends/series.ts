/** From buckets to what the charts draw. A missing value is never bridged beyond the age at which it would count as stale. */
import type { AnomalyPeak, BucketedHistory, NumericVital, Spread } from '../../../live/types';
import type { Span } from './range';

/** Beyond this a continuous value is stale: lines break. */
const BRIDGE_SECONDS = 10;
/** Beyond this the device counts as offline: the gap is drawn as a band. */
const BAND_SECONDS = 60;

/** Column of a chart. null: gap, the line breaks. undefined: nothing here, the line goes on (the gap is short enough). */
export type Column = (number | null | undefined)[];

export interface Lines {
  mean: Column;
  min: Column;
  max: Column;
}

export interface TrendData {
  /** Seconds since 1970, middle of each bucket. */
  times: number[];
  vitals: { [K in NumericVital]?: Lines };
  anomaly: Lines | null;
  /** Stretches without any reading, in seconds since 1970. */
  gaps: { from: number; to: number }[];
  bucketSeconds: number;
}

const DRAWN: readonly NumericVital[] = ['hr', 'spo2', 'rr', 'sbp', 'dbp', 'temp'];

export function trendData(history: BucketedHistory, span: Span): TrendData {
  const { bucketSeconds, items } = history;
  const times = items.map((bucket) => Math.min(bucket.start / 1000 + bucketSeconds / 2, history.end / 1000));
  const bridge = Math.max(BRIDGE_SECONDS, bucketSeconds * 1.5);
  const vitals: TrendData['vitals'] = {};
  for (const vital of DRAWN) {
    const spreads = items.map((bucket) => bucket.vitals[vital] ?? null);
    if (spreads.some((one) => one !== null)) vitals[vital] = lines(times, spreads, bridge);
  }
  const scores = items.map((bucket) => bucket.anomaly);
  const anomaly = scores.some((one) => one !== null) ? lines(times, scores, bridge) : null;
  return { ...breakAtGaps({ times, vitals, anomaly }, bridge), gaps: gapsOf(history, span), bucketSeconds };
}

function lines(times: number[], spreads: (Spread | null)[], bridge: number): Lines {
  const blank = blanks(times, spreads, bridge);
  const column = (part: keyof Spread): Column =>
    spreads.map((one, index) => (one === null ? (blank[index] ? null : undefined) : one[part]));
  return { mean: column('mean'), min: column('min'), max: column('max') };
}

/** For each bucket without a value: whether the line must break there. */
function blanks(times: number[], spreads: (Spread | null)[], bridge: number): boolean[] {
  const result = new Array<boolean>(times.length).fill(false);
  let last = Number.NEGATIVE_INFINITY;
  let open: number[] = [];
  for (let index = 0; index < times.length; index++) {
    if (spreads[index] === null) {
      open.push(index);
      continue;
    }
    const time = times[index] as number;
    if (time - last > bridge) for (const one of open) result[one] = true;
    open = [];
    last = time;
  }
  for (const one of open) result[one] = true;
  return result;
}

/** Where no bucket is for longer than a line may bridge, a row of nulls goes in between. */
function breakAtGaps(data: Pick<TrendData, 'times' | 'vitals' | 'anomaly'>, bridge: number) {
  const breaks: number[] = [];
  for (let index = 1; index < data.times.length; index++)
    if ((data.times[index] as number) - (data.times[index - 1] as number) > bridge) breaks.push(index);
  if (breaks.length === 0) return data;
  const insert = <T>(column: readonly T[], filler: (index: number) => T): T[] => {
    const result: T[] = [];
    let next = 0;
    column.forEach((value, index) => {
      if (breaks[next] === index) {
        result.push(filler(index));
        next++;
      }
      result.push(value);
    });
    return result;
  };
  const withBreaks = (all: Lines): Lines => ({
    mean: insert(all.mean, () => null),
    min: insert(all.min, () => null),
    max: insert(all.max, () => null),
  });
  const vitals: TrendData['vitals'] = {};
  for (const vital of DRAWN) {
    const all = data.vitals[vital];
    if (all) vitals[vital] = withBreaks(all);
  }
  const between = (index: number): number => ((data.times[index - 1] as number) + (data.times[index] as number)) / 2;
  return {
    times: insert(data.times, between),
    vitals,
    anomaly: data.anomaly ? withBreaks(data.anomaly) : null,
  };
}

/** Stretches without any reading within the span, its edges included. */
export function gapsOf(history: BucketedHistory, span: Span): TrendData['gaps'] {
  const limit = Math.max(BAND_SECONDS, history.bucketSeconds * 1.5);
  const gaps: TrendData['gaps'] = [];
  let end = span.from / 1000;
  const close = (start: number): void => {
    if (start - end > limit) gaps.push({ from: end, to: start });
  };
  for (const bucket of history.items) {
    close(bucket.start / 1000);
    end = Math.max(end, bucket.start / 1000 + history.bucketSeconds);
  }
  close(Math.min(span.to, history.end) / 1000);
  return gaps;
}

export interface AnomalyMark {
  /** The highest of the peaks it stands for. */
  peak: AnomalyPeak;
  /** How many others stand within the same place. */
  more: number;
  /** 0 = left edge, 1 = right edge. */
  position: number;
}

/** Peaks that would overlap become one mark; `places` is how many marks fit side by side. */
export function anomalyMarks(peaks: readonly AnomalyPeak[], span: Span, places: number): AnomalyMark[] {
  const marks: AnomalyMark[] = [];
  const width = span.to - span.from;
  for (const peak of [...peaks].sort((a, b) => a.at - b.at)) {
    const position = (peak.at - span.from) / width;
    if (position < 0 || position > 1) continue;
    const last = marks.at(-1);
    if (last && position - last.position < 1 / places) {
      last.more++;
      if (peak.score > last.peak.score) last.peak = peak;
    } else marks.push({ peak, more: 0, position });
  }
  return marks;
}

export interface AnomalyEpisode {
  from: number;
  to: number;
  peak: AnomalyPeak;
}

/** Peaks in unbroken succession are one episode, told by its highest. Newest first. */
export function anomalyEpisodes(peaks: readonly AnomalyPeak[], bucketSeconds: number): AnomalyEpisode[] {
  const pause = Math.max(BAND_SECONDS, bucketSeconds * 1.5) * 1000;
  const episodes: AnomalyEpisode[] = [];
  for (const peak of [...peaks].sort((a, b) => a.at - b.at)) {
    const last = episodes.at(-1);
    if (last && peak.at - last.to <= pause) {
      last.to = peak.at;
      if (peak.score > last.peak.score) last.peak = peak;
    } else episodes.push({ from: peak.at, to: peak.at, peak });
  }
  return episodes.reverse();
}

/** The index of the time nearest to a point, or null if none is within the bridge. */
export function nearest(data: TrendData, seconds: number): number | null {
  const { times } = data;
  let low = 0;
  let high = times.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((times[middle] as number) < seconds) low = middle + 1;
    else high = middle;
  }
  let best: number | null = null;
  for (const index of [low - 1, low]) {
    const time = times[index];
    if (time === undefined || Math.abs(time - seconds) > Math.max(BRIDGE_SECONDS, data.bucketSeconds)) continue;
    if (best === null || Math.abs(time - seconds) < Math.abs((times[best] as number) - seconds)) best = index;
  }
  return best;
}
