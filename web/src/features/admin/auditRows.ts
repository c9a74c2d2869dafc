import type { AuditRow } from '../../api/adminShapes';

export const FILTERS = ['from', 'to', 'actor', 'patient', 'action', 'outcome'] as const;

/** The question to the server: times that are none and outcomes that are none are left out rather than sent. */
export function auditQuery(values: Record<(typeof FILTERS)[number], string>): Record<string, string | null> {
  const time = (iso: string): string | null => (Number.isNaN(Date.parse(iso)) ? null : new Date(iso).toISOString());
  return {
    from: time(values.from),
    to: time(values.to),
    actor: values.actor || null,
    patient: values.patient || null,
    action: values.action || null,
    outcome: ['done', 'refused'].includes(values.outcome) ? values.outcome : null,
  };
}

export const auditCsvRow = (row: AuditRow): (string | number | null)[] => [
  row.no,
  new Date(row.at).toISOString(),
  row.actor?.user ?? null,
  row.actor?.name ?? null,
  row.role,
  row.action,
  row.patients.join(' '),
  row.outcome,
  row.purpose,
  row.address,
  row.requestId,
  row.detail,
];
