/** Where each bed stands. Positions come from the ward's list of beds and never from what is going on in them. */
import type { Ward } from '../../live/types';
import type { PatientView } from '../../live/view';

/** The tile of the drawing on which all proportions rest: 4 × 4 beds on 1920 × 1080. */
export const TILE_WIDTH = 470;
export const TILE_HEIGHT = 247;
const GAP = 8;

export interface Cell {
  key: string;
  wardId: string;
  bed: string;
  patientId: string | null;
}

/** One cell per bed in the wards' order. A patient whose bed is not in the list comes last rather than not at all. */
export function cellsOf(wards: readonly Ward[], patients: Iterable<PatientView>): Cell[] {
  const waiting = new Map<string, PatientView[]>();
  for (const patient of patients) {
    const place = `${patient.record.ward}/${patient.record.bed}`;
    waiting.set(place, [...(waiting.get(place) ?? []), patient]);
  }
  const shown = new Set(wards.map((ward) => ward.id));
  const cells: Cell[] = [];
  for (const ward of wards)
    for (const bed of ward.beds) {
      const place = `${ward.id}/${bed}`;
      cells.push({ key: place, wardId: ward.id, bed, patientId: waiting.get(place)?.shift()?.record.id ?? null });
    }
  for (const [place, rest] of waiting)
    for (const { record } of rest)
      if (shown.has(record.ward))
        cells.push({ key: `${place}/${record.id}`, wardId: record.ward, bed: record.bed, patientId: record.id });
  return cells;
}

export interface Grid {
  columns: number;
  rows: number;
  /** Size of a tile relative to the drawing. */
  scale: number;
}

/** The number of columns that leaves the tiles largest; with equal size, the one that wastes fewer places. */
export function gridFor(count: number, width: number, height: number): Grid {
  let best: Grid = { columns: 1, rows: Math.max(1, count), scale: 0 };
  for (let columns = 1; columns <= Math.max(1, count); columns++) {
    const rows = Math.max(1, Math.ceil(count / columns));
    const tileWidth = (width - GAP * (columns + 1)) / columns;
    const tileHeight = (height - GAP * (rows + 1)) / rows;
    const scale = Math.min(tileWidth / TILE_WIDTH, tileHeight / TILE_HEIGHT);
    if (scale > best.scale * 1.001) best = { columns, rows, scale };
  }
  return best;
}

export type Direction = 'ArrowLeft' | 'ArrowRight' | 'ArrowUp' | 'ArrowDown';

/** The next occupied cell in a direction, passing over free beds; the same one if there is none. */
export function nextCell(cells: readonly Cell[], columns: number, from: number, direction: Direction): number {
  const step = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns, ArrowDown: columns }[direction];
  for (let index = from + step; index >= 0 && index < cells.length; index += step) {
    if (cells[index]?.patientId) return index;
  }
  return from;
}

/** "Ward 1" of "Ward 1 · Cardiology". */
export const shortWard = (name: string): string => name.split(' · ')[0] ?? name;
