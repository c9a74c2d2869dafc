/** Time and messages for the tests of this folder; no part of the product imports it. */
import type { Alert, Incident } from './alertTypes';
import type { TimeSource } from './clock';
import type { Dashboard, Freshness, Measured, Patient, VitalsMessage } from './types';

export const START = Date.parse('2026-11-20T09:00:00Z');

export class FakeTime implements TimeSource {
  private at = 0;
  private stepped = 0;

  wall = (): number => START + this.at + this.stepped;
  steady = (): number => this.at;

  pass(seconds: number): void {
    this.at += seconds * 1000;
  }

  /** Somebody sets the clock of the machine. */
  setClock(seconds: number): void {
    this.stepped += seconds * 1000;
  }
}

export const measured = (value: number, at = START, ageSeconds = 0, state: Freshness = 'live'): Measured<number> => ({
  value,
  at,
  ageSeconds,
  state,
});

export function patient(id: string, bed: string, more: Partial<Patient> = {}): Patient {
  return {
    record: {
      id,
      name: 'Okafor, Adaeze',
      shortName: 'Okafor, A.',
      recordNumber: '20-11834',
      dateOfBirth: '1962-03-04',
      sex: 'female',
      bed,
      ward: 'ward-1',
      status: 'stable',
      spo2Scale: 1,
    },
    device: { id: `M-${bed}`, state: 'online', since: START, lastReadingAt: START, clockOffsetSeconds: 0 },
    vitals: {
      hr: measured(72),
      spo2: measured(97),
      rr: measured(16),
      sbp: measured(118),
      dbp: measured(76),
      temp: measured(36.8),
    },
    anomaly: { score: 0.3, at: START, completeness: 1, drivers: [], model: 'adult-default-1' },
    news2: { min: 1, max: 1, complete: true, at: START, scale: 1, parameters: {} },
    attention: null,
    alerts: [],
    limitsChanged: false,
    seq: 1,
    ...more,
  };
}

export const dashboard = (patients: Patient[], generatedAt = START): Dashboard => ({
  generatedAt,
  hospital: 'Demo hospital',
  demo: true,
  storage: { state: 'stored', since: START },
  wards: [{ id: 'ward-1', name: 'Ward 1 · Cardiology', beds: ['1', '2', '3', '4'] }],
  patients,
  alertPath: [],
});

export const vitalsMessage = (id: string, seq: number, more: Partial<VitalsMessage> = {}): VitalsMessage => ({
  patient: id,
  device: 'M-1',
  at: START,
  vitals: { hr: measured(80), spo2: measured(96), rr: measured(18) },
  anomaly: null,
  news2: null,
  attention: null,
  seq,
  late: false,
  ...more,
});

export const alertOf = (id: string, more: Partial<Alert> = {}): Alert => ({
  id,
  type: 'spo2-low',
  name: 'Low oxygen saturation',
  category: 'respiratory',
  priority: 'high',
  technical: false,
  patient: 'p1',
  ward: 'ward-1',
  bed: '1',
  condition: 'active',
  signal: 'on',
  acknowledged: false,
  cause: {
    text: 'SpO₂ 84 < 88 for 15 s',
    vital: 'spo2',
    value: 84,
    limit: 88,
    unit: '%',
    delaySeconds: 15,
    values: {},
    news2: null,
    rule: '1',
    model: null,
  },
  onsetAt: START - 15_000,
  raisedAt: START,
  endedAt: null,
  silencedUntil: null,
  silencedBy: null,
  silenceReason: null,
  incident: null,
  judgement: null,
  canary: false,
  ...more,
});

export const incidentOf = (id: string, more: Partial<Incident> = {}): Incident => ({
  deliveredAt: null,
  id,
  number: 1,
  alerts: [],
  patient: 'p1',
  patientName: 'Okafor, A.',
  ward: 'ward-1',
  bed: '1',
  type: 'spo2-low',
  name: 'Low oxygen saturation',
  category: 'respiratory',
  priority: 'high',
  technical: false,
  state: 'ASSIGNED',
  role: 'nurse',
  assignee: { id: 'a1', name: 'Nurse R. Silva', role: 'nurse' },
  openedAt: START,
  assignedAt: START,
  acknowledgedAt: null,
  startedAt: null,
  reviewedAt: null,
  resolvedAt: null,
  archivedAt: null,
  respondBy: START + 1_800_000,
  respondState: 'running',
  nextStep: { at: START + 30_000, what: 'escalate', to: 'Cardiologist, tier 2' },
  outcome: null,
  version: 1,
  canary: false,
  history: [],
  ...more,
});
