/** From standing alerts and open incidents to the rows of the list: one for each incident, and one for each alert that calls nobody. */
import {
  type Alert,
  type AlertPriority,
  byUrgency,
  type Incident,
  type Look,
  lookOf,
  PRIORITIES,
} from '../../live/alertTypes';

export interface AlertRow {
  /** Stays the same as long as the work does. */
  key: string;
  look: Look;
  priority: AlertPriority;
  /** The most urgent of its alerts; null where none stands any more. */
  alert: Alert | null;
  more: number;
  incident: Incident | null;
  patient: string | null;
  ward: string | null;
  bed: string | null;
  since: number;
}

export interface RowFilter {
  ward: string;
  priority: string;
  /** `mine`: where this holds. */
  mine: ((incident: Incident) => boolean) | null;
}

/** Begins the key of a row that is an alert without work. */
const ALERT = 'a/';

export function alertRows(alerts: readonly Alert[], incidents: readonly Incident[], filter: RowFilter): AlertRow[] {
  const known = new Set(incidents.map((one) => one.id));
  // Of an alert that has just been raised only its incident knows that they belong together.
  const joined = new Map(incidents.flatMap((one) => one.alerts.map(({ id }) => [id, one.id] as const)));
  const byIncident = new Map<string, Alert[]>();
  const alone: Alert[] = [];
  for (const one of alerts) {
    const incident = one.incident !== null && known.has(one.incident) ? one.incident : joined.get(one.id);
    if (incident !== undefined) byIncident.set(incident, [...(byIncident.get(incident) ?? []), one]);
    else alone.push(one);
  }
  const rows: AlertRow[] = [
    ...incidents.map((one) => incidentRow(one, (byIncident.get(one.id) ?? []).sort(byUrgency))),
    ...alone.map((one) => ({
      key: ALERT + one.id,
      look: lookOf(one),
      priority: one.priority,
      alert: one,
      more: 0,
      incident: null,
      patient: one.patient,
      ward: one.ward,
      bed: one.bed,
      since: one.onsetAt,
    })),
  ];
  return rows.filter(
    (row) =>
      (filter.ward === '' || row.ward === filter.ward) &&
      (filter.priority === '' || row.priority === filter.priority) &&
      (filter.mine === null || (row.incident !== null && filter.mine(row.incident))),
  );
}

export function incidentRow(incident: Incident, standing: readonly Alert[]): AlertRow {
  const [top] = standing;
  const told = top ?? [...incident.alerts].sort(byUrgency)[0];
  return {
    key: `i/${incident.id}`,
    look: told?.technical ? 'technical' : incident.priority,
    priority: incident.priority,
    alert: top ?? null,
    more: Math.max(0, standing.length - 1),
    incident,
    patient: incident.patient,
    ward: incident.ward,
    bed: incident.bed,
    since: top?.onsetAt ?? incident.openedAt,
  };
}

const rank = (row: AlertRow): number => PRIORITIES.indexOf(row.priority);
const urgentFirst = (a: AlertRow, b: AlertRow): number =>
  rank(a) - rank(b) || a.since - b.since || a.key.localeCompare(b.key);

/**
 * The order in which rows are shown: fixed once a row is there, so that nothing moves under a finger. New ones wait (`fresh`) until the
 * reader lets them in; those that are gone stay in their place, as over, until then.
 */
export interface Order {
  keys: readonly string[];
}

export const orderOf = (rows: readonly AlertRow[]): Order => ({
  keys: [...rows].sort(urgentFirst).map((row) => row.key),
});

export interface Arranged {
  shown: { row: AlertRow; over: boolean }[];
  fresh: number;
}

export function arrange(rows: readonly AlertRow[], order: Order, last: ReadonlyMap<string, AlertRow>): Arranged {
  const now = new Map(rows.map((row) => [row.key, row]));
  const known = new Set(order.keys);
  const shown = order.keys.flatMap((key) => {
    const row = now.get(key) ?? workOf(key, rows);
    // An alert that has become part of work that stands here already needs no row of its own.
    if (row && row.key !== key && known.has(row.key)) return [];
    if (row) {
      known.add(row.key);
      return [{ row, over: false }];
    }
    const gone = last.get(key);
    return gone ? [{ row: gone, over: true }] : [];
  });
  return { shown, fresh: rows.filter((row) => !known.has(row.key)).length };
}

/** The work that has begun for an alert which had a row of its own. */
const workOf = (key: string, rows: readonly AlertRow[]): AlertRow | undefined =>
  key.startsWith(ALERT)
    ? rows.find(
        ({ alert, incident }) =>
          incident !== null && (ALERT + alert?.id === key || incident.alerts.some(({ id }) => ALERT + id === key)),
      )
    : undefined;

export interface Group {
  key: string;
  rows: { row: AlertRow; over: boolean }[];
}

/** By priority in its order, or by ward in the order given; within a group as arranged. */
export function grouped(arranged: Arranged['shown'], by: 'priority' | 'ward', wards: readonly string[]): Group[] {
  const keyOf = ({ row }: { row: AlertRow }): string => (by === 'priority' ? row.priority : (row.ward ?? ''));
  const keys: readonly string[] = by === 'priority' ? PRIORITIES : [...wards, ''];
  const extra = arranged.map(keyOf).filter((key) => !keys.includes(key));
  return [...keys, ...new Set(extra)]
    .map((key) => ({ key, rows: arranged.filter((one) => keyOf(one) === key) }))
    .filter((group) => group.rows.length > 0);
}
