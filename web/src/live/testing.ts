/** Time and messages for the tests of this folder; no part of the product imports it. */
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
