import type { Dashboard, Patient, PatientRecord } from '../live/types';

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

/** One patient as if they were a hospital: what there is to see for somebody who may see only them. */
export function alone(patient: Patient, demo: boolean | null): Dashboard {
  const { ward, bed } = patient.record;
  return {
    generatedAt: writtenAt(patient) ?? Date.now(),
    hospital: '',
    demo: demo === true,
    storage: null,
    wards: [{ id: ward, name: ward, beds: [bed] }],
    patients: [patient],
    alertPath: [],
  };
}

/** The server's time when it wrote this, from a value's time and age. */
function writtenAt({ vitals }: Patient): number | null {
  const [one] = Object.values(vitals);
  return one ? one.at + one.ageSeconds * 1000 : null;
}
