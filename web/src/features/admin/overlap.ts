const MOST_HOURS = 8760;

/** Hours until the older keys end, as typed: null for no end, undefined if it is no number of hours. */
export function overlapOf(typed: string): number | null | undefined {
  if (typed === '') return null;
  if (!/^\d+([.,]\d+)?$/.test(typed)) return undefined;
  const hours = Number(typed.replace(',', '.'));
  return hours <= MOST_HOURS ? hours : undefined;
}
