import type { ReactNode } from 'react';
import type { Encounter } from '../../api/patientShapes';
import { ApiProblem } from '../../api/problem';
import { timeOrDate } from '../../ui/format';
import { Dialog } from '../../ui/forms';
import { statusText } from '../../ui/identity';
import { ProblemState } from '../../ui/states';
import { rowsOf, SkeletonRows, usePages } from '../../ui/Table';
import { shortWardOf, usePatients, useWards } from '../../ui/usePatients';
import { words } from '../../ui/words';
import type { CareDialogProps } from './Care';

const text = words.patients.stays;

export function StaysDialog({ patient, close }: CareDialogProps) {
  return (
    <Dialog title={`${text.title}: ${patient.name}`} close={close} wide>
      <Stays patientId={patient.id} />
    </Dialog>
  );
}

/** Every stay, the newest first: the beds, who gave which status and why, and what was worn. */
export function Stays({ patientId }: { patientId: string }) {
  const api = usePatients();
  const { wards } = useWards();
  const stays = usePages(['encounters', patientId], (after, signal) => api.encounters(patientId, after, signal));
  const rows = rowsOf(stays);
  if (stays.error instanceof ApiProblem && stays.error.status === 404)
    return <p className="dialog-text">{words.patients.care.outOfReach}</p>;
  if (stays.isError && rows.length === 0)
    return <ProblemState error={stays.error} retry={() => void stays.refetch()} />;
  if (!stays.data) return <SkeletonRows />;
  if (rows.length === 0) return <p className="dialog-text">{text.none}</p>;
  return (
    <>
      <ol className="stays">
        {rows.map((stay) => (
          <Stay key={stay.id} stay={stay} wardName={(id) => shortWardOf(wards, id)} />
        ))}
      </ol>
      {stays.hasNextPage && (
        <button
          type="button"
          className="button"
          disabled={stays.isFetchingNextPage}
          onClick={() => void stays.fetchNextPage()}
        >
          {words.admin.more}
        </button>
      )}
    </>
  );
}

/** The latest above: what counts now is read first. */
function latest<T>(rows: readonly T[], at: (row: T) => number): T[] {
  return rows.toSorted((a, b) => at(b) - at(a));
}

const whoSaid = (by: string): string => (by === 'system' ? text.system : by || text.unknown);

function Stay({ stay, wardName }: { stay: Encounter; wardName(id: string): string }) {
  const now = Date.now();
  const at = (time: number): string => timeOrDate(time, now);
  const span = (from: number, until: number | null): string =>
    text.span(at(from), until === null ? text.now : at(until));
  const to = stay.dischargedTo;
  return (
    <li className="stay">
      <h3>
        {span(stay.admittedAt, stay.dischargedAt)}
        {to && <small> {text.to(words.patients.care.destinations[to] ?? to)}</small>}
      </h3>
      {stay.dischargeNote && <q>{stay.dischargeNote}</q>}
      <div className="stay-parts">
        <Lines title={text.places} rows={latest(stay.places, (one) => one.from)}>
          {(place) => ({
            key: `${place.from}/${place.ward}/${place.bed}`,
            what: words.patients.place(wardName(place.ward), place.bed),
            more: span(place.from, place.until),
          })}
        </Lines>
        <Lines title={text.statuses} rows={latest(stay.statuses, (one) => one.since)}>
          {(one) => ({
            key: `${one.since}/${one.status}`,
            what: statusText(one.status),
            more: `${at(one.since)} ${text.by(whoSaid(one.by))}`,
            note: one.note,
          })}
        </Lines>
        <Lines title={text.devices} rows={latest(stay.devices, (one) => one.from)}>
          {(one) => ({ key: `${one.from}/${one.device}`, what: one.device, more: span(one.from, one.until) })}
        </Lines>
      </div>
    </li>
  );
}

interface Line {
  key: string;
  what: ReactNode;
  more: string;
  note?: string | null;
}

function Lines<T>({ title, rows, children }: { title: string; rows: readonly T[]; children(row: T): Line }) {
  return (
    <section>
      <h4>{title}</h4>
      <ul>
        {rows.length === 0 && <li className="soft">{words.none}</li>}
        {rows.map(children).map(({ key, what, more, note }) => (
          <li key={key}>
            {what}
            <small>{more}</small>
            {note && <q>{note}</q>}
          </li>
        ))}
      </ul>
    </section>
  );
}
