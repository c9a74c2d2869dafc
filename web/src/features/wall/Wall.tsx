import { type FocusEvent, type KeyboardEvent, type RefObject, useEffect, useMemo, useRef, useState } from 'react';
import { Painter } from '../../draw/painter';
import type { LiveStore } from '../../live/store';
import type { Ward } from '../../live/types';
import { useLive, useSize } from '../../ui/hooks';
import { PageState } from '../../ui/states';
import { words } from '../../ui/words';
import { type Cell, cellsOf, type Direction, gridFor, nextCell, shortWard } from './layout';
import { Tile } from './Tile';
import './wall.css';

/** Beyond this many beds tiles would be too small to read from afar: the wall scrolls instead of shrinking. */
const MOST_BEDS = 32;
const ARROWS: readonly string[] = ['ArrowLeft', 'ArrowRight', 'ArrowUp', 'ArrowDown'];

interface WallProps {
  store: LiveStore;
  wards: readonly Ward[];
  /** The patient whose page the reader comes back from: their tile has the focus again. */
  startAt: string | null;
  /** The reader wants to acknowledge what is wrong with this patient. */
  acknowledge(patientId: string): void;
}

export function Wall({ store, wards, startAt, acknowledge }: WallProps) {
  const patients = useLive(store, (s) => s.patients);
  const placed = useMemo(() => cellsOf(wards, patients.values()), [wards, patients]);
  const cells = useStable(placed);
  if (cells.length === 0)
    return (
      <PageState>
        <p>{words.wall.empty}</p>
      </PageState>
    );
  return <Grid store={store} wards={wards} startAt={startAt} acknowledge={acknowledge} cells={cells} />;
}

function Grid({ store, wards, startAt, acknowledge, cells }: WallProps & { cells: readonly Cell[] }) {
  const painter = usePainter(store);
  const area = useRef<HTMLUListElement>(null);
  const { width, height } = useSize(area);
  const grid = gridFor(Math.min(cells.length, MOST_BEDS), width, height);
  const { active, onKeyDown, onFocus } = useArrows(cells, grid.columns, area, startAt, acknowledge);
  const ambiguous = new Set(cells.map((cell) => cell.bed)).size < cells.length;
  const names = new Map(wards.map((ward) => [ward.id, shortWard(ward.name)]));

  const tall = cells.length > MOST_BEDS;
  return (
    <ul
      ref={area}
      className={`wall ${tall ? 'wall-tall' : ''}`}
      aria-label={words.wall.grid}
      onKeyDown={onKeyDown}
      onFocus={onFocus}
      style={{
        gridTemplateColumns: `repeat(${grid.columns}, minmax(0, 1fr))`,
        ...(tall ? {} : { gridTemplateRows: `repeat(${grid.rows}, minmax(0, 1fr))` }),
      }}
    >
      {cells.map((cell, index) => (
        <li key={cell.key} className="tile">
          {cell.patientId ? (
            <Tile
              key={cell.patientId}
              store={store}
              painter={painter}
              patientId={cell.patientId}
              ward={ambiguous ? (names.get(cell.wardId) ?? null) : null}
              index={index}
              focusable={index === active}
            />
          ) : (
            <span className="tile-free">
              {ambiguous && `${names.get(cell.wardId)} · `}
              {words.wall.free(cell.bed)}
            </span>
          )}
        </li>
      ))}
    </ul>
  );
}

/** Keeps the identity of the cells while no bed has changed hands, whatever the numbers do. */
function useStable<T>(value: T): T {
  const kept = useRef({ value, text: JSON.stringify(value) });
  const text = JSON.stringify(value);
  if (text !== kept.current.text) kept.current = { value, text };
  return kept.current.value;
}

function usePainter(store: LiveStore): Painter {
  const painter = useMemo(() => new Painter(() => store.clock.now() / 1000), [store]);
  useEffect(() => {
    painter.start();
    return () => painter.stop();
  }, [painter]);
  return painter;
}

/** A key that is held down does not press again. */
const isAcknowledge = ({ key, altKey, ctrlKey, metaKey, repeat }: KeyboardEvent): boolean =>
  key.toLowerCase() === 'a' && !altKey && !ctrlKey && !metaKey && !repeat;

/** One stop for the Tab key; arrows move from bed to bed. */
function useArrows(
  cells: readonly Cell[],
  columns: number,
  area: RefObject<HTMLUListElement | null>,
  startAt: string | null,
  acknowledge: (patientId: string) => void,
) {
  const first = cells.findIndex((cell) => cell.patientId);
  const [chosen, setChosen] = useState(() => cells.findIndex((cell) => startAt !== null && cell.patientId === startAt));
  const active = cells[chosen]?.patientId ? chosen : first;
  const focus = (index: number): void => {
    setChosen(index);
    area.current?.querySelector<HTMLElement>(`[data-tile="${index}"]`)?.focus();
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const patient = cells[active]?.patientId;
    if (isAcknowledge(event) && patient) {
      event.preventDefault();
      acknowledge(patient);
      return;
    }
    if (!ARROWS.includes(event.key) || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    focus(nextCell(cells, columns, active, event.key as Direction));
  };
  const onFocus = (event: FocusEvent): void => {
    const index = Number((event.target as HTMLElement).dataset.tile);
    if (Number.isInteger(index)) setChosen(index);
  };
  useEffect(() => {
    if (startAt !== null) area.current?.querySelector<HTMLElement>('[data-tile][tabindex="0"]')?.focus();
  }, [area, startAt]);
  // An arrow pressed while nothing has the focus starts on the wall.
  useEffect(() => {
    const start = (event: globalThis.KeyboardEvent): void => {
      if (!ARROWS.includes(event.key) || document.activeElement !== document.body) return;
      event.preventDefault();
      area.current?.querySelector<HTMLElement>('[data-tile][tabindex="0"]')?.focus();
    };
    document.addEventListener('keydown', start);
    return () => document.removeEventListener('keydown', start);
  }, [area]);
  return { active, onKeyDown, onFocus };
}
