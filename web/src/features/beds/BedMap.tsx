import { useQuery, useQueryClient } from '@tanstack/react-query';
import { type DragEvent, type KeyboardEvent, useEffect, useRef, useState } from 'react';
import { may } from '../../api/me';
import type { BedEntry } from '../../api/patientShapes';
import { ApiProblem } from '../../api/problem';
import { timeOrDate } from '../../ui/format';
import { actionWords, FormProblem } from '../../ui/forms';
import { useIsPhone } from '../../ui/hooks';
import { statusText } from '../../ui/identity';
import { LinkLost } from '../../ui/LinkLost';
import { loadAgain } from '../../ui/loadAgain';
import { useServices } from '../../ui/services';
import { PageState, ProblemState } from '../../ui/states';
import { SkeletonRows } from '../../ui/Table';
import { rethrow, shortWardOf, UNCERTAIN, usePatientNews, usePatients, useWards } from '../../ui/usePatients';
import { words } from '../../ui/words';
import { BedMenu } from './BedMenu';
import { type Carried, type Moving, press, settle, withMove } from './moving';
import './beds.css';

const text = words.patients.beds;

/** The beds of a ward in their fixed order and who lies in them. What others change arrives in its place; no bed ever moves. */
export function BedMap({ ward }: { ward: string }) {
  const api = usePatients();
  const client = useQueryClient();
  const beds = useQuery({
    queryKey: ['beds', ward],
    queryFn: ({ signal }) => api.beds(ward, signal),
    refetchInterval: 60_000,
  });
  const again = (): void => void loadAgain(client, ['beds', ward]);
  const lost = usePatientNews(`ward=${encodeURIComponent(ward)}`, again, again);
  if (beds.isError && !beds.data) return <ProblemState error={beds.error} retry={() => void beds.refetch()} />;
  if (!beds.data) return <SkeletonRows />;
  if (beds.data.length === 0)
    return (
      <PageState>
        <p>{text.none}</p>
      </PageState>
    );
  return (
    <>
      <LinkLost lost={lost || beds.isError} />
      <Beds ward={ward} beds={beds.data} />
    </>
  );
}

function Beds({ ward, beds: told }: { ward: string; beds: readonly BedEntry[] }) {
  const { user } = useServices();
  const phone = useIsPhone();
  const mayMove = may(user, 'patients.move');
  const { move, pending, problem, said, say } = useMove(ward);
  const beds = withMove(told, pending);
  const [moving, setMoving] = useState<Moving>({ focus: 0, carried: null });
  const [menu, setMenu] = useState<BedEntry | null>(null);
  const [dragged, setDragged] = useState<Carried | null>(null);
  const grid = useRef<HTMLUListElement>(null);
  const settled = settle(moving, beds);
  useEffect(() => {
    if (settled.next === moving) return;
    setMoving(settled.next);
    if (settled.said) say(settled.said);
  });
  const focus = (index: number): void => grid.current?.querySelectorAll<HTMLElement>('.bed')[index]?.focus();
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const here = beds[moving.focus];
    if (event.key === 'm' && here?.patient && moving.carried === null) {
      event.preventDefault();
      setMenu(here);
      return;
    }
    const step = press(moving, event.key, beds, columnsOf(grid.current), mayMove);
    if (!step.taken) return;
    event.preventDefault();
    event.stopPropagation();
    setMoving(step.next);
    if (step.next.focus !== moving.focus) focus(step.next.focus);
    if (step.said) say(step.said);
    if (step.move) void move(step.move, step.move.to);
  };
  const drop = (to: BedEntry): void => {
    setDragged(null);
    if (dragged === null || to.patient?.id === dragged.patient) return;
    if (to.patient) say(text.taken(to.bed, to.patient.name));
    else void move(dragged, to.bed);
  };
  const free = beds.filter((one) => one.patient === null).length;
  return (
    <>
      <p className="bed-help">
        <b>{text.count(free, beds.length)}</b>{' '}
        <span>{mayMove ? (phone ? text.helpTouch : text.help) : text.helpLook}</span>
      </p>
      <div className="bed-said">
        <FormProblem>{problem}</FormProblem>
        <p role="status" aria-live="assertive" className={said ? 'bed-news' : ''}>
          {said}
        </p>
      </div>
      <ul
        ref={grid}
        className="bed-map"
        aria-label={text.table}
        onKeyDown={onKeyDown}
        // Some browsers press a button when the space bar comes up again.
        onKeyUp={(event) => event.key === ' ' && mayMove && event.preventDefault()}
      >
        {beds.map((bed, index) => (
          <Bed
            key={bed.bed}
            bed={bed}
            mayMove={mayMove}
            focusable={index === settled.next.focus}
            carried={settled.next.carried !== null && settled.next.carried.patient === bed.patient?.id}
            target={
              (settled.next.carried !== null && index === settled.next.focus && bed.patient === null) ||
              (dragged !== null && bed.patient === null)
            }
            onFocus={() => setMoving((before) => (before.focus === index ? before : { ...before, focus: index }))}
            onPress={() => bed.patient && setMenu(bed)}
            onDrag={(carried) => setDragged(carried)}
            onDrop={() => drop(bed)}
          />
        ))}
      </ul>
      {menu?.patient && (
        <BedMenu
          ward={ward}
          bed={menu.bed}
          patient={menu.patient}
          free={beds.filter((one) => one.patient === null).map((one) => one.bed)}
          mayMove={mayMove}
          close={() => setMenu(null)}
          moveTo={(to) => {
            const { patient, bed } = menu;
            setMenu(null);
            if (patient) void move({ patient: patient.id, name: patient.name, from: bed }, to.bed, to.ward);
          }}
        />
      )}
    </>
  );
}

