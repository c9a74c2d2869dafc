import { describe, expect, test } from 'vitest';
import { alertOf, incidentOf } from '../../live/testing';
import { type AlertRow, alertRows, arrange, grouped, orderOf } from './rows';

const ALL = { ward: '', priority: '', mine: null };
const alerts = [
  alertOf('a', { incident: 'i1' }),
  alertOf('b', { incident: 'i1', priority: 'medium' }),
  alertOf('t', { technical: true, priority: 'low', patient: null, ward: 'ward-2' }),
];
const incidents = [
  incidentOf('i1'),
  incidentOf('i2', { priority: 'medium', ward: 'ward-2', assignee: null, state: 'OPEN' }),
];
const rows = alertRows(alerts, incidents, ALL);
const keys = (of: readonly AlertRow[]): string[] => of.map((row) => row.key);

describe('the rows of the list', () => {
  test('one for each incident, with its most urgent alert, and one for each alert that calls nobody', () => {
    expect(keys(rows)).toEqual(['i/i1', 'i/i2', 'a/t']);
    expect(rows[0]).toMatchObject({ alert: { id: 'a' }, more: 1 });
    expect(rows[1]).toMatchObject({ alert: null, look: 'medium' });
    expect(rows[2]).toMatchObject({ look: 'technical', incident: null });
  });

  test('by ward, by priority, and mine', () => {
    expect(keys(alertRows(alerts, incidents, { ...ALL, ward: 'ward-2' }))).toEqual(['i/i2', 'a/t']);
    expect(keys(alertRows(alerts, incidents, { ...ALL, priority: 'high' }))).toEqual(['i/i1']);
    expect(keys(alertRows(alerts, incidents, { ...ALL, mine: (one) => one.assignee !== null }))).toEqual(['i/i1']);
  });

  test('keep their places: new ones wait above, those that are gone stay as over', () => {
    const order = orderOf(rows);
    const last = new Map(rows.map((row) => [row.key, row]));
    const later = alertRows([], [incidentOf('i2'), incidentOf('i0')], ALL);
    const { shown, fresh } = arrange(later, order, last);
    expect(shown.map(({ row, over }) => `${row.key} ${over}`)).toEqual(['i/i1 true', 'i/i2 false', 'a/t true']);
    expect(fresh).toBe(1);
  });

  test('an alert whose work has just begun goes into its row, and keeps its place', () => {
    const fresh = alertOf('n');
    const order = orderOf(alertRows([fresh], [], ALL));
    expect(order.keys).toEqual(['a/n']);
    const work = incidentOf('i9', { alerts: [fresh] });
    const later = alertRows([fresh], [work], ALL);
    expect(keys(later)).toEqual(['i/i9']);
    const { shown, fresh: waiting } = arrange(later, order, new Map());
    expect(shown.map(({ row, over }) => `${row.key} ${over}`)).toEqual(['i/i9 false']);
    expect(waiting).toBe(0);
    expect(arrange(later, { keys: ['i/i9', 'a/n'] }, new Map()).shown).toHaveLength(1);
  });

  test('stand in groups by priority or by ward, those of the installation last', () => {
    const { shown } = arrange(rows, orderOf(rows), new Map());
    expect(grouped(shown, 'priority', []).map((one) => one.key)).toEqual(['high', 'medium', 'low']);
    expect(grouped(shown, 'ward', ['ward-2', 'ward-1']).map((one) => one.key)).toEqual(['ward-2', 'ward-1']);
  });
});
