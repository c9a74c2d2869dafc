import { beforeEach, describe, expect, test } from 'vitest';
import { tally } from './decode';
import {
  decodeBuckets,
  decodeDashboard,
  decodeHeartbeat,
  decodeReadingPage,
  decodeRecent,
  decodeStatusUpdated,
  decodeStorageChanged,
  decodeVitalsUpdated,
} from './messages';

const AT = '2026-11-20T09:00:00.123Z';
const value = (v: unknown) => ({ value: v, at: AT, ageSeconds: 0.4, state: 'live' });

const update = () => ({
  patient: 'p1',
  device: 'M-103',
  at: AT,
  vitals: { hr: value(72), spo2: value(97), acvpu: value('A'), o2: value(false) },
  anomaly: {
    score: 0.42,
    at: AT,
    completeness: 0.83,
    drivers: [{ vital: 'spo2', contribution: 0.31 }],
    model: 'adult-default-1',
  },
  news2: {
    min: 1,
    max: 3,
    complete: false,
    at: AT,
    scale: 1,
    parameters: { rr: { min: 0, max: 0 }, temp: { min: 0, max: 2 } },
  },
  attention: { priority: 'high', text: 'NEWS2 9 ≥ 7', vital: 'spo2', since: AT },
  seq: 7,
  late: false,
});

const patientObject = () => {
  const { patient, device, at, late, ...state } = update();
  return {
    id: patient,
    name: 'Okafor, Adaeze',
    shortName: 'Okafor, A.',
    recordNumber: '20-11834',
    dateOfBirth: '1962-03-04',
    sex: 'female',
    bed: '3',
    ward: 'ward-1',
    status: 'admitted',
    spo2Scale: 1,
    device: { id: device, state: 'online', since: at, lastReadingAt: null, clockOffsetSeconds: 0.2 },
    alerts: late ? [] : [],
    ...state,
  };
};

const dashboardObject = () => ({
  generatedAt: AT,
  hospital: { id: 'demo', name: 'Demo hospital' },
  demo: true,
  storage: { state: 'stored', since: AT },
  wards: [{ id: 'ward-1', name: 'Ward 1 · Cardiology', beds: ['1', '2'] }],
  patients: [patientObject()],
});

beforeEach(() => {
  tally.messages = 0;
  tally.values = 0;
});

describe('what the server sends is read', () => {
  test('a vitals message with all its parts', () => {
    const message = decodeVitalsUpdated(update());
    expect(message?.vitals.hr).toEqual({ value: 72, at: Date.parse(AT), ageSeconds: 0.4, state: 'live' });
    expect(message?.vitals.acvpu?.value).toBe('A');
    expect(message?.vitals.o2?.value).toBe(false);
    expect(message?.news2).toMatchObject({ min: 1, max: 3, complete: false });
    expect(message?.news2?.parameters.temp).toEqual({ min: 0, max: 2 });
    expect(message?.attention?.vital).toBe('spo2');
    expect(tally).toEqual({ messages: 0, values: 0 });
  });

  test('a dashboard', () => {
    const dashboard = decodeDashboard(dashboardObject());
    expect(dashboard?.patients[0]?.record.bed).toBe('3');
    expect(dashboard?.patients[0]?.device?.lastReadingAt).toBeNull();
    expect(tally).toEqual({ messages: 0, values: 0 });
  });

  test('null for anomaly, score, attention and device', () => {
    const message = decodeDashboard({
      ...dashboardObject(),
      patients: [{ ...patientObject(), anomaly: null, news2: null, attention: null, device: null }],
    });
    expect(message?.patients[0]).toMatchObject({ anomaly: null, news2: null, attention: null, device: null });
    expect(tally).toEqual({ messages: 0, values: 0 });
  });

  test('heartbeat, storage, recent readings, buckets and single readings', () => {
    expect(decodeHeartbeat({ at: AT })).toBe(Date.parse(AT));
    expect(decodeStorageChanged({ state: 'away', since: AT })?.state).toBe('away');
    expect(
      decodeRecent({ patients: [{ id: 'p1', readings: [{ at: AT, hr: 72, rr: null }] }] })?.[0]?.readings[0]?.values,
    ).toEqual({ hr: 72 });
    const buckets = decodeBuckets({
      bucketSeconds: 60,
      start: AT,
      end: AT,
      items: [
        { start: AT, count: 60, vitals: { hr: { min: 70, mean: 72, max: 75, count: 60 } }, anomaly: null, news2: null },
      ],
      anomalies: [{ at: AT, score: 0.7, drivers: [] }],
      next: null,
    });
    expect(buckets?.items[0]?.vitals.hr).toEqual({ min: 70, mean: 72, max: 75 });
    const page = decodeReadingPage({
      items: [
        {
          at: AT,
          receivedAt: AT,
          device: 'M-1',
          late: true,
          vitals: { hr: 72, acvpu: 'V' },
          anomaly: null,
          news2: { min: 1, max: 1 },
        },
      ],
      next: 'x',
    });
    expect(page?.items[0]).toMatchObject({ late: true, vitals: { hr: 72, acvpu: 'V' } });
    expect(page?.next).toBe('x');
  });
});

describe('what cannot be believed is counted and never throws', () => {
  const rubbish: unknown[] = [
    null,
    undefined,
    1,
    'text',
    [],
    {},
    { patient: 3 },
    { vitals: null },
    new Date(),
    () => 1,
  ];

  test.each([
    ['VitalsUpdated', decodeVitalsUpdated],
    ['StatusUpdated', decodeStatusUpdated],
    ['StorageChanged', decodeStorageChanged],
    ['Heartbeat', decodeHeartbeat],
    ['dashboard', decodeDashboard],
    ['recent', decodeRecent],
    ['buckets', decodeBuckets],
    ['readings', decodeReadingPage],
  ] as const)('%s', (_, decode) => {
    for (const one of rubbish) expect(decode(one)).toBeNull();
    expect(tally.messages).toBe(rubbish.length);
  });

  test('any field of a message may be missing or of the wrong kind', () => {
    for (const wrong of [undefined, null, 'x', -1, [], {}, Number.NaN])
      for (const key of Object.keys(update()))
        expect(() => decodeVitalsUpdated({ ...update(), [key]: wrong })).not.toThrow();
  });

  test('one bad vital is left out, the others stand', () => {
    const message = decodeVitalsUpdated({
      ...update(),
      vitals: { hr: value('fast'), spo2: value(97), rr: { ...value(16), state: 'fresh' } },
    });
    expect(message?.vitals).toEqual({ spo2: { value: 97, at: Date.parse(AT), ageSeconds: 0.4, state: 'live' } });
    expect(tally).toEqual({ messages: 0, values: 2 });
  });

  test('a number that is not finite is no number', () => {
    expect(
      decodeVitalsUpdated({ ...update(), vitals: { hr: value(Number.POSITIVE_INFINITY) } })?.vitals.hr,
    ).toBeUndefined();
  });

  test('a broken patient does not hide the ward', () => {
    const dashboard = decodeDashboard({ ...dashboardObject(), patients: [{ id: 1 }, patientObject()] });
    expect(dashboard?.patients).toHaveLength(1);
    expect(tally.values).toBe(1);
  });

  test('a vital of the future is ignored', () => {
    expect(decodeVitalsUpdated({ ...update(), vitals: { icp: value(9), hr: value(72) } })?.vitals).toHaveProperty('hr');
    expect(tally).toEqual({ messages: 0, values: 0 });
  });
});
