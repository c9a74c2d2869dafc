/**
 * Bytes become types here, and nowhere else. Nothing is believed because it parsed: each field is checked.
 * A message that cannot be believed answers null and is counted; a single vital that cannot be believed is left
 * out (its number then shows as absent) and counted, so that one bad field does not hide the others.
 */
import { alertPath, alerts } from './alertMessages';
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
} from './decode';
import type {
  Actor,
  Anomaly,
  AnomalyPeak,
  Attention,
  Bounds,
  Bucket,
  BucketedHistory,
  Consciousness,
  Dashboard,
  Device,
  Driver,
  Freshness,
  Measured,
  News2,
  Notice,
  Patient,
  PatientNews,
  PatientRecord,
  Priority,
  Reading,
  ReadingPage,
  RecentTrace,
  SecurityEvent,
  Spread,
  StatusMessage,
  Storage,
  VitalKey,
  Vitals,
  VitalsMessage,
  Ward,
} from './types';
import { NEWS2_PARAMETERS, NUMERIC_VITALS, TRACED_VITALS } from './types';

const FRESHNESS: readonly Freshness[] = ['live', 'delayed', 'stale', 'offline'];
const PRIORITIES: readonly Priority[] = ['high', 'medium', 'technical'];
const ACVPU: readonly Consciousness[] = ['A', 'C', 'V', 'P', 'U'];
const VITAL_KEYS: readonly VitalKey[] = [...NUMERIC_VITALS, 'acvpu', 'o2'];

function measured<T>(decode: (value: unknown) => T, value: unknown): Measured<T> {
  const f = fields(value);
  return {
    value: decode(f.value),
    at: time(f.at),
    ageSeconds: number(f.ageSeconds),
    state: oneOf(FRESHNESS, f.state),
  };
}

function vitals(value: unknown): Vitals {
  const f = fields(value);
  const result: Vitals = {};
  for (const key of NUMERIC_VITALS) {
    const one = absent(f[key]) ? undefined : believed(() => measured(number, f[key]));
    if (one) result[key] = one;
  }
  const acvpu = absent(f.acvpu) ? undefined : believed(() => measured((v) => oneOf(ACVPU, v), f.acvpu));
  if (acvpu) result.acvpu = acvpu;
  const o2 = absent(f.o2) ? undefined : believed(() => measured(flag, f.o2));
  if (o2) result.o2 = o2;
  return result;
}

function driver(value: unknown): Driver {
  const f = fields(value);
  return { vital: oneOf(VITAL_KEYS, f.vital), contribution: number(f.contribution) };
}

function drivers(value: unknown): Driver[] {
  return list(value ?? []).flatMap((one) => believed(() => driver(one)) ?? []);
}

function anomaly(value: unknown): Anomaly {
  const f = fields(value);
  return {
    score: number(f.score),
    at: time(f.at),
    completeness: number(f.completeness),
    drivers: drivers(f.drivers),
    model: text(f.model),
  };
}

function bounds(value: unknown): Bounds {
  const f = fields(value);
  return { min: number(f.min), max: number(f.max) };
}

function news2(value: unknown): News2 {
  const f = fields(value);
  const given = fields(f.parameters ?? {});
  const parameters: News2['parameters'] = {};
  for (const key of NEWS2_PARAMETERS) {
    const one = absent(given[key]) ? undefined : believed(() => bounds(given[key]));
    if (one) parameters[key] = one;
  }
  return { ...bounds(f), complete: flag(f.complete), at: time(f.at), scale: number(f.scale), parameters };
}

function attention(value: unknown): Attention {
  const f = fields(value);
  return {
    priority: oneOf(PRIORITIES, f.priority),
    text: text(f.text),
    // A vital we do not draw is still an alert: only the inverse number falls away.
    vital: VITAL_KEYS.find((key) => key === f.vital) ?? null,
    since: time(f.since),
  };
}

function device(value: unknown): Device {
  const f = fields(value);
  return {
    id: text(f.id),
    state: oneOf(['online', 'silent', 'offline'] as const, f.state),
    since: time(f.since),
    lastReadingAt: optional(time, f.lastReadingAt),
    clockOffsetSeconds: optional(number, f.clockOffsetSeconds),
  };
}

