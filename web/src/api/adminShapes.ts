/** Shapes of the administration: people, roles, wards, devices, audit, events, emergency accesses. Times in milliseconds. */
import {
  absent,
  believed,
  type Fields,
  fields,
  flag,
  list,
  number,
  oneOf,
  optional,
  text,
  time,
  whole,
} from '../live/decode';
import { actor, securityEvent } from '../live/messages';
import type { Actor, SecurityEvent } from '../live/types';

export interface Page<T> {
  items: T[];
  next: string | null;
}

export interface Person {
  id: string;
  user: string;
  name: string;
  role: string;
  wards: string[];
  /** The record that a patient's account belongs to. */
  patient: string | null;
  disabled: boolean;
  secondFactor: boolean;
  passkeys: number;
  createdAt: number;
  lastSignInAt: number | null;
  /** Goes back with a change, so that nobody overwrites another's. */
  version: string | number;
}

export const SCOPES = ['hospital', 'wards', 'patients', 'self'] as const;
export type Scope = (typeof SCOPES)[number];

export interface Role {
  role: string;
  permissions: { permission: string; scope: Scope | null; description: string }[];
}

export interface WardEntry {
  id: string;
  name: string;
  beds: string[];
  patients: number;
}

export interface DeviceEntry {
  id: string;
  createdAt: number;
  revokedAt: number | null;
  patient: string | null;
  ward: string | null;
  keys: number;
}

export interface DeviceKey {
  keyId: string;
  algorithm: string;
  createdAt: number;
  expiresAt: number | null;
  revokedAt: number | null;
}

/** What is told once and never again. */
export interface DeviceSecret {
  token: string | null;
  keyId: string;
  algorithm: string;
  key: string;
}

export interface AuditRow {
  no: number;
  at: number;
  actor: Actor | null;
  role: string;
  action: string;
  patients: string[];
  outcome: string;
  purpose: string | null;
  address: string;
  requestId: string;
  detail: string | null;
}

export interface AuditVerdict {
  rows: number;
  whole: boolean;
  fault: { no: number; what: string } | null;
  checkpoint: { no: number; at: number } | null;
}

export interface EmergencyEntry {
  id: string;
  at: number;
  until: number;
  actor: Actor | null;
  patient: { id: string; shortName: string; ward: string; bed: string };
  reason: string;
  reviewedBy: string | null;
  reviewedAt: number | null;
  verdict: 'justified' | 'unjustified' | null;
  note: string | null;
}

export interface DeadLetter {
  id: string;
  at: number;
  source: string;
  device: string | null;
  consumer: string | null;
  event: string | null;
  reason: string;
  attempts: number | null;
  size: number | null;
  settled: 'replayed' | 'dropped' | null;
  settledAt: number | null;
  settledBy: string | null;
}

/** Ids are opaque: some servers count. */
export const id = (value: unknown): string => (typeof value === 'number' ? String(value) : text(value));

/** A page of a list; a row that cannot be read is left out and counted. */
export function page<T>(one: (value: unknown) => T): (value: unknown) => Page<T> | null {
  return whole((value) => {
    const f = fields(value);
    return { items: list(f.items).flatMap((item) => believed(() => one(item)) ?? []), next: optional(id, f.next) };
  });
}

function person(value: unknown): Person {
  const f = fields(value);
  return {
    id: id(f.id),
    user: text(f.user),
    name: text(f.name),
    role: text(f.role),
    wards: list(f.wards ?? []).map(text),
    patient: optional(text, f.patient),
    disabled: flag(f.disabled),
    secondFactor: flag(f.secondFactor),
    passkeys: number(f.passkeys),
    createdAt: time(f.createdAt),
    lastSignInAt: optional(time, f.lastSignInAt),
    version: typeof f.version === 'string' ? f.version : number(f.version),
  };
}

export const decodePeople = page(person);
export const decodePerson = whole(person);

export const decodeNewPerson = whole((value): { password: string } => ({ password: text(fields(value).password) }));

function role(value: unknown): Role {
  const f = fields(value);
  return {
    role: text(f.role),
    permissions: list(f.permissions).map((one) => {
      const p = fields(one);
      return {
        permission: text(p.permission),
        scope: SCOPES.find((scope) => scope === p.scope) ?? null,
        description: optional(text, p.description) ?? '',
      };
    }),
  };
}

export const decodeRoles = page(role);

