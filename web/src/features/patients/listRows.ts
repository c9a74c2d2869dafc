import { type PatientEntry, STATUSES } from '../../api/patientShapes';

export const FILTERS = ['search', 'ward', 'status', 'present'] as const;
export type ListFilters = Record<(typeof FILTERS)[number], string>;

/** The question to the server: what the address should not say is left out rather than sent. */
export function listQuery({ search, ward, status, present }: ListFilters): Record<string, string | null> {
  return {
    search: search || null,
    ward: ward || null,
    status: STATUSES.some((one) => one === status) ? status : null,
    present: ['true', 'false'].includes(present) ? present : null,
  };
}

export const LIST_HEAD = [
  'id',
  'record_number',
  'name',
  'date_of_birth',
  'sex',
  'status',
  'status_since',
  'ward',
  'bed',
  'admitted_at',
] as const;

const iso = (at: number | null | undefined): string | null => (at ? new Date(at).toISOString() : null);

export const listCsvRow = (one: PatientEntry): (string | null)[] => [
  one.id,
  one.recordNumber,
  one.name,
  one.dateOfBirth,
  one.sex,
  one.status,
  iso(one.statusSince),
  one.ward,
  one.bed,
  iso(one.encounter?.admittedAt),
];
