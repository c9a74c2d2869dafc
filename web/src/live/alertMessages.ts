/** Bytes of alerts, incidents and notifications become types here. As in messages.ts: nothing is believed because it parsed. */
import {
  type Alert,
  type AlertCause,
  type AlertPath,
  INCIDENT_STATES,
  type Incident,
  type IncidentStep,
  JUDGEMENTS,
  type Person,
  PRIORITIES,
  type SoundPause,
  STAGES,
  type StaffNotification,
} from './alertTypes';
import { absent, believed, fields, flag, list, number, oneOf, optional, text, time, whole } from './decode';
import { NUMERIC_VITALS, type VitalKey } from './types';

const VITAL_KEYS: readonly VitalKey[] = [...NUMERIC_VITALS, 'acvpu', 'o2'];

/** A name, or somebody who has one. */
function nameOf(value: unknown): string {
  return typeof value === 'string' ? value : text(fields(value).name);
}

function person(value: unknown): Person {
  const f = fields(value);
  return { id: text(f.id), name: text(f.name) };
}

function cause(value: unknown): AlertCause {
  const f = fields(value);
  const values: AlertCause['values'] = {};
  const given = absent(f.values) ? {} : (believed(() => fields(f.values)) ?? {});
  // Consciousness and oxygen are words there, and are not shown among the numbers.
  for (const key of NUMERIC_VITALS) {
    if (absent(given[key])) continue;
    const one = believed(() => {
      const v = fields(given[key]);
      return { value: number(v.value), ageSeconds: number(v.ageSeconds) };
    });
    if (one) values[key] = one;
  }
  return {
    text: text(f.text),
    vital: VITAL_KEYS.find((key) => key === f.vital) ?? null,
    value: optional(number, f.value),
    limit: optional(number, f.limit),
    unit: optional(text, f.unit) ?? '',
    delaySeconds: optional(number, f.delaySeconds) ?? 0,
    values,
    news2:
      believed(() => optional((one) => ({ min: number(fields(one).min), max: number(fields(one).max) }), f.news2)) ??
      null,
    rule: optional(text, f.rule) ?? '',
    model: optional(text, f.model),
  };
}

export function alert(value: unknown): Alert {
  const f = fields(value);
  return {
    id: text(f.id),
    type: text(f.type),
    name: text(f.name),
    category: optional(text, f.category) ?? '',
    priority: oneOf(PRIORITIES, f.priority),
    technical: optional(flag, f.technical) ?? false,
    patient: optional(text, f.patient),
    ward: optional(text, f.ward),
    bed: optional(text, f.bed),
    condition: oneOf(['active', 'ended'] as const, f.condition),
    signal: oneOf(['on', 'paused', 'latched', 'off'] as const, f.signal),
    acknowledged: optional(flag, f.acknowledged) ?? false,
    cause: cause(f.cause),
    onsetAt: time(f.onsetAt),
    raisedAt: time(f.raisedAt),
    endedAt: optional(time, f.endedAt),
    silencedUntil: optional(time, f.silencedUntil),
    silencedBy: optional(nameOf, f.silencedBy),
    silenceReason: optional(text, f.silenceReason),
    incident: optional(text, f.incident),
    judgement: JUDGEMENTS.find((one) => one === f.judgement) ?? null,
    canary: optional(flag, f.canary) ?? false,
  };
}

const several = <T>(value: unknown, decode: (one: unknown) => T): T[] =>
  list(value ?? []).flatMap((one) => believed(() => decode(one)) ?? []);

export const alerts = (value: unknown): Alert[] => several(value, alert);

function step(value: unknown): IncidentStep {
  const f = fields(value);
  return {
    at: time(f.at),
    actor: optional(person, f.actor),
    step: text(f.step),
    channel: optional(text, f.channel),
    note: optional(text, f.note),
  };
}

const RESPOND_STATES = ['running', 'met', 'overdue', 'none'] as const;