/** How many beds stand beside each other: what the arrows up and down step over. */
function columnsOf(grid: HTMLElement | null): number {
  return grid ? getComputedStyle(grid).gridTemplateColumns.split(' ').length : 1;
}

interface BedProps {
  bed: BedEntry;
  mayMove: boolean;
  focusable: boolean;
  carried: boolean;
  target: boolean;
  onFocus(): void;
  onPress(): void;
  onDrag(carried: Carried | null): void;
  onDrop(): void;
}

function Bed({ bed, mayMove, focusable, carried, target, onFocus, onPress, onDrag, onDrop }: BedProps) {
  const { patient } = bed;
  const begin = (event: DragEvent): void => {
    if (!patient) return;
    event.dataTransfer.effectAllowed = 'move';
    // Some browsers drag nothing without data; what leaves the page with it is the bed alone.
    event.dataTransfer.setData('text/plain', bed.bed);
    onDrag({ patient: patient.id, name: patient.name, from: bed.bed });
  };
  const over = (event: DragEvent): void => {
    event.preventDefault();
    event.dataTransfer.dropEffect = patient ? 'none' : 'move';
  };
  return (
    <li onDragOver={mayMove ? over : undefined} onDrop={mayMove ? onDrop : undefined}>
      <button
        type="button"
        className={`bed ${patient ? '' : 'bed-free'} ${carried ? 'bed-carried' : ''} ${target ? 'bed-target' : ''}`}
        data-bed={bed.bed}
        tabIndex={focusable ? 0 : -1}
        draggable={mayMove && patient !== null}
        onFocus={onFocus}
        onClick={onPress}
        onDragStart={begin}
        onDragEnd={() => onDrag(null)}
      >
        <span className="bed-label">
          <span className="hidden-words">{text.word} </span>
          {bed.bed}
        </span>
        {patient ? (
          <>
            <span className="bed-name">{patient.name}</span>
            <span className="bed-foot">
              <span className={`chip ${patient.status === 'critical' ? 'chip-7' : ''}`}>
                {statusText(patient.status)}
              </span>
              {patient.since !== null && (
                <span className="soft">{words.patients.since(timeOrDate(patient.since, Date.now()))}</span>
              )}
            </span>
          </>
        ) : (
          <span className="bed-name">{text.free}</span>
        )}
      </button>
    </li>
  );
}

interface Move {
  patient: string;
  to: string;
}

/** A move with its way there and back: shown at once, put back with the reason where it is refused. */
function useMove(ward: string) {
  const api = usePatients();
  const client = useQueryClient();
  const { wards } = useWards();
  const [pending, setPending] = useState<Move | null>(null);
  const [problem, setProblem] = useState('');
  const [said, say] = useState('');
  const move = async ({ patient, name, from }: Carried, to: string, toWard = ward): Promise<void> => {
    setProblem('');
    if (toWard === ward) setPending({ patient, to });
    const place = toWard === ward ? text.place(to) : words.patients.place(shortWardOf(wards, toWard), to);
    say(text.moving(name, place));
    try {
      const now = await api.patient(patient);
      // Decided on what was to be seen: where somebody else has moved them since, nothing is done.
      if (now.ward !== ward || now.bed !== from) throw new Overtaken(now.bed);
      await api.transfer(patient, { ward: toWard, bed: to }, now.version).catch(rethrow);
      say(text.moved(name, place));
    } catch (error) {
      say('');
      const lost = error instanceof ApiProblem && error.type === UNCERTAIN;
      setProblem(lost ? actionWords(error, words.patients.known) : text.refused(name, from, reason(error, name)));
    }
    await client.invalidateQueries({ queryKey: ['beds'] }).catch(() => undefined);
    void client.invalidateQueries({ queryKey: ['patients'] });
    void client.invalidateQueries({ queryKey: ['patient', patient] });
    setPending((before) => (before?.patient === patient ? null : before));
  };
  const speak = (what: string): void => {
    setProblem('');
    say(what);
  };
  return { move, pending, problem, said, say: speak };
}

class Overtaken extends Error {
  readonly bed: string | null;

  constructor(bed: string | null) {
    super('moved meanwhile');
    this.bed = bed;
  }
}

function reason(error: unknown, name: string): string {
  if (error instanceof Overtaken) return error.bed === null ? text.left(name) : text.elsewhere(name, error.bed);
  if (error instanceof ApiProblem) return actionWords(error, words.patients.known);
  return words.action.other('');
}
