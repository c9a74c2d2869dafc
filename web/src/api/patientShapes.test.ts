import { describe, expect, test } from 'vitest';
import { decodeBeds, decodeEncounters, decodeImport, decodePatient, fieldErrorsOf } from './patientShapes';

const PATIENT = {
  id: 'p-1',
  recordNumber: '20-1',
  name: 'Okafor, Adaeze',
  dateOfBirth: '1962-03-04',
  sex: 'female',
  status: 'stable',
  statusSince: '2026-11-20T09:30:00Z',
  ward: 'ward-1',
  bed: '3',
  version: 7,
  consent: { research: true, app: false },
  encounter: { id: 'e-1', admittedAt: '2026-11-19T08:00:00Z' },
  mergedInto: null,
};

test('a patient is read with place, version and stay', () => {
  expect(decodePatient(PATIENT)).toMatchObject({
    version: 7,
    ward: 'ward-1',
    consent: { research: true, app: false },
    encounter: { id: 'e-1', admittedAt: Date.parse('2026-11-19T08:00:00Z') },
  });
  expect(decodePatient({ ...PATIENT, ward: null, bed: null, encounter: null })).toMatchObject({
    ward: null,
    encounter: null,
  });
});

test('a patient without version or status is not believed: nothing could be decided on it', () => {
  for (const key of ['id', 'name', 'status', 'version'])
    expect(decodePatient({ ...PATIENT, [key]: undefined })).toBe(null);
});

describe('beds', () => {
  test('free and taken', () => {
    const items = [
      { bed: '1', patient: null },
      { bed: '2', patient: { id: 'p', name: 'Okafor, A.', status: 'stable', since: '2026-11-20T09:30:00Z' } },
    ];
    expect(decodeBeds({ items })?.map((one) => one.patient?.id ?? null)).toEqual([null, 'p']);
  });

  test('a bed that cannot be read never looks free: the whole is refused', () => {
    expect(decodeBeds({ items: [{ bed: '1', patient: { id: 'p' } }] })).toBe(null);
    expect(decodeBeds({ items: [{ patient: null }] })).toBe(null);
  });
});

test('one line of a stay that cannot be read does not hide the others', () => {
  const stay = {
    id: 'e',
    admittedAt: '2026-11-19T08:00:00Z',
    dischargedAt: null,
    dischargedTo: null,
    places: [{ ward: 'w' }, { ward: 'w', bed: '1', from: '2026-11-19T08:00:00Z', until: null }],
    statuses: [{ status: 'stable', since: '2026-11-19T08:00:00Z', by: 'system', note: null }],
    devices: [],
  };
  expect(decodeEncounters({ items: [stay], next: null })?.items[0]).toMatchObject({
    places: [{ bed: '1' }],
    statuses: [{ by: 'system' }],
  });
});

test('the answer to an import, and complaints at fields', () => {
  const problems = [{ row: 2, field: 'name', problem: 'It begins like a formula.' }];
  expect(decodeImport({ rows: 2, registered: 0, unchanged: 0, problems, problemCount: 1 })).toMatchObject({ problems });
  expect(decodeImport({ title: 'x' })).toBe(null);
  expect(fieldErrorsOf({ errors: { name: ['a', 'b'], bed: 'c', odd: 4 } })).toEqual({ name: 'a', bed: 'c' });
  expect(fieldErrorsOf({})).toEqual({});
});
