/** Times in the reader's own zone with 24 hours, ages and numbers as the wall writes them. */
import type { NumericVital } from '../live/types';
import { words } from './words';

const pad = (n: number): string => String(n).padStart(2, '0');

/** 14:31:18 */
export function clockTime(at: number): string {
  const d = new Date(at);
  return `${pad(d.getHours())}:${pad(d.getMinutes())}:${pad(d.getSeconds())}`;
}

/** 14:31 */
export function shortTime(at: number): string {
  const d = new Date(at);
  return `${pad(d.getHours())}:${pad(d.getMinutes())}`;
}

const DAY = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' });

export const dayMonth = (at: number): string => DAY.format(at);

function sameDay(a: number, b: number): boolean {
  return new Date(a).toDateString() === new Date(b).toDateString();
}

/** 14:31 on the same day, otherwise 19 Nov 14:31. */
export function timeOrDate(at: number, now: number): string {
  return sameDay(at, now) ? shortTime(at) : `${dayMonth(at)} ${shortTime(at)}`;
}

/** 14:31:18 on the same day, otherwise 19 Nov 14:31:18. */
export function clockOrDate(at: number, now: number): string {
  return sameDay(at, now) ? clockTime(at) : `${dayMonth(at)} ${clockTime(at)}`;
}

/** 3 s, 4 min, 2 h, 3 days: how old something is. */
export function age(seconds: number): string {
  if (seconds < 120) return `${Math.floor(seconds)} s`;
  if (seconds < 7200) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 2 * 86_400) return `${Math.floor(seconds / 3600)} h`;
  return `${Math.floor(seconds / 86_400)} days`;
}

/** 0:39, 12:04, 3:05:10: how long something has lasted. */
export function since(seconds: number): string {
  const h = Math.floor(seconds / 3600);
  const m = Math.floor((seconds % 3600) / 60);
  const s = Math.floor(seconds % 60);
  return h > 0 ? `${h}:${pad(m)}:${pad(s)}` : `${m}:${pad(s)}`;
}

/** 6 s, 2 min, 1 h, 20 min 6 s: a length of time. */
export function duration(seconds: number): string {
  if (seconds < 60) return `${Math.round(seconds)} s`;
  if (seconds < 3600)
    return seconds % 60 < 1
      ? `${Math.floor(seconds / 60)} min`
      : `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
  const h = Math.floor(seconds / 3600);
  const m = Math.round((seconds % 3600) / 60);
  return m === 0 ? `${h} h` : `${h} h ${m} min`;
}

const DECIMALS: Partial<Record<NumericVital, number>> = { temp: 1, glucose: 1 };

export function vitalNumber(vital: NumericVital, value: number): string {
  return value.toFixed(DECIMALS[vital] ?? 0);
}

export const score = (value: number): string => value.toFixed(2);

export const signed = (value: number): string => `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(2)}`;

/** NEWS2 as a number if it is known, otherwise its bounds. */
export function news2Text(news2: { min: number; max: number; complete?: boolean } | null): string {
  if (!news2) return words.none;
  const known = news2.min === news2.max && news2.complete !== false;
  return known ? String(news2.min) : `≥${news2.min}, ≤${news2.max}`;
}

/** Age at a day in words: years; below two years months, below two months days. */
export function ageAt(dateOfBirth: string, at: number): string | null {
  const match = /^(\d{4})-(\d{2})-(\d{2})/.exec(dateOfBirth);
  if (!match) return null;
  const [year, month, day] = [Number(match[1]), Number(match[2]), Number(match[3])];
  const now = new Date(at);
  let months = (now.getFullYear() - year) * 12 + (now.getMonth() + 1 - month);
  if (now.getDate() < day) months--;
  if (months < 0) return null;
  if (months >= 24) return words.patient.years(Math.floor(months / 12));
  if (months >= 2) return words.patient.months(months);
  return words.patient.days(Math.floor((at - new Date(year, month - 1, day).getTime()) / 86_400_000));
}

/** 4 Mar 1962 of 1962-03-04; as it is where it is no day. A month in words cannot be taken for the day. */
export function dayMonthYear(date: string): string {
  const match = /^(\d{4})-(\d{2})-(\d{2})$/.exec(date);
  if (!match) return date;
  const [year, month, day] = [Number(match[1]), Number(match[2]), Number(match[3])];
  return `${day} ${MONTH.format(new Date(year, month - 1, 1))} ${year}`;
}

const MONTH = new Intl.DateTimeFormat('en-GB', { month: 'short' });

/** The day in the reader's own zone, as 2026-11-21. */
export function localDay(at: number): string {
  const d = new Date(at);
  return `${d.getFullYear()}-${pad(d.getMonth() + 1)}-${pad(d.getDate())}`;
}
