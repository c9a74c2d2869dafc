/**
 * Who would be on duty by the rules of a schedule that is not saved yet, as the server reckons it: turns go by the clock on the wall of
 * the schedule's zone. A time on the wall is reached when the clock first shows it or a later one: where it leaps ahead, at the leap;
 * where it is set back, at the first of the two. Instants in milliseconds; `wall`: what the clock shows, as if it were UTC.
 */
import type { Layer } from '../../api/oncall';
import type { Day } from '../../api/oncallShapes';

export interface Turn {
  from: number;
  until: number;
  /** Null: nobody. */
  person: string | null;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Wider than any difference between a clock on a wall and UTC; no zone changes twice within as long. */
const REACH_MS = 40 * HOUR_MS;
/** As the days of a date count, from Sunday. */
const WEEK: readonly Day[] = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];

const clocks = new Map<string, Intl.DateTimeFormat>();

export function isZone(zone: string): boolean {
  try {
    clockOf(zone);
    // Offsets such as +01:00 are no zones: they know no summer time.
    return zone === 'UTC' || zone.includes('/');
  } catch {
    return false;
  }
}

function clockOf(zone: string): Intl.DateTimeFormat {
  const known = clocks.get(zone);
  if (known) return known;
  const made = new Intl.DateTimeFormat('en-GB', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  clocks.set(zone, made);
  return made;
}

export function wallAt(zone: string, instant: number): number {
  const whole = Math.floor(instant / 1000) * 1000;
  const parts = Object.fromEntries(
    clockOf(zone)
      .formatToParts(whole)
      .map(({ type, value }) => [type, Number(value)]),
  );
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
  return Date.UTC(year, month - 1, day, hour, minute, second) + (instant - whole);
}

const offsetAt = (zone: string, instant: number): number => wallAt(zone, instant) - instant;

/** When the clock first shows this or a later time. */
export function firstInstant(zone: string, wall: number): number {
  const [before, after] = [offsetAt(zone, wall - REACH_MS), offsetAt(zone, wall + REACH_MS)];
  const reached = wall - before;
  if (before === after) return reached;
  let [low, high] = [wall - REACH_MS, wall + REACH_MS];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (offsetAt(zone, middle) === before) low = middle;
    else high = middle;
  }
  return reached < high ? reached : Math.max(high, wall - after);
}

const timeOf = (text: string): number => {
  const [hours = 0, minutes = 0] = text.split(':').map(Number);
  return hours * HOUR_MS + minutes * 60_000;
};

function turnLength({ rotation, length, unit }: Layer): number {
  if (rotation === 'weekly') return 7 * DAY_MS;
  if (rotation === 'daily') return DAY_MS;
  return (length ?? 1) * (unit === 'hours' ? HOUR_MS : DAY_MS);
}

/** Whose turn it is within a while, restrictions applied; cut at its ends. */
export function turnsOf(layer: Layer, zone: string, from: number, until: number): Turn[] {
  const start = Date.parse(`${layer.start}T00:00:00Z`) + timeOf(layer.handOver);
  const length = turnLength(layer);
  const begins = (number: number): number => firstInstant(zone, start + number * length);
  let number = Math.max(0, Math.floor((wallAt(zone, from) - start) / length));
  while (number > 0 && begins(number) > from) number--;
  const turns: Turn[] = [];
  for (let at = begins(number); at < until; number++) {
    const end = begins(number + 1);
    const person = layer.members[number % layer.members.length]?.id ?? null;
    if (at < end) turns.push({ from: Math.max(at, from), until: Math.min(end, until), person });
    at = end;
  }
  const whole = turns.filter((one) => one.from < one.until && one.person !== null);
  if (layer.restrictions.length === 0) return whole;
  return windowsOf(layer, zone, from, until).flatMap((window) =>
    whole.flatMap((turn) => {
      const cut = { ...turn, from: Math.max(turn.from, window.from), until: Math.min(turn.until, window.until) };
      return cut.from < cut.until ? [cut] : [];
    }),
  );
}

interface Window {
  from: number;
  until: number;
}

/** When the layer counts, in order and without overlaps. */
function windowsOf({ restrictions }: Layer, zone: string, from: number, until: number): Window[] {
  const day = (wall: number): number => Math.floor(wall / DAY_MS) * DAY_MS;
  const windows: Window[] = [];
  for (let at = day(wallAt(zone, from)) - 2 * DAY_MS; at <= day(wallAt(zone, until)) + DAY_MS; at += DAY_MS) {
    const name = WEEK[new Date(at).getUTCDay()];
    for (const one of restrictions) {
      if (!one.days.some((each) => each === name)) continue;
      const ends = timeOf(one.until) <= timeOf(one.from) ? at + DAY_MS : at;
      const window = {
        from: firstInstant(zone, at + timeOf(one.from)),
        until: firstInstant(zone, ends + timeOf(one.until)),
      };
      if (window.from < window.until) windows.push(window);
    }
  }
  const merged: Window[] = [];
  for (const window of windows.sort((a, b) => a.from - b.from)) {
    const last = merged.at(-1);
    if (last && last.until >= window.from) last.until = Math.max(last.until, window.until);
    else merged.push({ ...window });
  }
  return merged;
}

/** Everybody's duty over a while, gaps included: a later layer counts above an earlier one wherever it has somebody. */
export function finalOf(layers: readonly (readonly Turn[])[], from: number, until: number): Turn[] {
  const edges = new Set([from, until]);
  for (const turns of layers) for (const one of turns) edges.add(one.from).add(one.until);
  const order = [...edges].filter((at) => at >= from && at <= until).sort((a, b) => a - b);
  const final: Turn[] = [];
  for (const [index, begin] of order.slice(0, -1).entries()) {
    const end = order[index + 1] as number;
    const covers = (turn: Turn): boolean => turn.from <= begin && turn.until >= end;
    const person = layers.reduce<string | null>((found, turns) => turns.find(covers)?.person ?? found, null);
    const last = final.at(-1);
    if (last && last.person === person) last.until = end;
    else final.push({ from: begin, until: end, person });
  }
  return final;
}
