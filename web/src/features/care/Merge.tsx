import { useQuery } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import type { PatientEntry } from '../../api/patientShapes';
import { dayMonthYear, timeOrDate } from '../../ui/format';
import { Dialog, FormProblem, fieldsOf } from '../../ui/forms';
import { consentText, statusText } from '../../ui/identity';
import { NoteField } from '../../ui/NoteField';
import { SearchBox } from '../../ui/SearchBox';
import { problemWords } from '../../ui/states';
import { shortWardOf, usePatients, useWards } from '../../ui/usePatients';
import { words } from '../../ui/words';
import type { CareDialogProps } from './Care';
import { ConflictNotice, useChange } from './useChange';

const text = words.patients.merge;
const MOST = 8;
const SHORTEST_REASON = 10;

/** Two records of one person: looked for, compared side by side, and only then made one. */
export function Merge({ patient, close, changed }: CareDialogProps) {
  const [other, setOther] = useState<PatientEntry | null>(null);
  return (
    <Dialog title={text.title(patient.name)} close={close} wide>
      {other ? (
        <Compare patient={patient} other={other} back={() => setOther(null)} close={close} changed={changed} />
      ) : (
        <Look patient={patient} choose={setOther} />
      )}
    </Dialog>
  );
}

function Look({ patient, choose }: { patient: PatientEntry; choose(other: PatientEntry): void }) {
  const api = usePatients();
  const { wards } = useWards();
  const family = patient.name.split(',')[0] ?? '';
  const [search, setSearch] = useState(family);
  const found = useQuery({
    queryKey: ['patients', 'duplicates', search],
    queryFn: ({ signal }) => api.patients({ search, limit: String(MOST + 1) }, signal),
    enabled: search !== '',
  });
  const others = (found.data?.items ?? []).filter((one) => one.id !== patient.id && one.mergedInto === null);
  return (
    <>
      <p className="dialog-text">{text.help}</p>
      <SearchBox hint={text.search} value={search} set={setSearch} />
      <p role="status" className="field-hint">
        {found.isError ? problemWords(found.error) : found.data && others.length === 0 ? text.none : ''}
      </p>
      <ul className="worn">
        {others.slice(0, MOST).map((one) => (
          <li key={one.id}>
            <span>
              <b>{one.name}</b>
              <small>
                {one.recordNumber} · {dayMonthYear(one.dateOfBirth)} ·{' '}
                {one.ward && one.bed
                  ? words.patients.place(shortWardOf(wards, one.ward), one.bed)
                  : words.patients.notAdmitted}
              </small>
            </span>
            <button type="button" className="button" onClick={() => choose(one)}>
              {text.choose}
              <span className="hidden-words"> {one.name}</span>
            </button>
          </li>
        ))}
      </ul>
    </>
  );
}

function Compare({ patient, other, back, close, changed }: CareDialogProps & { other: PatientEntry; back(): void }) {
  const api = usePatients();
  const { wards } = useWards();
  const { action, conflict, base, run } = useChange(patient, changed);
  // What two records of one person share; where they lie and what number they have differs anyway.
  const telling: readonly string[] = [
    words.patients.conflict.name,
    words.patients.conflict.dateOfBirth,
    words.patients.conflict.sex,
  ];
  const rows: [string, (one: PatientEntry) => string][] = [
    [words.patients.conflict.recordNumber, (one) => one.recordNumber],
    [words.patients.conflict.name, (one) => one.name],
    [words.patients.conflict.dateOfBirth, (one) => dayMonthYear(one.dateOfBirth)],
    [words.patients.conflict.sex, (one) => words.patients.sex[one.sex] ?? one.sex],
    [words.patients.conflict.consent, (one) => consentText(one.consent)],
    [words.patients.conflict.status, (one) => statusText(one.status)],
    [
      words.patients.conflict.place,
      (one) => (one.ward && one.bed ? words.patients.place(shortWardOf(wards, one.ward), one.bed) : words.none),
    ],
    [text.admitted, (one) => (one.encounter ? timeOrDate(one.encounter.admittedAt, Date.now()) : words.none)],
  ];
  const submit = async (event: FormEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault();
    const reason = fieldsOf(event.currentTarget)('note');
    if (reason.length < SHORTEST_REASON) return action.refuse(text.reasonMissing);
    if (await run((version) => api.merge(base.id, other.id, reason, version))) close();
  };
  return (
    <>
      <div>
        <table className="data data-wide compare">
          <caption className="hidden-words">{text.compare}</caption>
          <thead>
            <tr>
              <th scope="col">{text.what}</th>
              <th scope="col">{text.keep}</th>
              <th scope="col">{text.close}</th>
            </tr>
          </thead>
          <tbody>
            {rows.map(([what, of]) => {
              const differs = telling.includes(what) && of(base) !== of(other);
              return (
                <tr key={what} className={differs ? 'differs' : ''}>
                  <th scope="row">
                    {what}
                    {differs && <small>{text.differs}</small>}
                  </th>
                  <td>{of(base)}</td>
                  <td>{of(other)}</td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
      <form className="form" onSubmit={(event) => void submit(event)} noValidate>
        <NoteField label={text.reason} hint={text.reasonHint} />
        <p className="dialog-text">{text.warning}</p>
        <ConflictNotice conflict={conflict} />
        <FormProblem>{conflict ? '' : action.problem}</FormProblem>
        <div className="form-buttons">
          <button type="submit" className="button button-press" disabled={action.busy}>
            {text.go}
          </button>
          <button type="button" className="button" onClick={back}>
            {text.back}
          </button>
        </div>
      </form>
    </>
  );
}
