import { describe, expect, test } from 'vitest';
import { alertOf, incidentOf, START } from '../live/testing';
import { clockWords, flashOf, nextWords, ownerWords, shortCause, stateWords } from './onIt';

const SILVA = { id: 'a1', name: 'Nurse R. Silva', role: 'nurse' };

describe('who is on it', () => {
  test('nobody yet, and where it goes next', () => {
    const open = incidentOf('i', {
      state: 'OPEN',
      assignee: null,
      nextStep: { at: START + 8000, what: 'escalate', to: 'charge nurse' },
    });
    expect(ownerWords(open, null, START)).toBe('Nobody is on it yet');
    expect(nextWords(open, START)).toBe('to charge nurse in 0:08');
  });

  test('assigned, acknowledged, on the way', () => {
    const assigned = incidentOf('i', { assignee: SILVA });
    expect(ownerWords(assigned, null, START)).toBe('Nurse R. Silva · not acknowledged');
    expect(nextWords(assigned, START + 9000)).toBe('escalates to Cardiologist, tier 2 in 0:21');
    expect(nextWords(assigned, START + 90_000)).toBe('next step is due now');
    const acknowledged = incidentOf('i', {
      state: 'ACKNOWLEDGED',
      acknowledgedAt: START,
      nextStep: { at: START + 540_000, what: 're-alert', to: '' },
    });
    expect(ownerWords(acknowledged, null, START + 130_000)).toBe('Nurse R. Silva · acknowledged 2:10 ago');
    expect(nextWords(acknowledged, START)).toBe('asked again in 9 min');
    expect(ownerWords(incidentOf('i', { state: 'IN_PROGRESS' }), null, START)).toMatch(/at it since \d\d:\d\d/);
  });

  test('an alert that calls nobody is told from one whose owner cannot be had', () => {
    expect(ownerWords(null, alertOf('a', { incident: null }), START + 10_000)).toBe('Nobody is called for this');
    expect(ownerWords(null, alertOf('a', { incident: null }), START + 9_000)).toBe('Somebody is being called');
    expect(ownerWords(null, alertOf('a', { incident: null, technical: true }), START)).toBe(
      'Nobody is called for this',
    );
    expect(ownerWords(null, alertOf('a', { incident: 'i' }), START)).toBe('Who is on it is not known now');
    expect(ownerWords(null, alertOf('a', { incident: 'i', judgement: 'real' }), START)).toBe(
      'Resolved by staff; the condition still stands',
    );
  });
});

describe('the response clock', () => {
  test('runs, whether or not somebody has acknowledged, and says when it is over', () => {
    const running = incidentOf('i', { type: 'news2-7', state: 'ACKNOWLEDGED', respondBy: START + 1_380_000 });
    expect(clockWords(running, START)).toEqual({ text: 'NEWS2 review due in 23 min', overdue: false });
    expect(clockWords(running, START + 1_360_000)?.text).toBe('NEWS2 review due in 0:20');
    expect(clockWords(running, START + 1_620_000)).toEqual({ text: 'NEWS2 review overdue for 4 min', overdue: true });
  });

  test('is silent once somebody has been there, and where there is none', () => {
    expect(clockWords(incidentOf('i', { respondState: 'met' }), START)).toBe(null);
    expect(clockWords(incidentOf('i', { respondBy: null }), START)).toBe(null);
    expect(clockWords(null, START)).toBe(null);
  });
});

describe('what is not as usual about an alert', () => {
  test('is a word', () => {
    expect(stateWords(alertOf('a'))).toBe('');
    expect(stateWords(alertOf('a', { signal: 'paused', silencedUntil: START }))).toMatch(/^silenced until \d\d:\d\d$/);
    expect(stateWords(alertOf('a', { signal: 'latched', condition: 'ended' }))).toBe('ended, not acknowledged');
    expect(stateWords(alertOf('a', { acknowledged: true }))).toBe('acknowledged');
  });

  test('flashes only what is heard, and never what is technical', () => {
    expect(flashOf(alertOf('a'))).toBe('flash-high');
    expect(flashOf(alertOf('a', { priority: 'medium' }))).toBe('flash-medium');
    for (const still of [
      { priority: 'low' },
      { technical: true },
      { acknowledged: true },
      { signal: 'paused' },
    ] as const)
      expect(flashOf(alertOf('a', still))).toBe('');
  });

  test('the cause on a tile goes without its delay', () => {
    expect(shortCause(alertOf('a'))).toBe('SpO₂ 84 < 88');
    const silent = alertOf('a', { cause: { ...alertOf('a').cause, text: 'No data from device M-114 since 14:31:18' } });
    expect(shortCause(silent)).toBe('No data from device M-114 since 14:31:18');
  });
});
