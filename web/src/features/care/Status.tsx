import { type FormEvent, useState } from 'react';
import { PRESENT_STATUSES } from '../../api/patientShapes';
import { Dialog, FormProblem, fieldsOf } from '../../ui/forms';
import { NoteField } from '../../ui/NoteField';
import { usePatients } from '../../ui/usePatients';
import { words } from '../../ui/words';
import type { CareDialogProps } from './Care';
import { ConflictNotice, useChange } from './useChange';

const text = words.patients.care;

export function Status({ patient, close, changed }: CareDialogProps) {
  const api = usePatients();
  const { action, conflict, base, run } = useChange(patient, changed);
  const [status, setStatus] = useState(patient.status);
  const submit = async (event: FormEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault();
    const note = fieldsOf(event.currentTarget)('note');
    if (await run((version) => api.setStatus(base.id, status, note, version))) close();
  };
  return (
    <Dialog title={text.statusTitle(patient.name)} close={close}>
      <form className="form" onSubmit={(event) => void submit(event)} noValidate>
        <fieldset>
          <legend>{words.patients.fields.status}</legend>
          {PRESENT_STATUSES.map((one) => (
            <label key={one} className="choice">
              <input type="radio" name="status" value={one} checked={status === one} onChange={() => setStatus(one)} />
              {words.status[one]}
            </label>
          ))}
        </fieldset>
        <NoteField hint={words.patients.fields.noteHint} label={words.patients.fields.note} />
        <ConflictNotice conflict={conflict} />
        <FormProblem>{conflict ? '' : action.problem}</FormProblem>
        <button type="submit" className="button button-press" disabled={action.busy}>
          {words.action.save}
        </button>
      </form>
    </Dialog>
  );
}

/** The second of two presses. The focus stands in the note, so that a key held down or pressed twice sets nothing. */
export function Critical({ patient, close, changed }: CareDialogProps) {
  const api = usePatients();
  const { action, run } = useChange(patient, changed);
  const submit = async (event: FormEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault();
    const note = fieldsOf(event.currentTarget)('note');
    if (await run(() => api.setCritical(patient.id, note))) close();
  };
  return (
    <Dialog title={text.criticalTitle(patient.name)} close={close}>
      <p className="dialog-text">{text.criticalHelp}</p>
      <form className="form" onSubmit={(event) => void submit(event)} noValidate>
        <NoteField hint={words.patients.fields.noteHint} label={words.patients.fields.note} />
        <FormProblem>{action.problem}</FormProblem>
        <div className="form-buttons">
          <button type="submit" className="button button-critical" disabled={action.busy}>
            {text.criticalGo}
          </button>
          <button type="button" className="button" onClick={close}>
            {words.action.cancel}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
