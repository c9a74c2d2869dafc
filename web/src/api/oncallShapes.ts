/** Shapes of who is on duty. Times in milliseconds where they are instants; by the clock on the wall (`07:00`) where a schedule says them. */
import { believed, fields, flag, list, number, oneOf, optional, text, time, whole } from '../live/decode';

export interface DutyPerson {
  id: string;
  /** Null: the account is gone. */
  name: string | null;
}

export const ROTATIONS = ['daily', 'weekly', 'custom'] as const;
export type RotationKind = (typeof ROTATIONS)[number];
export const UNITS = ['hours', 'days'] as const;
export type TurnUnit = (typeof UNITS)[number];
export const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
export type Day = (typeof DAYS)[number];

export interface Restriction {
  days: Day[];
  from: string;
  until: string;
}

export interface Layer {
  rotation: RotationKind;
  /** Of a custom rotation. */
  length: number | null;
  unit: TurnUnit | null;
  handOver: string;
  /** The day of the first turn, as 2026-11-23. */
  start: string;
  members: DutyPerson[];
  restrictions: Restriction[];
}

export interface Schedule {
  id: string;
  name: string;
  /** Null: the whole hospital. */
  ward: string | null;
  role: string;
  tier: number;
  zone: string;
  layers: Layer[];
  version: string | number;
  endedAt: number | null;
}

/** Somebody on duty for a while, or nobody. */
export interface Stretch {
  from: number;
  until: number;
  person: DutyPerson | null;
  source: string;
}

export interface Calendar {
  final: Stretch[];
  rotation: Stretch[];
  overrides: Stretch[];
}

/** Of a schedule that is not saved yet. */
export interface PreviewCalendar extends Calendar {
  /** The turns of each layer by themselves, from now on. */
  layers: Stretch[][];
}

export interface OnDuty extends Stretch {
  ward: string | null;
  role: string;
  tier: number;
  person: DutyPerson;
}

export interface DutyNow {
  at: number;
  items: OnDuty[];
  gaps: { ward: string | null; role: string; tier: number }[];
}

export interface Override {
  id: string;
  schedule: string;
  person: DutyPerson;
  from: number;
  until: number;
  reason: string | null;
  by: DutyPerson | null;
}

export interface SwapSide {
  schedule: string;
  person: DutyPerson;
  from: number;
  until: number;
}

export interface Swap {
  id: string;
  first: SwapSide;
  second: SwapSide;
  reason: string | null;
}

export interface Duty {
  role: string;
  tier: number;
  /** Null: in the whole hospital. */
  wards: string[] | null;
}

export interface DutyStaff extends DutyPerson {
  /** The account's. */
  role: string;
  wards: string[];
  disabled: boolean;
  duties: Duty[];
  channels: string[];
  version: number;
}

export interface CoverageCell {
  bed: string;
  type: string;
  steps: { to: string; people: string[] }[];
  /** A sentence; null: everybody is reached. */
  hole: string | null;
}

export interface Coverage {
  items: CoverageCell[];
  holes: number;
  checkedAt: number;
}

export const rows = <T>(value: unknown, decode: (one: unknown) => T): T[] =>
  list(value ?? []).flatMap((one) => believed(() => decode(one)) ?? []);

function person(value: unknown): DutyPerson {
  const f = fields(value);
  return { id: text(f.id), name: optional(text, f.name) };
}

function stretch(value: unknown): Stretch {
  const f = fields(value);
  return {
    from: time(f.from),
    until: time(f.until),
    person: optional(person, f.person),
    source: optional(text, f.source) ?? '',
  };
}

function layer(value: unknown): Layer {
  const f = fields(value);
  return {
    rotation: oneOf(ROTATIONS, f.rotation),
    length: optional(number, f.length),
    unit: optional((one) => oneOf(UNITS, one), f.unit),
    handOver: text(f.handOver),
    start: text(f.start),
    members: list(f.members).map(person),
    restrictions: list(f.restrictions ?? []).map((one) => {
      const r = fields(one);
      return { days: list(r.days).map((day) => oneOf(DAYS, day)), from: text(r.from), until: text(r.until) };
    }),
  };
}

