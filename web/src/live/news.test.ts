import { beforeEach, describe, expect, test } from 'vitest';
import { tally } from './decode';
import { patientNews } from './events';
import { decodePatientNews } from './messages';
import { LiveStore } from './store';
import { dashboard, FakeTime, patient } from './testing';
import type { PatientNews } from './types';

const AT = '2026-11-20T09:00:00.000Z';
const message = (more: object = {}) => ({
  patient: 'p1',
  ward: 'ward-1',
  bed: '1',
  status: 'critical',
  at: AT,
  ...more,
});

describe('messages about patients that are no measurements', () => {
  beforeEach(() => {
    tally.messages = 0;
  });

  test('are read, with and without a bed', () => {
    expect(decodePatientNews('critical', message())).toMatchObject({ kind: 'critical', bed: '1', at: Date.parse(AT) });
    expect(decodePatientNews('moved', message({ ward: null, bed: null, status: 'discharged' }))).toMatchObject({
      ward: null,
      bed: null,
    });
  });

  test('are counted and left out where they cannot be believed', () => {
    for (const broken of [null, 'text', {}, message({ patient: 7 }), message({ status: undefined })])
      expect(decodePatientNews('moved', broken)).toBe(null);
    expect(tally.messages).toBe(5);
  });

  test('StatusUpdated goes by what is in it: a status that was given, or a device that fell silent', () => {
    const told: PatientNews[] = [];
    const measured: unknown[] = [];
    const handlers = patientNews(
      (one) => told.push(one),
      (raw) => measured.push(raw),
    );
    handlers.StatusUpdated?.(message({ status: 'observation' }));
    handlers.StatusUpdated?.({ patient: 'p1', device: null, vitals: {}, seq: 4 });
    handlers.StatusUpdated?.({ patient: 'p1', status: 'stable', vitals: {}, seq: 5 });
    handlers.PatientCritical?.(message());
    handlers.PatientCreated?.(message());
    handlers.PatientMoved?.(message());
    expect(told.map((one) => one.kind)).toEqual(['status', 'critical', 'created', 'moved']);
    expect(measured).toHaveLength(2);
  });
});

describe('the live state', () => {
  let time: FakeTime;
  let store: LiveStore;
  const news = (more: Partial<PatientNews> = {}): PatientNews => ({
    kind: 'critical',
    patient: 'p1',
    ward: 'ward-1',
    bed: '1',
    status: 'critical',
    at: time.wall(),
    ...more,
  });
  const record = (id = 'p1') => store.snapshot().patients.get(id)?.record;

  beforeEach(() => {
    time = new FakeTime();
    store = new LiveStore(time);
    store.load(dashboard([patient('p1', '1'), patient('p2', '2')]));
  });

  test('shows a patient who is set critical at once, and asks for nothing more', () => {
    expect(store.applyNews(news())).toBe(false);
    expect(record()?.status).toBe('critical');
  });

  test('moves a patient at once and asks for the whole', () => {
    expect(store.applyNews(news({ kind: 'moved', bed: '4', status: 'stable' }))).toBe(true);
    expect(record()).toMatchObject({ bed: '4', status: 'stable' });
  });

  test('forgets who is discharged', () => {
    store.applyNews(news({ kind: 'moved', status: 'discharged', ward: null, bed: null }));
    expect(record()).toBe(undefined);
    expect(store.tracesOf('p1')).toBe(undefined);
    expect(record('p2')).toBeDefined();
  });

  test('asks for the whole when somebody is admitted, not when somebody is only registered', () => {
    expect(store.applyNews(news({ kind: 'created', patient: 'p9' }))).toBe(true);
    expect(store.applyNews(news({ kind: 'created', patient: 'p9', ward: null, bed: null }))).toBe(false);
  });

  test('an answer that was asked for before the news does not take it back', () => {
    const asked = store.now();
    time.pass(1);
    store.applyNews(news());
    store.applyNews(news({ kind: 'moved', patient: 'p2', status: 'discharged', ward: null, bed: null }));
    time.pass(1);
    store.load(dashboard([patient('p1', '1'), patient('p2', '2')]), asked);
    expect(record()?.status).toBe('critical');
    expect(record('p2')).toBe(undefined);
    store.load(dashboard([patient('p1', '1'), patient('p2', '2')]), store.now());
    expect(record()?.status).toBe('stable');
    expect(record('p2')).toBeDefined();
  });
});