function wardEntry(value: unknown): WardEntry {
  const f = fields(value);
  return {
    id: text(f.id),
    name: text(f.name),
    beds: list(f.beds).map(text),
    patients: optional(number, f.patients) ?? 0,
  };
}

export const decodeWards = page(wardEntry);

const deviceOf = (f: Fields): DeviceEntry => ({
  id: text(f.id),
  createdAt: time(f.createdAt),
  revokedAt: optional(time, f.revokedAt),
  patient: optional(text, f.patient),
  ward: optional(text, f.ward),
  keys: optional(number, f.keys) ?? 0,
});

export const decodeDevices = page((value) => deviceOf(fields(value)));

export const decodeDevice = whole((value): { device: DeviceEntry; keys: DeviceKey[] } => {
  const f = fields(value);
  return {
    device: deviceOf(f),
    keys: list(f.keyList).map((one) => {
      const k = fields(one);
      return {
        keyId: id(k.keyId),
        algorithm: text(k.algorithm),
        createdAt: time(k.createdAt),
        expiresAt: optional(time, k.expiresAt),
        revokedAt: optional(time, k.revokedAt),
      };
    }),
  };
});

export const decodeDeviceSecret = whole((value): DeviceSecret => {
  const f = fields(value);
  return { token: optional(text, f.token), keyId: id(f.keyId), algorithm: text(f.algorithm), key: text(f.key) };
});

function auditRow(value: unknown): AuditRow {
  const f = fields(value);
  return {
    no: number(f.no),
    at: time(f.at),
    actor: optional(actor, f.actor),
    role: optional(text, f.role) ?? '',
    action: text(f.action),
    patients: list(f.patients ?? []).map(text),
    outcome: text(f.outcome),
    purpose: optional(text, f.purpose),
    address: optional(text, f.address) ?? '',
    requestId: optional(text, f.requestId) ?? '',
    detail: optional(text, f.detail),
  };
}

export const decodeAudit = page(auditRow);

export const decodeVerdict = whole((value): AuditVerdict => {
  const f = fields(value);
  const fault = absent(f.fault) ? null : fields(f.fault);
  const checkpoint = absent(f.checkpoint) ? null : fields(f.checkpoint);
  return {
    rows: number(f.rows),
    whole: flag(f.whole),
    fault: fault && { no: number(fault.no), what: text(fault.what) },
    checkpoint: checkpoint && { no: number(checkpoint.no), at: time(checkpoint.at) },
  };
});

export const decodeEvents: (value: unknown) => Page<SecurityEvent> | null = page(securityEvent);

export const decodeEmergencies = page((value): EmergencyEntry => {
  const f = fields(value);
  const patient = fields(f.patient);
  return {
    id: id(f.id),
    at: time(f.at),
    until: time(f.until),
    actor: optional(actor, f.actor),
    patient: {
      id: text(patient.id),
      shortName: text(patient.shortName),
      ward: optional(text, patient.ward) ?? '',
      bed: optional(text, patient.bed) ?? '',
    },
    reason: text(f.reason),
    reviewedBy: optional(text, f.reviewedBy),
    reviewedAt: optional(time, f.reviewedAt),
    verdict: optional((v) => oneOf(['justified', 'unjustified'] as const, v), f.verdict),
    note: optional(text, f.note),
  };
});

function deadLetter(value: unknown): DeadLetter {
  const f = fields(value);
  return {
    id: id(f.id),
    at: time(f.at),
    source: text(f.source),
    device: optional(text, f.device),
    consumer: optional(text, f.consumer),
    event: optional(text, f.event),
    reason: text(f.reason),
    attempts: optional(number, f.attempts),
    size: optional(number, f.size),
    settled: optional((v) => oneOf(['replayed', 'dropped'] as const, v), f.settled),
    settledAt: optional(time, f.settledAt),
    settledBy: optional(text, f.settledBy),
  };
}

export const decodeDeadLetters = page(deadLetter);

/** One with its content, as text; null where it cannot be opened. */
export const decodeDeadLetter = whole((value): { letter: DeadLetter; payload: string | null } => {
  const f = fields(value);
  // A device's message stays sealed under its key: of it there is the topic.
  const payload = absent(f.payload) ? optional(text, f.topic) : JSON.stringify(f.payload, null, 2);
  return { letter: deadLetter(f.deadLetter), payload };
});

export const decodeOutcome = whole((value): { outcome: string; reason: string | null } => {
  const f = fields(value);
  return { outcome: text(f.outcome), reason: optional(text, f.reason) };
});
