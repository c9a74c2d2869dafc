/**
 * Moving a patient from bed to bed by keyboard: arrows go from bed to bed, Enter or Space picks up and puts down, Escape puts back.
 * Pure: what happens is in the answer, what the page does with it is the page's business.
 */
import type { BedEntry } from '../../api/patientShapes';
import { words } from '../../ui/words';

const text = words.patients.beds;

export interface Carried {
  patient: string;
  name: string;
  from: string;
}

export interface Moving {
  /** The bed that has the focus. */
  focus: number;
  carried: Carried | null;
}

export interface Step {
  next: Moving;
  /** Said aloud; empty where the focus says enough. */
  said: string;
  /** To be asked of the server. */
  move: (Carried & { to: string }) | null;
  /** Whether the key meant anything here. */
  taken: boolean;
}

const STEPS: Record<string, (columns: number) => number> = {
  ArrowLeft: () => -1,
  ArrowRight: () => 1,
  ArrowUp: (columns) => -columns,
  ArrowDown: (columns) => columns,
};

const stay = (state: Moving): Step => ({ next: state, said: '', move: null, taken: false });

/** `mayMove`: whether this reader moves patients at all. `columns`: how many beds stand beside each other now. */
export function press(state: Moving, key: string, beds: readonly BedEntry[], columns: number, mayMove: boolean): Step {
  const step = STEPS[key];
  if (step) return go(state, state.focus + step(Math.max(1, columns)), beds);
  if (key === 'Home') return go(state, 0, beds);
  if (key === 'End') return go(state, beds.length - 1, beds);
  if (key === 'Escape') return putBack(state, beds);
  if (key !== 'Enter' && key !== ' ') return stay(state);
  if (!mayMove) return stay(state);
  return state.carried === null ? pickUp(state, beds) : putDown(state, state.carried, beds);
}

function go(state: Moving, to: number, beds: readonly BedEntry[]): Step {
  const bed = beds[to];
  if (!bed) return { ...stay(state), taken: true };
  const said =
    state.carried === null
      ? ''
      : bed.patient === null || bed.patient.id === state.carried.patient
        ? text.over(bed.bed)
        : text.overTaken(bed.bed, bed.patient.name);
  return { next: { ...state, focus: to }, said, move: null, taken: true };
}

function pickUp(state: Moving, beds: readonly BedEntry[]): Step {
  const bed = beds[state.focus];
  if (!bed?.patient) return stay(state);
  const { id, name } = bed.patient;
  return {
    next: { ...state, carried: { patient: id, name, from: bed.bed } },
    said: text.pickedUp(name, bed.bed),
    move: null,
    taken: true,
  };
}

function putDown(state: Moving, carried: Carried, beds: readonly BedEntry[]): Step {
  const bed = beds[state.focus];
  if (!bed) return { ...stay(state), taken: true };
  if (bed.patient?.id === carried.patient) return putBack(state, beds);
  if (bed.patient !== null)
    return { next: state, said: text.taken(bed.bed, bed.patient.name), move: null, taken: true };
  return {
    next: { ...state, carried: null },
    said: text.moving(carried.name, text.place(bed.bed)),
    move: { ...carried, to: bed.bed },
    taken: true,
  };
}

function putBack(state: Moving, beds: readonly BedEntry[]): Step {
  const { carried } = state;
  if (carried === null) return stay(state);
  const home = beds.findIndex((one) => one.bed === carried.from);
  return {
    next: { focus: home < 0 ? state.focus : home, carried: null },
    said: text.putBack(carried.name, carried.from),
    move: null,
    taken: true,
  };
}

/** What others did while somebody is carried: whoever is not in the bed they were taken from any longer cannot be put down. */
export function settle(state: Moving, beds: readonly BedEntry[]): { next: Moving; said: string } {
  const { carried } = state;
  const focus = Math.min(state.focus, Math.max(0, beds.length - 1));
  const same = focus === state.focus ? state : { ...state, focus };
  if (carried === null) return { next: same, said: '' };
  const now = beds.find((one) => one.patient?.id === carried.patient);
  if (now?.bed === carried.from) return { next: same, said: '' };
  return {
    next: { focus, carried: null },
    said: now ? text.elsewhere(carried.name, now.bed) : text.left(carried.name),
  };
}

/** The beds as they will be: a move that is on its way is shown where it goes. */
export function withMove(beds: readonly BedEntry[], move: { patient: string; to: string } | null): readonly BedEntry[] {
  if (move === null) return beds;
  const moved = beds.find((one) => one.patient?.id === move.patient)?.patient ?? null;
  const target = beds.find((one) => one.bed === move.to);
  if (moved === null || !target || target.patient !== null) return beds;
  return beds.map((one) =>
    one.bed === move.to
      ? { ...one, patient: moved }
      : one.patient?.id === move.patient
        ? { ...one, patient: null }
        : one,
  );
}
