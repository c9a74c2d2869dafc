import type { Look } from '../../api/records';

export interface GatheredLook extends Look {
  times: number;
}

const HOUR_MS = 3_600_000;

/** One row for what the same person did again and again within an hour: a page that stays open reads by itself. Newest first. */
export function gathered(looks: readonly Look[]): GatheredLook[] {
  const rows: GatheredLook[] = [];
  for (const look of looks) {
    const same = rows.find(
      (row) =>
        row.name === look.name &&
        row.role === look.role &&
        row.action === look.action &&
        row.purpose === look.purpose &&
        row.at - look.at < HOUR_MS,
    );
    if (same) same.times++;
    else rows.push({ ...look, times: 1 });
  }
  return rows;
}
