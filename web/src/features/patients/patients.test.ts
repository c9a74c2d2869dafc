import { describe, expect, test } from 'vitest';
import type { PatientEntry } from '../../api/patientShapes';
import { csvOf } from '../../ui/csv';
import { LIST_HEAD, listCsvRow, listQuery } from './listRows';
import { startFrom } from './Register';
import { IMPORT_COLUMNS, importTemplate } from './template';

test('what the address should not say is not asked of the server', () => {
  expect(listQuery({ search: '', ward: '', status: 'dead', present: 'perhaps' })).toEqual({
    search: null,
    ward: null,
    status: null,
    present: null,
  });
  expect(listQuery({ search: 'oka', ward: 'ward-1', status: 'critical', present: 'true' })).toEqual({
    search: 'oka',
    ward: 'ward-1',
    status: 'critical',
    present: 'true',
  });
});

test('the template has the columns of an import and rows that it would take', () => {
  const lines = importTemplate('ward-1', '1').trim().split('\r\n');
  expect(lines[0]).toBe('record_number,name,date_of_birth,sex,ward,bed,status');
  expect(lines).toHaveLength(3);
  expect(lines[1]).toBe('20-00001,"Example, Anna",1962-03-04,female,ward-1,1,stable');
  expect(lines[2]?.endsWith(',,,')).toBe(true);
  expect(IMPORT_COLUMNS).toHaveLength(7);
});

test('a row of the list in a file has no formula in it and times in UTC', () => {
  const one: PatientEntry = {
    id: 'p-1',
    recordNumber: '20-1',
    name: '=HYPERLINK("x"), A',
    dateOfBirth: '1962-03-04',
    sex: 'female',
    status: 'stable',
    statusSince: Date.parse('2026-11-20T09:30:00Z'),
    ward: 'ward-1',
    bed: '4',
    version: 3,
    consent: { research: false, app: false },
    encounter: { id: 'e', admittedAt: Date.parse('2026-11-19T08:00:00Z') },
    mergedInto: null,
  };
  const csv = csvOf(LIST_HEAD, [listCsvRow(one)]);
  expect(csv).toContain(`"'=HYPERLINK(""x""), A"`);
  expect(csv).toContain('2026-11-20T09:30:00.000Z,ward-1,4,2026-11-19T08:00:00.000Z');
});

describe('what was looked for and not found begins the registration', () => {
  test.each([
    ['20-4711', { recordNumber: '20-4711', family: '' }],
    ['Okafor, Adaeze', { recordNumber: '', family: 'Okafor', given: 'Adaeze' }],
    ['okafor', { family: 'okafor', given: '' }],
    ['', { recordNumber: '', family: '', given: '' }],
  ])('%j', (typed, draft) => {
    expect(startFrom(typed)).toMatchObject(draft);
  });
});