function record(f: Fields): PatientRecord {
  return {
    id: text(f.id),
    name: text(f.name),
    shortName: text(f.shortName),
    recordNumber: text(f.recordNumber),
    dateOfBirth: text(f.dateOfBirth),
    sex: text(f.sex),
    bed: text(f.bed),
    ward: text(f.ward),
    status: text(f.status),
    spo2Scale: number(f.spo2Scale),
  };
}

function patient(value: unknown): Patient {
  const f = fields(value);
  return {
    record: record(f),
    device: believed(() => optional(device, f.device)) ?? null,
    vitals: vitals(f.vitals),
    anomaly: believed(() => optional(anomaly, f.anomaly)) ?? null,
    news2: believed(() => optional(news2, f.news2)) ?? null,
    attention: believed(() => optional(attention, f.attention)) ?? null,
    alerts: believed(() => alerts(f.alerts)) ?? [],
    limitsChanged: f.limitsChanged === true,
    seq: number(f.seq),
  };
}

function storage(value: unknown): Storage {
  const f = fields(value);
  return { state: oneOf(['stored', 'delayed', 'away'] as const, f.state), since: time(f.since) };
}

function ward(value: unknown): Ward {
  const f = fields(value);
  return { id: text(f.id), name: text(f.name), beds: list(f.beds).map(text) };
}

/** GET /api/dashboard-data. A patient that cannot be read is left out and counted. */
export const decodeDashboard = whole((value): Dashboard => {
  const f = fields(value);
  return {
    generatedAt: time(f.generatedAt),
    hospital: text(fields(f.hospital).name),
    demo: flag(f.demo),
    storage: storage(f.storage),
    wards: list(f.wards).map(ward),
    patients: list(f.patients).flatMap((one) => believed(() => patient(one)) ?? []),
    alertPath: (believed(() => list(f.alertPath ?? [])) ?? []).flatMap((one) => believed(() => alertPath(one)) ?? []),
  };
});

/** Hub message VitalsUpdated. */
export const decodeVitalsUpdated = whole((value): VitalsMessage => {
  const f = fields(value);
  return {
    patient: text(f.patient),
    device: text(f.device),
    at: time(f.at),
    vitals: vitals(f.vitals),
    anomaly: believed(() => optional(anomaly, f.anomaly)) ?? null,
    news2: believed(() => optional(news2, f.news2)) ?? null,
    attention: believed(() => optional(attention, f.attention)) ?? null,
    seq: number(f.seq),
    late: f.late === true,
  };
});

/** Hub message StatusUpdated: silence or staleness changed without a reading. */
export const decodeStatusUpdated = whole((value): StatusMessage => {
  const f = fields(value);
  return {
    patient: text(f.patient),
    device: believed(() => optional(device, f.device)) ?? null,
    vitals: vitals(f.vitals),
    anomaly: believed(() => optional(anomaly, f.anomaly)) ?? null,
    news2: believed(() => optional(news2, f.news2)) ?? null,
    attention: believed(() => optional(attention, f.attention)) ?? null,
    seq: number(f.seq),
  };
});

/**
 * Hub messages PatientCreated, PatientCritical, PatientMoved, and StatusUpdated where it is about the status somebody has given to
 * the patient: under that name both come, and what has been measured has a sequence number.
 */
export const decodePatientNews = (kind: PatientNews['kind'], raw: unknown): PatientNews | null =>
  whole((value): PatientNews => {
    const f = fields(value);
    return {
      kind,
      patient: text(f.patient),
      ward: optional(text, f.ward),
      bed: optional(text, f.bed),
      status: text(f.status),
      at: time(f.at),
    };
  })(raw);

/** Whether a message StatusUpdated is news about the patient rather than about what is measured. */
export const isPatientNews = (raw: unknown): boolean =>
  typeof raw === 'object' && raw !== null && 'status' in raw && !('seq' in raw);

/** Hub message StorageChanged. */
export const decodeStorageChanged = whole(storage);

/** Hub message Heartbeat: the server's clock. */
export const decodeHeartbeat = whole((value): number => time(fields(value).at));

