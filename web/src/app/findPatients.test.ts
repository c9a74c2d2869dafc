import { expect, test } from 'vitest';
import { dashboard, patient } from '../live/testing';
import { findPatients } from './findPatients';
import { neighbours } from './neighbours';

const named = (id: string, bed: string, name: string) => {
  const one = patient(id, bed);
  return { ...one, record: { ...one.record, name, recordNumber: `20-1183${bed}` } };
};
const ward = dashboard([
  named('a', '1', 'Fernández, Lucía'),
  named('b', '3', 'Haddad, Samira'),
  named('c', '4', 'Silva, Tomás'),
]);
const found = (text: string): string[] => findPatients(ward, text).map((record) => record.id);

test('a patient is found by name without accents, by bed and by record number', () => {
  expect(found('fernandez')).toEqual(['a']);
  expect(found('sam had')).toEqual(['b']);
  expect(found('4')[0]).toBe('c');
  expect(found('20-11833')).toEqual(['b']);
  expect(found('nobody')).toEqual([]);
  expect(found('')).toHaveLength(3);
});

test('neighbours are the nearest occupied beds', () => {
  expect(neighbours(ward, 'b')).toMatchObject({ previous: { id: 'a' }, next: { id: 'c' } });
  expect(neighbours(ward, 'c').next).toBeNull();
  expect(neighbours(ward, 'x')).toEqual({ previous: null, next: null });
});
