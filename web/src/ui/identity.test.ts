import { describe, expect, test } from 'vitest';
import type { PatientEntry } from '../api/patientShapes';
import { changesOf, draftOf, EMPTY_DRAFT, identityOf, placed, problemsOf, rebased } from './identity';

const TODAY = '2026-11-21';
const good = {
  recordNumber: '20-1',
  family: 'Okafor',
  given: 'Adaeze',
  dateOfBirth: '1962-03-04',
  sex: 'female',
  research: true,
  app: false,
};
const entry = (more: Partial<PatientEntry> = {}): PatientEntry => ({
  id: 'p-1',
  ...identityOf(good),
  status: 'stable',
  statusSince: null,
  ward: 'ward-1',
  bed: '3',
  version: 1,
  encounter: null,
  mergedInto: null,
  ...more,
});

test('a record goes to the fields and back unchanged', () => {
  expect(draftOf(identityOf(good))).toEqual(good);
  expect(identityOf(good).name).toBe('Okafor, Adaeze');
  expect(draftOf({ ...identityOf(good), name: 'Cher' })).toMatchObject({ family: 'Cher', given: '' });
});

describe('what is missing or cannot be', () => {
  test('is said at each field', () => {
    expect(Object.keys(problemsOf(EMPTY_DRAFT, TODAY)).sort()).toEqual([
      'dateOfBirth',
      'family',
      'given',
      'recordNumber',
      'sex',
    ]);
    expect(problemsOf(good, TODAY)).toEqual({});
  });

  test.each([
    ['2026-11-22', 'not come yet'],
    ['1830-01-01', 'Nobody is that old'],
    ['62-3-4', 'Enter the date'],
  ])('a birth on %s', (dateOfBirth, said) => {
    expect(problemsOf({ ...good, dateOfBirth }, TODAY).dateOfBirth).toContain(said);
  });

  test('today is a birthday as well', () => {
    expect(problemsOf({ ...good, dateOfBirth: TODAY }, TODAY)).toEqual({});
  });

  test('a comma would move the names apart', () => {
    expect(problemsOf({ ...good, family: 'Okafor, A.' }, TODAY).family).toBeDefined();
  });

  test('the server’s complaints stand at the fields that this page has', () => {
    expect(placed({ name: 'n', bed: 'b', dateOfBirth: 'd', spo2Scale: 's' })).toEqual({
      problems: { family: 'n', bed: 'b', dateOfBirth: 'd' },
      other: 's',
    });
  });
});

describe('somebody else has changed it meanwhile', () => {
  test('what was typed stays, what was left alone becomes theirs', () => {
    const typed = { ...good, given: 'Ada', research: false };
    const now = { ...good, dateOfBirth: '1963-03-04', given: 'Adaeze N.' };
    expect(rebased(good, typed, now)).toEqual({ ...now, given: 'Ada', research: false });
  });

  test('what they changed is told in words', () => {
    const now = entry({ status: 'critical', bed: '5', consent: { research: true, app: true }, version: 2 });
    expect(changesOf(entry(), now, () => 'Ward 1')).toEqual([
      { what: 'Consent', before: 'research', now: 'research, app' },
      { what: 'Status', before: 'Stable', now: 'Critical' },
      { what: 'Place', before: 'Ward 1, bed 3', now: 'Ward 1, bed 5' },
    ]);
    expect(changesOf(entry(), entry({ version: 9 }), () => '')).toEqual([]);
  });
});
