import { type FormEvent, useRef, useState } from 'react';
import { fieldErrorsOf, type PatientEntry } from '../../api/patientShapes';
import { ApiProblem } from '../../api/problem';
import { localDay } from '../../ui/format';
import { Dialog, FormProblem } from '../../ui/forms';
import { IdentityFields, useFirstProblem } from '../../ui/IdentityFields';
import { type Draft, type DraftProblems, draftOf, identityOf, placed, problemsOf, rebased } from '../../ui/identity';
import { usePatients } from '../../ui/usePatients';
import { words } from '../../ui/words';
import type { CareDialogProps } from './Care';
import { ConflictNotice, useChange } from './useChange';

const text = words.patients;

/** Corrects who somebody is. What others saved meanwhile is taken over in the fields that were left alone here. */
export function Edit({ patient, close, changed }: CareDialogProps) {
  const api = usePatients();
  const { action, conflict, base, run } = useChange(patient, changed);
  const form = useRef<HTMLFormElement>(null);
  const [draft, setDraft] = useState<Draft>(() => draftOf(patient));
  const [onto, setOnto] = useState<PatientEntry>(patient);
  const [problems, setProblems] = useState<DraftProblems>({});
  const lookAtProblem = useFirstProblem(form);
  if (conflict && onto !== base) {
    setDraft(rebased(draftOf(onto), draft, draftOf(base)));
    setOnto(base);
  }
  const change = (part: Partial<Draft>): void => {
    setDraft((before) => ({ ...before, ...part }));
    setProblems({});
  };
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    const found = problemsOf(draft, localDay(Date.now()));
    setProblems(found);
    if (Object.keys(found).length > 0) {
      lookAtProblem();
      return action.refuse(text.register.problem);
    }
    const done = await run((version) =>
      api.change(patient.id, identityOf(draft), version).catch((error: unknown) => {
        if (error instanceof ApiProblem && error.type === 'record-number-taken')
          setProblems({ recordNumber: text.register.taken });
        if (error instanceof ApiProblem && error.type === 'invalid-parameter')
          setProblems(placed(fieldErrorsOf(error.more)).problems);
        lookAtProblem();
        throw error;
      }),
    );
    if (done) close();
  };
  return (
    <Dialog title={text.care.editTitle(patient.name)} close={close} wide>
      <form ref={form} className="form form-wide" onSubmit={(event) => void submit(event)} noValidate>
        <IdentityFields draft={draft} change={change} problems={problems} />
        <ConflictNotice conflict={conflict} help={text.conflict.again} />
        <FormProblem>{conflict ? '' : action.problem}</FormProblem>
        <button type="submit" className="button button-press" disabled={action.busy}>
          {words.action.save}
        </button>
      </form>
    </Dialog>
  );
}