/** Hub message Notification. */
export const decodeNotification = whole((value): Notice => {
  const f = fields(value);
  return { kind: text(f.kind), patient: text(f.patient), ward: text(f.ward), text: text(f.text), at: time(f.at) };
});

export function actor(value: unknown): Actor {
  const f = fields(value);
  return { id: text(f.id), user: text(f.user), name: text(f.name) };
}

/** Hub message SecurityEvent, and one of GET /api/security-events. */
export function securityEvent(value: unknown): SecurityEvent {
  const f = fields(value);
  return {
    id: text(f.id),
    at: time(f.at),
    kind: text(f.kind),
    severity: oneOf(['high', 'medium'] as const, f.severity),
    actor: optional(actor, f.actor),
    text: text(f.text),
    acknowledgedBy: optional(text, f.acknowledgedBy),
    acknowledgedAt: optional(time, f.acknowledgedAt),
    note: optional(text, f.note),
  };
}

/** GET /api/live/recent. */
export const decodeRecent = whole((value): RecentTrace[] =>
  list(fields(value).patients).map((one) => {
    const f = fields(one);
    return {
      id: text(f.id),
      readings: list(f.readings).flatMap(
        (reading) =>
          believed(() => {
            const r = fields(reading);
            const values: RecentTrace['readings'][number]['values'] = {};
            for (const key of TRACED_VITALS) {
              const v = r[key];
              if (!absent(v)) values[key] = number(v);
            }
            return { at: time(r.at), values };
          }) ?? [],
      ),
    };
  }),
);

function reading(value: unknown): Reading {
  const f = fields(value);
  const given = fields(f.vitals);
  const values: Reading['vitals'] = {};
  for (const key of NUMERIC_VITALS) {
    const one = absent(given[key]) ? undefined : believed(() => number(given[key]));
    if (one !== undefined) values[key] = one;
  }
  const acvpu = ACVPU.find((one) => one === given.acvpu);
  if (acvpu) values.acvpu = acvpu;
  if (typeof given.o2 === 'boolean') values.o2 = given.o2;
  return {
    at: time(f.at),
    receivedAt: time(f.receivedAt),
    device: text(f.device),
    late: f.late === true,
    vitals: values,
    anomaly: optional((a) => ({ score: number(fields(a).score), drivers: drivers(fields(a).drivers) }), f.anomaly),
    news2: optional(bounds, f.news2),
  };
}

const readings = (value: unknown): Reading[] => list(value).flatMap((one) => believed(() => reading(one)) ?? []);

/** GET /api/patients/{id}/vitals/latest. */
export const decodeLatest = whole((value): { patient: Patient; recent: Reading[] } => ({
  patient: patient(value),
  recent: readings(fields(value).recent),
}));

/** GET /api/patients/{id}/vitals/history without bucket. */
export const decodeReadingPage = whole((value): ReadingPage => {
  const f = fields(value);
  return { items: readings(f.items), next: optional(text, f.next) };
});

function spread(value: unknown): Spread {
  const f = fields(value);
  return { min: number(f.min), mean: number(f.mean), max: number(f.max) };
}

function bucket(value: unknown): Bucket {
  const f = fields(value);
  const given = fields(f.vitals);
  const values: Bucket['vitals'] = {};
  for (const key of NUMERIC_VITALS) {
    const one = absent(given[key]) ? undefined : believed(() => spread(given[key]));
    if (one) values[key] = one;
  }
  return {
    start: time(f.start),
    count: number(f.count),
    vitals: values,
    anomaly: optional(spread, f.anomaly),
    news2: optional(bounds, f.news2),
  };
}

function peak(value: unknown): AnomalyPeak {
  const f = fields(value);
  return { at: time(f.at), score: number(f.score), drivers: drivers(f.drivers) };
}

/** GET /api/patients/{id}/vitals/history with bucket. */
export const decodeBuckets = whole((value): BucketedHistory => {
  const f = fields(value);
  return {
    bucketSeconds: number(f.bucketSeconds),
    start: time(f.start),
    end: time(f.end),
    items: list(f.items).flatMap((one) => believed(() => bucket(one)) ?? []),
    anomalies: list(f.anomalies ?? []).flatMap((one) => believed(() => peak(one)) ?? []),
  };
});
