import { Link } from 'react-router';
import type { PatientEntry } from '../../api/patientShapes';
import { ageAt, dayMonthYear, timeOrDate } from '../../ui/format';
import { consentText } from '../../ui/identity';
import { rowsOf, usePages } from '../../ui/Table';
import { usePatients } from '../../ui/usePatients';
import { words } from '../../ui/words';
import { Stays } from './Stays';
import './care.css';

const text = words.patients.care;

/** A patient who is in no bed: who they are and their stays. Nothing is measured, so no number is shown. */
export function RecordPage({ patient }: { patient: PatientEntry }) {
  const api = usePatients();
  const stays = usePages(['encounters', patient.id], (after, signal) => api.encounters(patient.id, after, signal));
  const [last] = rowsOf(stays);
  const left = last?.dischargedAt ?? null;
  const facts: [string, string][] = [
    [words.patients.conflict.recordNumber, patient.recordNumber],
    [words.patients.conflict.dateOfBirth, dayMonthYear(patient.dateOfBirth)],
    [words.patients.conflict.sex, words.patients.sex[patient.sex] ?? patient.sex],
    [words.patients.conflict.consent, consentText(patient.consent)],
  ];
  return (
    <div className="sheet">
      <div className="record">
        <p className="conflict">
          {patient.mergedInto ? (
            <>
              {text.mergedInto}{' '}
              <Link className="button" to={`/patient/${encodeURIComponent(patient.mergedInto)}`}>
                {text.openSurvivor}
              </Link>
            </>
          ) : (
            <>
              {text.notHere}{' '}
              {left !== null && last
                ? text.dischargedAt(
                    timeOrDate(left, Date.now()),
                    last.dischargedTo ? (text.destinations[last.dischargedTo] ?? last.dischargedTo) : '',
                  )
                : stays.data && !last && text.neverAdmitted}
            </>
          )}
        </p>
        <section>
          <h2>{text.identity}</h2>
          <dl className="facts">
            {facts.map(([name, value]) => (
              <div key={name}>
                <dt>{name}</dt>
                <dd>{value}</dd>
              </div>
            ))}
          </dl>
        </section>
        <section>
          <h2>{words.patients.stays.title}</h2>
          <Stays patientId={patient.id} />
        </section>
      </div>
    </div>
  );
}

/** Whose record it is, where no live values say so. */
export function RecordIdentity({ patient }: { patient: PatientEntry }) {
  const facts = [
    ageAt(patient.dateOfBirth, Date.now()),
    words.sex[patient.sex] ?? patient.sex,
    words.patient.record(patient.recordNumber),
  ].filter((fact) => fact !== null);
  return (
    <div className="identity">
      <h1>{patient.name}</h1>
      <span className="identity-facts">{facts.join(' · ')}</span>
      <span className="chip">{words.patients.notAdmitted}</span>
    </div>
  );
}
