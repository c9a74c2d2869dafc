/** Figures as the page writes and draws them. */
import type { BudgetBurn, TimedFigures } from '../../api/analytics';
import { words } from '../../ui/words';

const text = words.analytics;
const WHOLE = new Intl.NumberFormat('en-GB', { maximumFractionDigits: 0 });
const ONE = new Intl.NumberFormat('en-GB', { maximumFractionDigits: 1 });

export const whole = (value: number): string => WHOLE.format(value);
export const one = (value: number): string => ONE.format(value);

/** 84 % */
export const percent = (share: number | null): string => (share === null ? text.unknown : `${whole(share * 100)} %`);

/** 6.5 h, and days from two of them on. */
export function stayLength(hours: number | null): string {
  if (hours === null) return text.noneYet;
  return hours < 48 ? text.hours(one(hours)) : text.days(one(hours / 24));
}

/** 48 min, and hours from two of them on. */
export function waitLength(minutes: number | null): string {
  if (minutes === null) return text.noneYet;
  return minutes < 120 ? text.minutes(whole(minutes)) : text.hours(one(minutes / 60));
}

/** 41 s, and minutes from two of them on. */
export function responseLength(seconds: number | null): string {
  if (seconds === null) return text.noneYet;
  return seconds < 120 ? text.load.seconds(whole(seconds)) : waitLength(seconds / 60);
}

/** What will be of a ward's budget, in words: they, not a colour, say it. */
export function outlook(burn: BudgetBurn): string {
  if (burn.usedShare === null) return text.load.nobody;
  if (burn.usedShare > 1) return text.load.exceeded;
  return burn.willExceed ? text.load.exceeds : text.load.keeps;
}

/** The upper end of an axis: the next of 1, 2, 5, 10, 20, 50 … that holds every value. */
export function axisTop(values: readonly number[]): number {
  const highest = Math.max(0, ...values);
  if (highest === 0) return 1;
  const power = 10 ** Math.floor(Math.log10(highest));
  return [1, 2, 5, 10].map((step) => step * power).find((top) => top >= highest) ?? highest;
}

/** Values along a line in a box of this size; a null is a gap, and what stands alone between gaps is a point. */
export function linePath(values: readonly (number | null)[], top: number, width: number, height: number): string {
  const step = values.length > 1 ? width / (values.length - 1) : 0;
  let path = '';
  let open = false;
  values.forEach((value, at) => {
    if (value === null) {
      open = false;
      return;
    }
    const place = `${(at * step).toFixed(1)} ${(height - (Math.min(value, top) / top) * height).toFixed(1)}`;
    path += open ? `L${place}` : `M${place}h0.01`;
    if (!open) path += `M${place}`;
    open = true;
  });
  return path;
}

/** The first bucket of each day of the reader, for the time axis. */
export function dayMarks(buckets: readonly TimedFigures[]): { at: number; index: number }[] {
  const marks: { at: number; index: number }[] = [];
  buckets.forEach((bucket, index) => {
    const before = buckets[index - 1];
    if (before && new Date(before.at).toDateString() !== new Date(bucket.at).toDateString())
      marks.push({ at: bucket.at, index });
  });
  return marks;
}

const [LEAST_BUDGET, MOST_BUDGET] = [0.1, 1000];

/** Alerts per bed-day as typed; null where that is no budget. */
export function budgetOf(typed: string): number | null {
  const value = typed === '' ? Number.NaN : Number(typed.replace(',', '.'));
  return value >= LEAST_BUDGET && value <= MOST_BUDGET ? value : null;
}
