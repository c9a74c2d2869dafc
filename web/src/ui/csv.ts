/**
 * CSV as RFC 4180 has it, for spreadsheets. A cell that a spreadsheet would take for a formula gets a quote before it, so that what
 * somebody typed into a note runs on nobody's machine.
 */
const FORMULA = /^[=+\-@\t\r\0]/;
const BYTE_ORDER_MARK = '\ufeff';

export function csvCell(value: string | number | null): string {
  if (value === null) return '';
  // A number of ours is a number; a text that begins like one is still a text.
  const safe = typeof value === 'number' ? String(value) : FORMULA.test(value) ? `'${value}` : value;
  return /[",\r\n\0]/.test(safe) || safe !== safe.trim() ? `"${safe.replaceAll('"', '""')}"` : safe;
}

export function csvOf(head: readonly string[], rows: readonly (readonly (string | number | null)[])[]): string {
  return [head, ...rows]
    .map((row) => row.map(csvCell).join(','))
    .join('\r\n')
    .concat('\r\n');
}

/** Hands a file to the browser's own download. The mark tells spreadsheets that it is UTF-8. */
export function download(name: string, csv: string): void {
  const address = URL.createObjectURL(new Blob([BYTE_ORDER_MARK, csv], { type: 'text/csv;charset=utf-8' }));
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  // The browser has taken hold of it by then.
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
