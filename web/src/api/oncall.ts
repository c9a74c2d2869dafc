import { Http, part, type Version, withQuery } from './http';
import {
  type Calendar,
  type Coverage,
  type Duty,
  type DutyNow,
  type DutyStaff,
  decodeCalendar,
  decodeCoverage,
  decodeFeed,
  decodeNow,
  decodeOverrides,
  decodePreview,
  decodeSchedule,
  decodeSchedules,
  decodeStaff,
  decodeSwaps,
  type Layer,
  type Override,
  type PreviewCalendar,
  type Schedule,
  type Swap,
} from './oncallShapes';

export type {
  Calendar,
  Coverage,
  CoverageCell,
  Duty,
  DutyNow,
  DutyPerson,
  DutyStaff,
  Layer,
  OnDuty,
  Override,
  PreviewCalendar,
  Restriction,
  Schedule,
  Stretch,
  Swap,
} from './oncallShapes';
export { decodeCalendar } from './oncallShapes';

export interface Given {
  schedule: string;
  person: string;
  from: string;
  until: string;
}

/** A schedule's rules, as they are sent. */
export interface Rules {
  name: string;
  zone: string;
  layers: (Omit<Layer, 'members'> & { members: string[] })[];
}

export type NewSchedule = Rules & Pick<Schedule, 'ward' | 'role' | 'tier'>;

const iso = (at: number): string => new Date(at).toISOString();
const MOST = '1000';

/** Who is on duty, and when. */
export class OnCallApi extends Http {
  /** `ended`: those that have ended, too. */
  schedules(signal?: AbortSignal, ended = false): Promise<Schedule[]> {
    return this.get(withQuery('/api/oncall/schedules', { ended: ended ? 'true' : null }), decodeSchedules, signal);
  }

  schedule(id: string, signal?: AbortSignal): Promise<Schedule> {
    return this.get(ofSchedule(id), decodeSchedule, signal);
  }

  addSchedule(schedule: NewSchedule): Promise<Schedule> {
    return this.ask('POST', '/api/oncall/schedules', schedule, decodeSchedule);
  }

  changeSchedule(id: string, rules: Rules, version: Version): Promise<Schedule> {
    return this.ask('PUT', ofSchedule(id), rules, decodeSchedule, version);
  }

  endSchedule(id: string, version: Version): Promise<void> {
    return this.tell('DELETE', ofSchedule(id), undefined, version);
  }

  /** The calendar of one that is not saved yet; `known`: the one that it changes. */
  preview(
    rules: Rules | NewSchedule,
    known: { id: string; version: Version } | null,
    week: { from: number; until: number },
    signal?: AbortSignal,
  ): Promise<PreviewCalendar> {
    const path = `${known ? ofSchedule(known.id) : '/api/oncall/schedules'}/preview`;
    const span = { from: iso(week.from), until: iso(week.until) };
    return this.look(withQuery(path, span), rules, decodePreview, signal, known?.version);
  }

  calendar(schedule: string, from: number, until: number, signal?: AbortSignal): Promise<Calendar> {
    const path = `${ofSchedule(schedule)}/calendar`;
    return this.get(withQuery(path, { from: iso(from), until: iso(until) }), decodeCalendar, signal);
  }

  now(signal?: AbortSignal): Promise<DutyNow> {
    return this.get('/api/oncall/now', decodeNow, signal);
  }

  overrides(signal?: AbortSignal): Promise<Override[]> {
    return this.get(withQuery('/api/oncall/overrides', { limit: MOST }), decodeOverrides, signal);
  }

  addOverride(one: Given & { reason: string | null }): Promise<void> {
    return this.tell('POST', '/api/oncall/overrides', one);
  }

  endOverride(id: string): Promise<void> {
    return this.tell('DELETE', `/api/oncall/overrides/${part(id)}`);
  }

  swaps(signal?: AbortSignal): Promise<Swap[]> {
    return this.get(withQuery('/api/oncall/swaps', { limit: MOST }), decodeSwaps, signal);
  }

  swap(first: Given, second: Given, agreedBy: readonly string[], reason: string | null): Promise<void> {
    return this.tell('POST', '/api/oncall/swaps', { first, second, agreedBy, reason });
  }

  endSwap(id: string): Promise<void> {
    return this.tell('DELETE', `/api/oncall/swaps/${part(id)}`);
  }

  staff(signal?: AbortSignal): Promise<DutyStaff[]> {
    return this.get('/api/oncall/staff', decodeStaff, signal);
  }

  /** Replaces all duties and channels that somebody has. */
  setDuties(id: string, duties: readonly Duty[], channels: readonly string[], version: Version): Promise<void> {
    return this.tell('PUT', `/api/oncall/staff/${part(id)}`, { duties, channels }, version);
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

const ofSchedule = (id: string): string => `/api/oncall/schedules/${part(id)}`;
