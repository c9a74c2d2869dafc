/** A week of duty as it is drawn: stretches as parts of the week, gaps, and what is told of them. Times in milliseconds. */
import type { Coverage, CoverageCell, Schedule, Stretch } from '../../api/oncall';

export interface Week {
  from: number;
  until: number;
}

const DAYS = 7;

/** The week of a time in the reader's zone, from Monday; of 167 or 169 hours where the clocks change. */
export function weekOf(at: number, weeksLater = 0): Week {
  const d = new Date(at);
  const monday = new Date(d.getFullYear(), d.getMonth(), d.getDate() - ((d.getDay() + 6) % DAYS) + weeksLater * DAYS);
  const next = new Date(monday.getFullYear(), monday.getMonth(), monday.getDate() + DAYS);
  return { from: monday.getTime(), until: next.getTime() };
}

/** The beginnings of its days. */
export function daysOf({ from }: Week): number[] {
  const d = new Date(from);
  return Array.from({ length: DAYS }, (_, day) => new Date(d.getFullYear(), d.getMonth(), d.getDate() + day).getTime());
}

export interface Bar {
  stretch: Stretch;
  /** In percent of the week. */
  left: number;
  width: number;
}

/** Stretches within the week, cut at its ends; neighbours with the same person and source are one. */
export function bars(stretches: readonly Stretch[], week: Week): Bar[] {
  const length = week.until - week.from;
  const joined: Stretch[] = [];
  for (const one of [...stretches].sort((a, b) => a.from - b.from)) {
    const last = joined.at(-1);
    const same = last && last.until >= one.from && last.person?.id === one.person?.id && last.source === one.source;
    if (same) joined[joined.length - 1] = { ...last, until: Math.max(last.until, one.until) };
    else joined.push(one);
  }
  return joined
    .filter((one) => one.until > week.from && one.from < week.until)
    .map((stretch) => {
      const from = Math.max(stretch.from, week.from);
      const until = Math.min(stretch.until, week.until);
      return { stretch, left: ((from - week.from) / length) * 100, width: ((until - from) / length) * 100 };
    });
}

/** Where nobody is on duty from now on; what is over can be looked at, and nothing can be done about it. */
export const gapsOf = (final: readonly Stretch[], now: number): Stretch[] =>
  final
    .filter((one) => one.person === null && one.until > now)
    .map((one) => ({ ...one, from: Math.max(one.from, now) }));

export interface DutyGroup {
  key: string;
  ward: string | null;
  role: string;
  /** By tier. */
  schedules: Schedule[];
}

/** Schedules of the same role and ward stand together, tier by tier. */
export function groupsOf(schedules: readonly Schedule[]): DutyGroup[] {
  const groups = new Map<string, DutyGroup>();
  for (const one of schedules) {
    const key = `${one.ward ?? ''}/${one.role}`;
    const group = groups.get(key) ?? { key, ward: one.ward, role: one.role, schedules: [] };
    group.schedules.push(one);
    groups.set(key, group);
  }
  for (const group of groups.values()) group.schedules.sort((a, b) => a.tier - b.tier);
  return [...groups.values()];
}

export interface Matrix {
  beds: string[];
  types: { type: string; cells: (CoverageCell | null)[]; holes: number }[];
  /** Each sentence once, with the beds that it is about. */
  sentences: { hole: string; beds: string[] }[];
}

export function matrixOf({ items }: Coverage): Matrix {
  const beds = [...new Set(items.map((one) => one.bed))];
  const types = [...new Set(items.map((one) => one.type))].map((type) => {
    const cells = beds.map((bed) => items.find((one) => one.bed === bed && one.type === type) ?? null);
    return { type, cells, holes: cells.filter((one) => one?.hole).length };
  });
  const sentences = new Map<string, string[]>();
  for (const { hole, bed } of items) if (hole) sentences.set(hole, [...new Set([...(sentences.get(hole) ?? []), bed])]);
  return { beds, types, sentences: [...sentences].map(([hole, of]) => ({ hole, beds: of })) };
}