function schedule(value: unknown): Schedule {
  const f = fields(value);
  return {
    id: text(f.id),
    name: text(f.name),
    ward: optional(text, f.ward),
    role: text(f.role),
    tier: number(f.tier),
    zone: text(f.zone),
    // A rule that cannot be read must not go back to the server as if it were not there: then the whole schedule is not believed.
    layers: list(f.layers ?? []).map(layer),
    version: typeof f.version === 'string' ? f.version : number(f.version ?? 1),
    endedAt: optional(time, f.endedAt),
  };
}

export const decodeSchedule = whole(schedule);
export const decodeSchedules = whole((value): Schedule[] => rows(fields(value).items, schedule));

function calendar(value: unknown): Calendar {
  const f = fields(value);
  return { final: rows(f.final, stretch), rotation: rows(f.rotation, stretch), overrides: rows(f.overrides, stretch) };
}

export const decodeCalendar = whole(calendar);

export const decodePreview = whole(
  (value): PreviewCalendar => ({
    ...calendar(value),
    layers: list(fields(value).layers).map((layer) => rows(layer, stretch)),
  }),
);

export const decodeNow = whole((value): DutyNow => {
  const f = fields(value);
  const place = (one: unknown): { ward: string | null; role: string; tier: number } => {
    const d = fields(one);
    return { ward: optional(text, d.ward), role: text(d.role), tier: number(d.tier) };
  };
  return {
    at: time(f.at),
    items: rows(f.items, (one) => ({ ...stretch(one), ...place(one), person: person(fields(one).person) })),
    gaps: rows(f.gaps, place),
  };
});

export const decodeOverrides = whole((value): Override[] =>
  rows(fields(value).items, (one) => {
    const f = fields(one);
    return {
      id: text(f.id),
      schedule: text(f.schedule),
      person: person(f.person),
      from: time(f.from),
      until: time(f.until),
      reason: optional(text, f.reason),
      by: optional(person, f.by),
    };
  }),
);

const side = (value: unknown): SwapSide => {
  const f = fields(value);
  return { schedule: text(f.schedule), person: person(f.person), from: time(f.from), until: time(f.until) };
};

export const decodeSwaps = whole((value): Swap[] =>
  rows(fields(value).items, (one) => {
    const f = fields(one);
    return { id: text(f.id), first: side(f.first), second: side(f.second), reason: optional(text, f.reason) };
  }),
);

export const decodeStaff = whole((value): DutyStaff[] =>
  rows(fields(value).items, (one) => {
    const f = fields(one);
    return {
      ...person(one),
      role: optional(text, f.role) ?? '',
      wards: list(f.wards ?? []).map(text),
      disabled: optional(flag, f.disabled) ?? false,
      duties: list(f.duties ?? []).map((duty) => {
        const d = fields(duty);
        return {
          role: text(d.role),
          tier: optional(number, d.tier) ?? 1,
          wards: optional((wards) => list(wards).map(text), d.wards),
        };
      }),
      channels: list(f.channels ?? []).map(text),
      version: number(f.version),
    };
  }),
);

const nameOf = (value: unknown): string => (typeof value === 'string' ? value : text(fields(value).name));

export const decodeCoverage = whole((value): Coverage => {
  const f = fields(value);
  return {
    items: rows(f.items, (one) => {
      const c = fields(one);
      return {
        bed: text(c.bed),
        type: text(c.type),
        steps: rows(c.steps, (step) => ({ to: text(fields(step).to), people: rows(fields(step).people, nameOf) })),
        hole: optional(text, c.hole),
      };
    }),
    holes: number(f.holes),
    checkedAt: time(f.checkedAt),
  };
});

export const decodeFeed = whole((value): string => text(fields(value).token));