export function incident(value: unknown): Incident {
  const f = fields(value);
  return {
    id: text(f.id),
    number: optional(number, f.number) ?? 0,
    alerts: alerts(f.alerts),
    patient: optional(text, f.patient),
    patientName: optional(text, f.patientName),
    ward: optional(text, f.ward),
    bed: optional(text, f.bed),
    type: text(f.type),
    name: text(f.name),
    category: optional(text, f.category) ?? '',
    priority: oneOf(PRIORITIES, f.priority),
    technical: optional(flag, f.technical) ?? f.category === 'technical',
    state: oneOf(INCIDENT_STATES, f.state),
    role: optional(text, f.role) ?? '',
    assignee: optional((one) => ({ ...person(one), role: optional(text, fields(one).role) ?? '' }), f.assignee),
    openedAt: time(f.openedAt),
    assignedAt: optional(time, f.assignedAt),
    deliveredAt: optional(time, f.deliveredAt),
    acknowledgedAt: optional(time, f.acknowledgedAt),
    startedAt: optional(time, f.startedAt),
    reviewedAt: optional(time, f.reviewedAt),
    resolvedAt: optional(time, f.resolvedAt),
    archivedAt: optional(time, f.archivedAt),
    respondBy: optional(time, f.respondBy),
    respondState: RESPOND_STATES.find((one) => one === f.respondState) ?? 'none',
    nextStep: believed(() => optional(nextStep, f.nextStep)) ?? null,
    outcome: JUDGEMENTS.find((one) => one === f.outcome) ?? null,
    version: optional(number, f.version) ?? 0,
    canary: optional(flag, f.canary) ?? false,
    history: several(f.history, step),
  };
}

function nextStep(value: unknown): NonNullable<Incident['nextStep']> {
  const f = fields(value);
  return { at: time(f.at), what: oneOf(['escalate', 're-alert'] as const, f.what), to: optional(text, f.to) ?? '' };
}

export function notification(value: unknown): StaffNotification {
  const f = fields(value);
  return {
    id: text(f.id),
    kind: text(f.kind),
    priority: oneOf(PRIORITIES, f.priority),
    title: text(f.title),
    text: optional(text, f.text) ?? '',
    incident: optional(text, f.incident),
    ward: optional(text, f.ward),
    bed: optional(text, f.bed),
    patient: optional(text, f.patient),
    createdAt: time(f.createdAt),
    stage: oneOf(STAGES, f.stage),
    channels: several(f.channels, (one) => {
      const c = fields(one);
      return {
        channel: text(c.channel),
        stage: oneOf(STAGES, c.stage),
        attempts: optional(number, c.attempts) ?? 0,
        at: optional(time, c.at),
        error: optional(text, c.error),
      };
    }),
  };
}

export function soundPause(value: unknown): SoundPause {
  const f = fields(value);
  return { ward: text(f.ward), from: optional(time, f.from), until: time(f.until), by: nameOf(f.by) };
}

export function alertPath(value: unknown): AlertPath {
  const f = fields(value);
  return {
    ward: text(f.ward),
    provenAt: optional(time, f.provenAt),
    state: oneOf(['proven', 'late', 'broken'] as const, f.state),
  };
}

/** Hub messages AlertRaised and AlertChanged. */
export const decodeAlert = whole(alert);
/** Hub message AlertPathChanged. */
export const decodeAlertPath = whole(alertPath);
/** Hub message IncidentChanged. */
export const decodeIncident = whole(incident);
/** Hub message Notification, where it is one that belongs to this account. */
export const decodeStaffNotification = whole(notification);
/** Hub message SoundChanged: an end that has passed says that it sounds again. */
export const decodeSoundPause = whole(soundPause);

/** Under the name Notification two things come: news for a ward, and what was sent to this account. The latter has an id. */
export const isStaffNotification = (raw: unknown): boolean =>
  typeof raw === 'object' && raw !== null && 'id' in raw && 'stage' in raw;

/** Lists {"items","next"}. A row that cannot be read is left out and counted. */
export const decodeItems = <T>(decode: (one: unknown) => T) =>
  whole((value): { items: T[]; next: string | null } => {
    const f = fields(value);
    return { items: several(f.items, decode), next: optional(text, f.next) };
  });
