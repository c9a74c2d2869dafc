import { describe, expect, test } from 'vitest';
import type { SignedInUser } from '../../api/me';
import type { PatientEntry } from '../../api/patientShapes';
import { ApiProblem } from '../../api/problem';
import { deedsFor } from './Care';
import { answered, deviceOf, questionOf } from './question';

describe('the questions before a device is put on', () => {
  const binding = { device: 'M-105' };

  test('somebody else wears it: taken over only from the one who was named', () => {
    const question = questionOf(new ApiProblem(409, 'device-bound', '', { patient: 'p-5' }), binding);
    expect(question).toEqual({ kind: 'elsewhere', binding, patient: 'p-5' });
    expect(question && answered(question)).toEqual({ device: 'M-105', takeFrom: 'p-5' });
  });

  test('somebody who is not to be seen wears it: there is no yes', () => {
    const question = questionOf(new ApiProblem(409, 'device-bound', ''), binding);
    expect(question && answered(question)).toBe(null);
  });

  test('after a gap: the same patient only by a yes; an answer before it is kept', () => {
    const more = { lastSeenAt: '2026-11-20T09:30:00Z', gapMinutes: 25 };
    const took = { device: 'M-105', takeFrom: 'p-5' };
    const question = questionOf(new ApiProblem(409, 'same-patient-question', '', more), took);
    expect(question).toMatchObject({ kind: 'same', minutes: 25, lastSeenAt: Date.parse('2026-11-20T09:30:00Z') });
    expect(question && answered(question)).toEqual({ ...took, confirmSamePatient: true });
  });

  test('other refusals are no questions', () => {
    expect(questionOf(new ApiProblem(404, 'device-not-found', ''), binding)).toBe(null);
    expect(questionOf(new Error('defect'), binding)).toBe(null);
  });
});

test.each([
  [' M-105\t', 'M-105'],
  ['https://ward.example/d/M-105', 'M-105'],
  ['https://ward.example/d?id=M-105', 'M-105'],
  ['', ''],
])('a scanner typed %j', (scanned, device) => {
  expect(deviceOf(scanned)).toBe(device);
});

describe('what is offered', () => {
  const user = (...permissions: string[]) => ({ permissions }) as unknown as SignedInUser;
  const nurse = user('patients.read', 'patients.status', 'patients.move', 'patients.register', 'devices.bind');
  const patient = (status: string, mergedInto: string | null = null) => ({ status, mergedInto }) as PatientEntry;

  test('for somebody in a bed', () => {
    const offered = ['critical', 'status', 'transfer', 'device', 'edit', 'stays', 'discharge'];
    expect(deedsFor(nurse, patient('stable'))).toEqual(offered);
  });

  test('whoever is critical is not set critical again', () => {
    expect(deedsFor(nurse, patient('critical'))).not.toContain('critical');
  });

  test('for somebody in no bed, and for a record that was merged', () => {
    expect(deedsFor(nurse, patient('discharged'))).toEqual(['admit', 'edit', 'stays']);
    expect(deedsFor(nurse, patient('discharged', 'p-2'))).toEqual(['stays']);
  });

  test('for those who only look', () => {
    expect(deedsFor(user('patients.read'), patient('stable'))).toEqual(['stays']);
  });
});
