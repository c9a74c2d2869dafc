import type { Dashboard, PatientRecord } from '../live/types';

const plain = (text: string): string => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();

/**
 * Patients whose name, bed or record number begins with each of the typed words; exact beds first, then in the wards' own order.
 * Accents do not matter: nobody types them in a hurry.
 */
export function findPatients(dashboard: Dashboard, text: string): PatientRecord[] {
  const typed = plain(text)
    .split(/[\s,]+/)
    .filter(Boolean);
  const place = (record: PatientRecord): number => {
    const ward = dashboard.wards.findIndex((one) => one.id === record.ward);
    return ward * 10_000 + Math.max(0, dashboard.wards[ward]?.beds.indexOf(record.bed) ?? 0);
  };
  const isBed = (record: PatientRecord): boolean => typed.includes(plain(record.bed));
  return dashboard.patients
    .map((patient) => patient.record)
    .filter((record) => {
      const parts = [...plain(record.name).split(/[\s,.-]+/), plain(record.bed), plain(record.recordNumber)];
      return typed.every((word) => parts.some((part) => part.startsWith(word)));
    })
    .sort((a, b) => Number(isBed(b)) - Number(isBed(a)) || place(a) - place(b));
}
