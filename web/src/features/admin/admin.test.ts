import { describe, expect, test } from 'vitest';
import type { SignedInUser } from '../../api/me';
import type { SecurityEvent } from '../../live/types';
import { fromField, toField, valuesOf, withValues } from '../../ui/filters';
import { sectionFor } from './Admin';
import { auditCsvRow, auditQuery } from './auditRows';
import { bedsOf, bedsText } from './beds';
import { openFirst } from './Events';
import { overlapOf } from './overlap';
import { permissionsOf } from './Roles';
import { sectionsOf } from './sections';

describe('filters in the address', () => {
  const NAMES = ['actor', 'outcome'] as const;

  test('are read, and absent ones are empty', () => {
    expect(valuesOf(NAMES, new URLSearchParams('actor=rsilva&else=1'))).toEqual({ actor: 'rsilva', outcome: '' });
  });

  test('are written; empty ones leave, others stay', () => {
    const before = new URLSearchParams('actor=rsilva&show=all');
    expect(withValues(before, { actor: '', outcome: 'refused' }).toString()).toBe('show=all&outcome=refused');
  });

  test('times go to the field and back without moving', () => {
    const iso = '2026-11-20T09:30:00.000Z';
    expect(fromField(toField(iso))).toBe(iso);
    expect(toField('nonsense')).toBe('');
    expect(fromField('')).toBe('');
  });

  test('what the address should not say is not asked of the server', () => {
    const nothing = { from: 'yesterday', to: '', actor: '', patient: '', action: '', outcome: 'maybe' };
    expect(Object.values(auditQuery(nothing)).every((one) => one === null)).toBe(true);
    const asked = { ...nothing, from: '2026-11-20T09:30:00Z', outcome: 'refused', actor: 'rsilva' };
    expect(auditQuery(asked)).toMatchObject({
      from: '2026-11-20T09:30:00.000Z',
      outcome: 'refused',
      actor: 'rsilva',
    });
  });
});

describe('beds as somebody types them', () => {
  test.each([
    ['1-4', ['1', '2', '3', '4']],
    ['1, 2;3  10A', ['1', '2', '3', '10A']],
    ['', []],
    ['7–8, 12', ['7', '8', '12']],
  ])('%j', (typed, beds) => {
    expect(bedsOf(typed)).toEqual({ beds, problem: '' });
  });

  test.each(['8-2', '1-99999', '1-3, 2'])('%j is refused with a reason', (typed) => {
    expect(bedsOf(typed).problem).not.toBe('');
  });

  test('come back as short as they can be typed', () => {
    expect(bedsText(['1', '2', '3', '4', '6', '7', '10A'])).toBe('1-4, 6, 7, 10A');
    expect(bedsOf(bedsText(['01', '02', '03'])).beds).toEqual(['01', '02', '03']);
  });
});

test('hours of overlap: none, a number, or refused', () => {
  expect(overlapOf('')).toBe(null);
  expect(overlapOf('0')).toBe(0);
  expect(overlapOf('1,5')).toBe(1.5);
  for (const typed of ['soon', '-1', '9999', '1e3']) expect(overlapOf(typed)).toBe(undefined);
});

describe('sections', () => {
  const user = (...permissions: string[]) => ({ permissions }) as unknown as SignedInUser;

  test('are those that the permissions allow', () => {
    expect(sectionsOf(user('patients.read'))).toEqual([]);
    expect(sectionsOf(user('audit.read', 'people.manage'))).toEqual(['people', 'roles', 'audit']);
  });

  test('the first one opens by itself, a forbidden one never', () => {
    expect(sectionFor(undefined, ['audit', 'events'])).toBe('audit');
    expect(sectionFor('events', ['audit', 'events'])).toBe('events');
    expect(sectionFor('people', ['audit'])).toBe(null);
    expect(sectionFor('__proto__', ['audit'])).toBe(null);
  });
});

test('each permission stands once in the matrix, with the first words there are for it', () => {
  const one = (role: string, permission: string, description: string) => ({
    role,
    permissions: [{ permission, scope: 'wards' as const, description }],
  });
  expect(permissionsOf([one('a', 'x', ''), one('b', 'x', 'Do x'), one('c', 'y', 'Do y')])).toEqual([
    { permission: 'x', description: 'Do x' },
    { permission: 'y', description: 'Do y' },
  ]);
});

test('open events come first, otherwise the order stays', () => {
  const event = (id: string, acknowledgedAt: number | null) => ({ id, acknowledgedAt }) as SecurityEvent;
  const sorted = openFirst([event('a', 1), event('b', null), event('c', 2), event('d', null)]);
  expect(sorted.map((one) => one.id)).toEqual(['b', 'd', 'a', 'c']);
});

test('a row of the audit in a file names user and time exactly', () => {
  const row = auditCsvRow({
    no: 7,
    at: Date.parse('2026-11-20T09:30:00Z'),
    actor: null,
    role: 'service',
    action: 'audit.checkpoint',
    patients: ['p-1', 'p-2'],
    outcome: 'done',
    purpose: null,
    address: '',
    requestId: 'r1',
    detail: null,
  });
  expect(row.slice(0, 7)).toEqual([
    7,
    '2026-11-20T09:30:00.000Z',
    null,
    null,
    'service',
    'audit.checkpoint',
    'p-1 p-2',
  ]);
});
