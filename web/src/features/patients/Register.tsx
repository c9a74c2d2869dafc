import { useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useCallback, useRef, useState } from 'react';
import { Link, useNavigate } from 'react-router';
import { fieldErrorsOf, patientOf } from '../../api/patientShapes';
import { ApiProblem } from '../../api/problem';
import { BedPicker, type Picked, placeOf } from '../../ui/BedPicker';
import { localDay } from '../../ui/format';
import { Dialog, FormProblem, useAction } from '../../ui/forms';
import { IdentityFields, useFirstProblem } from '../../ui/IdentityFields';
import { type Draft, type DraftProblems, EMPTY_DRAFT, identityOf, placed, problemsOf } from '../../ui/identity';
import { rethrow, usePatients } from '../../ui/usePatients';
import { words } from '../../ui/words';

const text = words.patients.register;

interface RegisterProps {
  close(): void;
  /** What was looked for and not found: most likely the record number or the name of whoever is registered now. */
  typed: string;
}

/** A new patient, admitted at once where there is a free bed for them. */
export function Register({ close, typed }: RegisterProps) {
  const api = usePatients();
  const client = useQueryClient();
  const navigate = useNavigate();
  const action = useAction(words.patients.known);
  const form = useRef<HTMLFormElement>(null);
  const [draft, setDraft] = useState<Draft>(() => startFrom(typed));
  const [picked, setPicked] = useState<Picked>({ ward: '', bed: '' });
  const [problems, setProblems] = useState<DraftProblems>({});
  const [taken, setTaken] = useState<{ patient: string | null } | null>(null);
  const pick = useCallback((one: Picked): void => setPicked(one), []);
  const lookAtProblem = useFirstProblem(form);

  const change = (part: Partial<Draft>): void => {
    setDraft((before) => ({ ...before, ...part }));
    const mended = Object.keys(part) as (keyof Draft)[];
    setProblems((before) =>
      Object.fromEntries(Object.entries(before).filter(([key]) => !mended.some((m) => m === key))),
    );
    if (part.recordNumber !== undefined) setTaken(null);
  };
  const refused = (error: unknown): never => {
    if (error instanceof ApiProblem && error.type === 'record-number-taken')
      setTaken({ patient: patientOf(error.more) });
    if (error instanceof ApiProblem && error.type === 'invalid-parameter') {
      const { problems: said } = placed(fieldErrorsOf(error.more));
      // Whoever works in wards registers into a bed of theirs: afterwards nobody there would see the record.
      setProblems(said.bed && picked.ward === '' ? { ...said, bed: words.patients.fields.missing.bedDue } : said);
    }
    lookAtProblem();
    if (error instanceof ApiProblem && error.type === 'bed-occupied')
      void client.invalidateQueries({ queryKey: ['beds', picked.ward] });
    return rethrow(error);
  };
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    setTaken(null);
    const place = placeOf(picked);
    const found = problemsOf(draft, localDay(Date.now()));
    if (picked.ward && !place) found.bed = words.patients.fields.missing.bed;
    setProblems(found);
    if (Object.keys(found).length > 0) {
      lookAtProblem();
      return action.refuse(text.problem);
    }
    const made = await action.run(() => api.register({ ...identityOf(draft), ...(place ?? {}) }).catch(refused));
    if (!made) return;
    void client.invalidateQueries({ queryKey: ['patients'] });
    void client.invalidateQueries({ queryKey: ['beds'] });
    client.setQueryData(['patient', made.id], made);
    close();
    void navigate(`/patient/${encodeURIComponent(made.id)}`);
  };
  return (
    <Dialog title={text.title} close={close} wide>
      <form ref={form} className="form form-wide" onSubmit={(event) => void submit(event)} noValidate>
        <IdentityFields
          draft={draft}
          change={change}
          problems={taken ? { ...problems, recordNumber: text.taken } : problems}
        />
        <fieldset className="form-part">
          <legend>{text.where}</legend>
          <BedPicker picked={picked} pick={pick} optional error={problems.bed} />
          {picked.ward === '' && <p className="field-hint">{text.later}</p>}
        </fieldset>
        <FormProblem>{taken ? text.taken : action.problem}</FormProblem>
        {taken && <Taken patient={taken.patient} close={close} />}
        <button type="submit" className="button button-press" disabled={action.busy}>
          {picked.ward === '' ? text.submit : text.submitAndAdmit}
        </button>
      </form>
    </Dialog>
  );
}

/** Whoever has the number already: offered by name, so that nobody is registered twice. */
function Taken({ patient, close }: { patient: string | null; close(): void }) {
  const api = usePatients();
  const found = useQuery({
    queryKey: ['patient', patient],
    queryFn: ({ signal }) => api.patient(patient ?? '', signal),
    enabled: patient !== null,
    retry: 1,
  });
  if (patient === null) return <p className="dialog-text">{text.takenHidden}</p>;
  return (
    <Link className="button" to={`/patient/${encodeURIComponent(patient)}`} onClick={close}>
      {found.data ? text.openTaken(found.data.name) : text.openTakenUnknown}
    </Link>
  );
}

/** A number is a record number, a word a family name. */
export function startFrom(typed: string): Draft {
  const given = typed.trim();
  if (/\d/.test(given)) return { ...EMPTY_DRAFT, recordNumber: given };
  const [family = '', rest = ''] = given.split(/[\s,]+/, 2);
  return { ...EMPTY_DRAFT, family, given: rest };
}
