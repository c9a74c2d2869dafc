import type { Dashboard, PatientRecord } from '../live/types';

/** The patients in the nearest occupied beds before and after, within the same ward. */
export function neighbours(
  dashboard: Dashboard,
  id: string,
): { previous: PatientRecord | null; next: PatientRecord | null } {
  const own = dashboard.patients.find((patient) => patient.record.id === id)?.record;
  const ward = dashboard.wards.find((one) => one.id === own?.ward);
  if (!own || !ward) return { previous: null, next: null };
  const inOrder = ward.beds
    .map((bed) => dashboard.patients.find(({ record }) => record.ward === ward.id && record.bed === bed)?.record)
    .filter((record) => record !== undefined);
  const index = inOrder.findIndex((record) => record.id === id);
  if (index < 0) return { previous: null, next: null };
  return { previous: inOrder[index - 1] ?? null, next: inOrder[index + 1] ?? null };
}
