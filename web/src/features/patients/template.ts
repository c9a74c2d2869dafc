import { csvOf } from '../../ui/csv';

export const IMPORT_COLUMNS = ['record_number', 'name', 'date_of_birth', 'sex', 'ward', 'bed', 'status'] as const;

/** The header that an import wants, and two rows that show how: somebody who is admitted at once, and somebody who is not. */
export function importTemplate(ward: string, bed: string): string {
  return csvOf(IMPORT_COLUMNS, [
    ['20-00001', 'Example, Anna', '1962-03-04', 'female', ward, bed, 'stable'],
    ['20-00002', 'Example, Bertil', '1948-11-30', 'male', '', '', ''],
  ]);
}

/** Bytes that an import takes. */
export const MOST_IMPORT_BYTES = 64 * 1024 * 1024;
