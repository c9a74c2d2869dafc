import { Link } from 'react-router';
import type { Alert } from '../../live/alertTypes';
import { isOpen } from '../../live/alertTypes';
import { isMine } from '../../ui/Bell';
import { maySilence, stepsFor } from '../../ui/deeds';
import { clockOrDate, since } from '../../ui/format';
import { clockWords, nextWords, ownerWords, stateWords } from '../../ui/onIt';
import { type Deed, useServices } from '../../ui/services';
import { type Column, Table } from '../../ui/Table';
import { shortWardOf } from '../../ui/usePatients';
import { words } from '../../ui/words';
import type { AlertRow } from './rows';

const text = words.alerts;

interface Shown {
  row: AlertRow;
  over: boolean;
}

interface Props {
  title: string;
  rows: readonly Shown[];
  wards: readonly { id: string; name: string }[];
  now: number;
}

export function AlertRows({ title, rows, wards, now }: Props) {
  const columns: Column<Shown>[] = [
    { label: text.list.sign, className: 'alert-sign', cell: ({ row }) => <Sign row={row} /> },
    { label: text.list.patient, head: true, cell: ({ row }) => <Who row={row} wards={wards} /> },
    { label: text.list.cause, className: 'wide', cell: ({ row, over }) => <What row={row} over={over} /> },
    {
      label: text.list.since,
      className: 'nowrap',
      cell: ({ row }) => (
        <>
          {clockOrDate(row.since, now)}
          {(!row.incident || isOpen(row.incident)) && <small>{since(Math.max(0, (now - row.since) / 1000))}</small>}
        </>
      ),
    },
    { label: text.list.owner, className: 'wide', cell: ({ row, over }) => <OnIt row={row} over={over} now={now} /> },
    { label: text.list.action, actions: true, cell: ({ row, over }) => !over && <Act row={row} /> },
  ];
  return (
    <section className="alert-group" aria-label={title}>
      <h2>
        {title} <span className="soft">{rows.filter((one) => !one.over).length}</span>
      </h2>
      <Table
        caption={text.list.table(title)}
        columns={columns}
        rows={rows}
        rowKey={({ row }) => row.key}
        rowClass={({ row, over }) => (over ? 'row-off' : `alert-row-${row.look}`)}
      />
    </section>
  );
}

function Sign({ row: { look } }: { row: AlertRow }) {
  const { sign, name } = text.look[look];
  return (
    <span className={`alert-badge strip-${look}`}>
      <span aria-hidden="true">{sign}</span> {name}
    </span>
  );
}

const nameOf = (row: AlertRow): string => row.incident?.patientName ?? '';

function Who({ row, wards }: { row: AlertRow; wards: Props['wards'] }) {
  const ward = row.ward === null ? text.list.noWard : shortWardOf(wards, row.ward);
  const place = row.bed === null ? ward : words.patients.place(ward, row.bed);
  if (row.patient === null) return place;
  return (
    <>
      <Link to={`/patient/${encodeURIComponent(row.patient)}`} className="alert-link">
        {nameOf(row) || place}
      </Link>
      {nameOf(row) && <small>{place}</small>}
    </>
  );
}

function What({ row: { alert, incident, more }, over }: { row: AlertRow; over: boolean }) {
  const states = [alert ? stateOf(alert) : '', over ? text.list.ended : '', more > 0 ? text.moreSaid(more) : ''];
  const said = states.filter(Boolean).join(' · ');
  const cause = alert?.cause.text ?? incident?.alerts[0]?.cause.text ?? incident?.name;
  return (
    <>
      {incident ? (
        <Link to={`/incidents/${encodeURIComponent(incident.id)}`} className="alert-link">
          {cause}
        </Link>
      ) : (
        <b>{cause}</b>
      )}
      {said && <small>{said}</small>}
    </>
  );
}

/** With who has silenced it and why, for which there is room here. */
function stateOf(alert: Alert): string {
  const said = stateWords(alert);
  if (alert.signal !== 'paused') return said;
  const why = alert.silenceReason ? `: ${alert.silenceReason}` : '';
  return `${said}${alert.silencedBy ? ` (${alert.silencedBy}${why})` : why}`;
}

function OnIt({ row: { alert, incident }, over, now }: { row: AlertRow; over: boolean; now: number }) {
  if (incident && !isOpen(incident))
    return (
      <>
        {text.state[incident.state]}
        {incident.outcome && `: ${text.judgement[incident.outcome]}`}
        {incident.assignee && <small>{incident.assignee.name}</small>}
      </>
    );
  const clock = over ? null : clockWords(incident, now);
  const next = over ? '' : nextWords(incident, now);
  return (
    <>
      {ownerWords(incident, alert, now)}
      {next && <small>{next}</small>}
      {clock && (
        <small>
          <span className={clock.overdue ? 'clock-overdue' : ''}>{clock.text}</span>
        </small>
      )}
    </>
  );
}

function Act({ row }: { row: AlertRow }) {
  const { user, respond } = useServices();
  const { alert, incident, bed } = row;
  const steps = stepsFor(user, incident, incident !== null && isMine(incident, user));
  if (steps.length === 0 && !(alert && maySilence(user, alert))) return null;
  const place =
    bed === null
      ? nameOf(row) || (alert?.name ?? '')
      : nameOf(row)
        ? text.list.place(bed, nameOf(row))
        : text.toast.bed(bed);
  const ask = (deed: Deed): void => respond({ deed, alert, incident, place });
  return (
    <span className="alert-acts">
      {steps.includes('acknowledge') && (
        <button type="button" className="button button-press" onClick={() => ask('acknowledge')}>
          {text.deed.acknowledge}
          <span className="hidden-words"> {place}</span>
        </button>
      )}
      <button type="button" className="button" onClick={() => ask('more')}>
        {text.deed.more}
        <span className="hidden-words"> {place}</span>
      </button>
    </span>
  );
}
