/** Shapes of patients as records: who they are, where they lie, what has been done. Times in milliseconds. */
import { absent, believed, fields, flag, list, number, optional, text, time, whole } from '../live/decode';
import { page } from './adminShapes';
import type { Version } from './http';

export const STATUSES = ['admitted', 'stable', 'observation', 'critical', 'discharged'] as const;
/** What somebody can be given while they are here. */
export const PRESENT_STATUSES = STATUSES.filter((one) => one !== 'discharged');
export const SEXES = ['female', 'male', 'other', 'unknown'] as const;
export const DESTINATIONS = ['home', 'other-hospital', 'died', 'other'] as const;

export interface Consent {
  research: boolean;
  app: boolean;
}

/** What a patient is registered with, and what can be corrected. */
export interface Identity {
  recordNumber: string;
  /** Family, Given */
  name: string;
  /** 1962-03-04 */
  dateOfBirth: string;
  sex: string;
  consent: Consent;
}

export interface PatientEntry extends Identity {
  id: string;
  /** `discharged` also for somebody who was never admitted. */
  status: string;
  statusSince: number | null;
  ward: string | null;
  bed: string | null;
  version: Version;
  encounter: { id: string; admittedAt: number } | null;
  /** The record that took this one over. */
  mergedInto: string | null;
}

export interface Place {
  ward: string;
  bed: string;
}

export type NewPatient = Identity & Partial<Place> & { status?: string };

export interface Encounter {
  id: string;
  admittedAt: number;
  dischargedAt: number | null;
  dischargedTo: string | null;
  dischargeNote: string | null;
  places: (Place & { from: number; until: number | null })[];
  statuses: { status: string; since: number; by: string; note: string | null }[];
  devices: { device: string; from: number; until: number | null }[];
}

export interface WornDevice {
  device: string;
  from: number;
  until: number | null;
  lastReadingAt: number | null;
}

export interface BedEntry {
  bed: string;
  patient: { id: string; name: string; status: string; since: number | null } | null;
}

export interface ImportProblem {
  row: number;
  field: string;
  problem: string;
}

export interface ImportAnswer {
  rows: number;
  registered: number;
  unchanged: number;
  /** The first of them. */
  problems: ImportProblem[];
  problemCount: number;
}

function patient(value: unknown): PatientEntry {
  const f = fields(value);
  const consent = fields(f.consent ?? {});
  const encounter = absent(f.encounter) ? null : fields(f.encounter);
  return {
    id: text(f.id),
    recordNumber: text(f.recordNumber),
    name: text(f.name),
    dateOfBirth: text(f.dateOfBirth),
    sex: text(f.sex),
    status: text(f.status),
    statusSince: optional(time, f.statusSince),
    ward: optional(text, f.ward) || null,
    bed: optional(text, f.bed) || null,
    version: typeof f.version === 'string' ? f.version : number(f.version),
    consent: { research: optional(flag, consent.research) ?? false, app: optional(flag, consent.app) ?? false },
    encounter: encounter && { id: text(encounter.id), admittedAt: time(encounter.admittedAt) },
    mergedInto: optional(text, f.mergedInto),
  };
}

export const decodePatient = whole(patient);
export const decodePatients = page(patient);

export const decodeEncounters = page((value): Encounter => {
  const f = fields(value);
  // One line that cannot be read does not hide the others of a stay.
  const each = <T>(of: unknown, one: (value: unknown) => T): T[] =>
    list(of ?? []).flatMap((item) => believed(() => one(item)) ?? []);
  return {
    id: text(f.id),
    admittedAt: time(f.admittedAt),
    dischargedAt: optional(time, f.dischargedAt),
    dischargedTo: optional(text, f.dischargedTo),
    dischargeNote: optional(text, f.dischargeNote),
    places: each(f.places, (one) => {
      const p = fields(one);
      return { ward: text(p.ward), bed: text(p.bed), from: time(p.from), until: optional(time, p.until) };
    }),
    statuses: each(f.statuses, (one) => {
      const s = fields(one);
      return { status: text(s.status), since: time(s.since), by: text(s.by), note: optional(text, s.note) };
    }),
    devices: each(f.devices, (one) => {
      const d = fields(one);
      return { device: text(d.device), from: time(d.from), until: optional(time, d.until) };
    }),
  };
});

export const decodeWorn = page((value): WornDevice => {
  const f = fields(value);
  return {
    device: text(f.device),
    from: time(f.from),
    until: optional(time, f.until),
    lastReadingAt: optional(time, f.lastReadingAt),
  };
});

/** A bed that cannot be read must not look free: then the whole answer is not believed. */
export const decodeBeds = whole((value): BedEntry[] =>
  list(fields(value).items).map((one) => {
    const f = fields(one);
    const inIt = absent(f.patient) ? null : fields(f.patient);
    return {
      bed: text(f.bed),
      patient: inIt && {
        id: text(inIt.id),
        name: text(inIt.name),
        status: text(inIt.status),
        since: optional(time, inIt.since),
      },
    };
  }),
);

function imported(value: unknown): ImportAnswer {
  const f = fields(value);
  return {
    rows: number(f.rows),
    registered: number(f.registered),
    unchanged: number(f.unchanged),
    problems: list(f.problems ?? []).map((one) => {
      const p = fields(one);
      return { row: number(p.row), field: optional(text, p.field) ?? '', problem: text(p.problem) };
    }),
    problemCount: optional(number, f.problemCount) ?? 0,
  };
}

/** The answer to an import, and what stands in its refusal. */
export const decodeImport = whole(imported);

/** Extensions of refusals. */
export const patientOf = (more: Readonly<Record<string, unknown>>): string | null =>
  typeof more.patient === 'string' ? more.patient : null;

export function gapOf(more: Readonly<Record<string, unknown>>): { lastSeenAt: number | null; minutes: number | null } {
  const seen = typeof more.lastSeenAt === 'string' ? Date.parse(more.lastSeenAt) : Number.NaN;
  return {
    lastSeenAt: Number.isNaN(seen) ? null : seen,
    minutes: typeof more.gapMinutes === 'number' ? more.gapMinutes : null,
  };
}

/** What is wrong with which field: the first complaint of each. */
export function fieldErrorsOf(more: Readonly<Record<string, unknown>>): Record<string, string> {
  const errors = more.errors;
  if (typeof errors !== 'object' || errors === null) return {};
  return Object.fromEntries(
    Object.entries(errors).flatMap(([field, said]) => {
      const first: unknown = Array.isArray(said) ? said[0] : said;
      return typeof first === 'string' ? [[field, first]] : [];
    }),
  );
}
