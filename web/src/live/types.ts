/** What the server says, after validation. Times are milliseconds since 1970 in UTC; units stand in VITAL_UNITS. */
import type { Alert, AlertPath } from './alertTypes';

export const NUMERIC_VITALS = ['hr', 'spo2', 'rr', 'sbp', 'dbp', 'temp', 'etco2', 'glucose'] as const;
export type NumericVital = (typeof NUMERIC_VITALS)[number];
export type VitalKey = NumericVital | 'acvpu' | 'o2';

/** Vitals that a monitor measures all the time; the others are taken now and then and keep their value for hours. */
export const CONTINUOUS_VITALS = ['hr', 'spo2', 'rr', 'etco2'] as const satisfies readonly NumericVital[];

/** The vitals kept in memory for the wall's ten-minute traces. */
export const TRACED_VITALS = ['hr', 'spo2', 'rr'] as const satisfies readonly NumericVital[];
export type TracedVital = (typeof TRACED_VITALS)[number];

export type Consciousness = 'A' | 'C' | 'V' | 'P' | 'U';
export type Freshness = 'live' | 'delayed' | 'stale' | 'offline';
export type Priority = 'high' | 'medium' | 'technical';

export interface Measured<T> {
  value: T;
  /** When it was measured. */
  at: number;
  /** Its age when the server sent it. */
  ageSeconds: number;
  /** The server's judgement when it sent it. */
  state: Freshness;
}

export type Vitals = { [K in NumericVital]?: Measured<number> } & {
  acvpu?: Measured<Consciousness>;
  o2?: Measured<boolean>;
};

export interface Driver {
  vital: VitalKey;
  /** Positive pushes towards anomalous. */
  contribution: number;
}

export interface Anomaly {
  score: number;
  at: number;
  completeness: number;
  drivers: Driver[];
  model: string;
}

export interface Bounds {
  min: number;
  max: number;
}

export const NEWS2_PARAMETERS = ['rr', 'spo2', 'o2', 'sbp', 'hr', 'acvpu', 'temp'] as const;
export type News2Parameter = (typeof NEWS2_PARAMETERS)[number];

export interface News2 extends Bounds {
  complete: boolean;
  at: number;
  scale: number;
  parameters: { [K in News2Parameter]?: Bounds };
}

export interface Attention {
  priority: Priority;
  text: string;
  vital: VitalKey | null;
  since: number;
}

export interface Device {
  id: string;
  state: 'online' | 'silent' | 'offline';
  since: number;
  lastReadingAt: number | null;
  clockOffsetSeconds: number | null;
}

export interface PatientRecord {
  id: string;
  name: string;
  shortName: string;
  recordNumber: string;
  dateOfBirth: string;
  sex: string;
  bed: string;
  ward: string;
  status: string;
  spo2Scale: number;
}

export interface Patient {
  record: PatientRecord;
  device: Device | null;
  vitals: Vitals;
  anomaly: Anomaly | null;
  news2: News2 | null;
  /** What is wrong as far as the server can tell without alerts; counts only where there is none. */
  attention: Attention | null;
  alerts: Alert[];
  /** Somebody has given this patient limits of their own. */
  limitsChanged: boolean;
  seq: number;
}

export interface Storage {
  state: 'stored' | 'delayed' | 'away';
  since: number;
}

export interface Ward {
  id: string;
  name: string;
  beds: string[];
}

export interface Dashboard {
  generatedAt: number;
  hospital: string;
  demo: boolean;
  /** Null where it is not told. */
  storage: Storage | null;
  wards: Ward[];
  patients: Patient[];
  /** Empty where it is not told. */
  alertPath: AlertPath[];
}

export interface VitalsMessage {
  patient: string;
  device: string;
  at: number;
  vitals: Vitals;
  anomaly: Anomaly | null;
  news2: News2 | null;
  attention: Attention | null;
  seq: number;
  late: boolean;
}

export interface StatusMessage {
  patient: string;
  device: Device | null;
  vitals: Vitals;
  anomaly: Anomaly | null;
  news2: News2 | null;
  attention: Attention | null;
  seq: number;
}

/** Something has changed about a patient that is no measurement. Null where it is not told, or where there is none. */
export interface PatientNews {
  kind: 'created' | 'status' | 'critical' | 'moved';
  patient: string;
  ward: string | null;
  bed: string | null;
  status: string;
  at: number;
}

/** News for a ward that is no alarm: somebody has opened one of its records in an emergency. */
export interface Notice {
  kind: string;
  patient: string;
  ward: string;
  text: string;
  at: number;
}

/** Something in the use of the product that somebody has to look into. */
export interface SecurityEvent {
  id: string;
  at: number;
  kind: string;
  severity: 'high' | 'medium';
  actor: Actor | null;
  text: string;
  acknowledgedBy: string | null;
  acknowledgedAt: number | null;
  note: string | null;
}

export interface Actor {
  id: string;
  user: string;
  name: string;
}

/** Readings of one patient for the wall's traces, oldest first. */
export interface RecentTrace {
  id: string;
  readings: { at: number; values: { [K in TracedVital]?: number } }[];
}

export interface Reading {
  at: number;
  receivedAt: number;
  device: string;
  late: boolean;
  vitals: { [K in NumericVital]?: number } & { acvpu?: Consciousness; o2?: boolean };
  anomaly: { score: number; drivers: Driver[] } | null;
  news2: Bounds | null;
}

export interface Spread {
  min: number;
  mean: number;
  max: number;
}

export interface Bucket {
  start: number;
  count: number;
  vitals: { [K in NumericVital]?: Spread };
  anomaly: Spread | null;
  news2: Bounds | null;
}

export interface AnomalyPeak {
  at: number;
  score: number;
  drivers: Driver[];
}

export interface BucketedHistory {
  bucketSeconds: number;
  start: number;
  end: number;
  items: Bucket[];
  anomalies: AnomalyPeak[];
}

export interface ReadingPage {
  items: Reading[];
  next: string | null;
}

/** The score from which a reading is drawn as an anomaly. */
export const ANOMALY_THRESHOLD = 0.6;
