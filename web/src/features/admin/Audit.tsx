import { type FormEvent, type RefObject, useEffect, useId, useRef, useState } from 'react';
import type { AuditRow, AuditVerdict } from '../../api/adminShapes';
import { csvOf, download } from '../../ui/csv';
import { fromField, toField, useFilters } from '../../ui/filters';
import { clockOrDate, timeOrDate } from '../../ui/format';
import { Field, FormProblem, fieldsOf, useAction } from '../../ui/forms';
import { type Column, PagedTable, rowsOf, usePages } from '../../ui/Table';
import { words } from '../../ui/words';
import { auditCsvRow, auditQuery, FILTERS } from './auditRows';
import { useAdmin } from './useAdmin';

const text = words.admin.audit;
const PAGE = '100';

/** Who did what, newest first. The filters stand in the address. */
export function Audit() {
  const admin = useAdmin();
  const { values, set, clear, any } = useFilters(FILTERS);
  const query = auditQuery(values);
  const rows = usePages(['audit', query], (after, signal) => admin.audit({ ...query, limit: PAGE, after }, signal));
  const shown = rowsOf(rows);
  const pressed = useRef(false);
  const save = (): void => {
    const head = [text.no, text.at, words.admin.people.user, text.actor, text.role, text.action, text.patients];
    const rest = [text.outcome, text.purpose, text.address, text.request, text.detail];
    download(
      `${text.file}-${new Date().toISOString().slice(0, 10)}.csv`,
      csvOf([...head, ...rest], shown.map(auditCsvRow)),
    );
  };
  return (
    <>
      <AuditFilters
        key={JSON.stringify(values)}
        values={values}
        set={(given) => {
          pressed.current = true;
          set(given);
        }}
        clear={clear}
        any={any}
        pressed={pressed}
      />
      <div className="tools">
        <Verify />
        <span className="grow" />
        <button type="button" className="button" disabled={shown.length === 0} onClick={save}>
          {text.csv}
        </button>
      </div>
      <PagedTable
        paged={rows}
        caption={text.table}
        empty={text.none}
        columns={COLUMNS}
        rowKey={(row) => String(row.no)}
        rowClass={(row) => (row.outcome === 'refused' ? 'row-refused' : '')}
      />
    </>
  );
}

type Values = Record<(typeof FILTERS)[number], string>;
interface FilterProps {
  values: Values;
  set(values: Partial<Values>): void;
  clear(): void;
  any: boolean;
  /** Whether these filters are here because “Show” was pressed. */
  pressed: RefObject<boolean>;
}

function AuditFilters({ values, set, clear, any, pressed }: FilterProps) {
  const outcome = useId();
  const show = useRef<HTMLButtonElement>(null);
  // The fields begin anew with what the address says; the focus stays where it was.
  useEffect(() => {
    if (pressed.current) show.current?.focus();
    pressed.current = false;
  }, [pressed]);
  const [problem, setProblem] = useState('');
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const field = fieldsOf(event.currentTarget);
    const [from, to] = [fromField(field('from')), fromField(field('to'))];
    const reversed = from !== '' && to !== '' && from >= to;
    setProblem(reversed ? text.badRange : '');
    if (reversed) return;
    set({
      from,
      to,
      actor: field('actor'),
      patient: field('patient'),
      action: field('action'),
      outcome: field('outcome'),
    });
  };
  return (
    <form className="filters" onSubmit={submit} noValidate>
      <Field label={text.from} name="from" type="datetime-local" defaultValue={toField(values.from)} />
      <Field label={text.to} name="to" type="datetime-local" defaultValue={toField(values.to)} />
      <Field
        label={text.actor}
        name="actor"
        placeholder={text.actorHint}
        defaultValue={values.actor}
        autoComplete="off"
      />
      <Field label={text.patient} name="patient" defaultValue={values.patient} autoComplete="off" />
      <Field
        label={text.action}
        name="action"
        placeholder={text.actionHint}
        defaultValue={values.action}
        autoComplete="off"
      />
      <div className="field">
        <label htmlFor={outcome}>{text.outcome}</label>
        <select id={outcome} className="input" name="outcome" defaultValue={values.outcome}>
          {Object.entries(text.outcomes).map(([value, label]) => (
            <option key={value} value={value}>
              {label}
            </option>
          ))}
        </select>
      </div>
      <div className="form-buttons">
        <button ref={show} type="submit" className="button button-press">
          {words.admin.show}
        </button>
        {any && (
          <button type="button" className="button" onClick={clear}>
            {words.admin.clear}
          </button>
        )}
      </div>
      <FormProblem>{problem}</FormProblem>
    </form>
  );
}

function Verify() {
  const admin = useAdmin();
  const action = useAction();
  const [verdict, setVerdict] = useState<AuditVerdict | null>(null);
  const verify = async (): Promise<void> => {
    setVerdict(null);
    setVerdict(await action.run(() => admin.verifyAudit()));
  };
  return (
    <>
      <button type="button" className="button" disabled={action.busy} onClick={() => void verify()}>
        {action.busy ? text.verifying : text.verify}
      </button>
      <FormProblem>{action.problem || (verdict && !verdict.whole ? brokenWords(verdict) : '')}</FormProblem>
      <span role="status">{verdict?.whole ? wholeWords(verdict) : ''}</span>
    </>
  );
}

const brokenWords = ({ fault }: AuditVerdict): string =>
  fault ? text.broken(fault.no, fault.what) : text.brokenSomewhere;

const wholeWords = ({ rows, checkpoint }: AuditVerdict): string =>
  text.whole(rows, checkpoint ? String(checkpoint.no) : '', checkpoint ? timeOrDate(checkpoint.at, Date.now()) : '');

/** One after the other, none broken at its hyphen. */
function Ids({ of: ids }: { of: readonly string[] }) {
  return ids.map((id, index) => (
    <span key={id}>
      {index > 0 && ', '}
      <span className="nowrap">{id}</span>
    </span>
  ));
}

const COLUMNS: Column<AuditRow>[] = [
  { label: text.no, head: true, cell: (row) => row.no, className: 'number' },
  { label: text.at, cell: (row) => clockOrDate(row.at, Date.now()), className: 'nowrap' },
  {
    label: text.actor,
    cell: (row) => (
      <>
        {row.actor?.name ?? words.admin.nobody}
        <small>{[row.actor?.user, words.role[row.role] ?? row.role].filter(Boolean).join(' · ')}</small>
      </>
    ),
  },
  { label: text.action, cell: (row) => row.action },
  { label: text.patients, cell: (row) => (row.patients.length > 0 ? <Ids of={row.patients} /> : words.none) },
  {
    label: text.outcome,
    cell: (row) =>
      row.outcome === 'refused' ? (
        <span className="chip">{text.outcomes.refused}</span>
      ) : (
        (text.outcomes[row.outcome] ?? row.outcome)
      ),
  },
  { label: text.purpose, cell: (row) => row.purpose ?? words.none },
  {
    label: text.detail,
    cell: (row) => (
      <>
        {row.detail}
        <small>
          {row.address} · {row.requestId}
        </small>
      </>
    ),
  },
];
