import { believed, fields, list, number, optional, text, time, whole } from '../live/decode';
import { Http, part, withQuery } from './http';

export interface DutyPerson {
  id: string;
  /** Null: the account is gone. */
  name: string | null;
}

export interface Schedule {
  id: string;
  name: string;
  /** Null: the whole hospital. */
  ward: string | null;
  role: string;
  tier: number;
  zone: string;
}

/** Somebody on duty for a while, or nobody. Times in milliseconds. */
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

export interface DutyStaff extends DutyPerson {
  roles: string[];
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

export interface Given {
  schedule: string;
  person: string;
  from: string;
  until: string;
}

const rows = <T>(value: unknown, decode: (one: unknown) => T): T[] =>
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

const decodeSchedules = whole((value): Schedule[] =>
  rows(fields(value).items, (one) => {
    const f = fields(one);
    return {
      id: text(f.id),
      name: text(f.name),
      ward: optional(text, f.ward),
      role: text(f.role),
      tier: number(f.tier),
      zone: text(f.zone),
    };
  }),
);

export const decodeCalendar = whole((value): Calendar => {
  const f = fields(value);
  return { final: rows(f.final, stretch), rotation: rows(f.rotation, stretch), overrides: rows(f.overrides, stretch) };
});

const decodeNow = whole((value): DutyNow => {
  const f = fields(value);
  return {
    at: time(f.at),
    items: rows(f.items, (one) => {
      const d = fields(one);
      return {
        ...stretch(one),
        ward: optional(text, d.ward),
        role: text(d.role),
        tier: number(d.tier),
        person: person(d.person),
      };
    }),
    gaps: rows(f.gaps, (one) => {
      const d = fields(one);
      return { ward: optional(text, d.ward), role: text(d.role), tier: number(d.tier) };
    }),
  };
});

const decodeOverrides = whole((value): Override[] =>
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

const decodeStaff = whole((value): DutyStaff[] =>
  rows(fields(value).items, (one) => {
    const f = fields(one);
    return { ...person(one), roles: rows(f.duties, (duty) => text(fields(duty).role)) };
  }),
);

const nameOf = (value: unknown): string => (typeof value === 'string' ? value : text(fields(value).name));

const decodeCoverage = whole((value): Coverage => {
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

const decodeFeed = whole((value): string => text(fields(value).token));
const iso = (at: number): string => new Date(at).toISOString();

/** Who is on duty, and when. */
export class OnCallApi extends Http {
  schedules(signal?: AbortSignal): Promise<Schedule[]> {
    return this.get('/api/oncall/schedules', decodeSchedules, signal);
  }

  calendar(schedule: string, from: number, until: number, signal?: AbortSignal): Promise<Calendar> {
    const path = `/api/oncall/schedules/${part(schedule)}/calendar`;
    return this.get(withQuery(path, { from: iso(from), until: iso(until) }), decodeCalendar, signal);
  }

  now(signal?: AbortSignal): Promise<DutyNow> {
    return this.get('/api/oncall/now', decodeNow, signal);
  }

  overrides(signal?: AbortSignal): Promise<Override[]> {
    return this.get('/api/oncall/overrides', decodeOverrides, signal);
  }

  addOverride(one: Given & { reason: string | null }): Promise<void> {
    return this.tell('POST', '/api/oncall/overrides', one);
  }

  endOverride(id: string): Promise<void> {
    return this.tell('DELETE', `/api/oncall/overrides/${part(id)}`);
  }

  swap(first: Given, second: Given, agreedBy: readonly string[], reason: string | null): Promise<void> {
    return this.tell('POST', '/api/oncall/swaps', { first, second, agreedBy, reason });
  }

  staff(signal?: AbortSignal): Promise<DutyStaff[]> {
    return this.get('/api/oncall/staff', decodeStaff, signal);
  }

  /** Of the next shift, as the server counts it. */
  coverage(ward: string, signal?: AbortSignal): Promise<Coverage> {
    return this.get(withQuery('/api/oncall/coverage', { ward }), decodeCoverage, signal);
  }

  /** A secret address for a calendar program; answers its token, which is told this once. */
  feed(name: string): Promise<string> {
    return this.ask('POST', '/api/oncall/feeds', { name }, decodeFeed);
  }
}
