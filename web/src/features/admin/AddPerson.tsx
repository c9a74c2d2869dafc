import { type FormEvent, useState } from 'react';
import type { WardEntry } from '../../api/adminShapes';
import { Dialog, FormProblem, fieldsOf, Secret, useAction } from '../../ui/forms';
import { words } from '../../ui/words';
import { chosenWards, PersonFields } from './PersonFields';
import { useAdmin } from './useAdmin';

const text = words.admin.people;

interface AddPersonProps {
  wards: readonly WardEntry[];
  close(): void;
  changed(): void;
}

/** A new account; its password is drawn by the server and told this once. */
export function AddPerson({ wards, close, changed }: AddPersonProps) {
  const admin = useAdmin();
  const action = useAction(text.known);
  const [made, setMade] = useState<{ name: string; password: string } | null>(null);
  const submit = async (event: FormEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault();
    const field = fieldsOf(event.currentTarget);
    const [name, user, role, patient] = [field('name'), field('user'), field('role'), field('patient')];
    if (!name || !user || !role) return action.refuse(text.missing);
    if (role === 'patient' && !patient) return action.refuse(text.missingPatient);
    const person = { name, user, role, wards: chosenWards(event.currentTarget), ...(patient ? { patient } : {}) };
    const answer = await action.run(() => admin.addPerson(person));
    if (!answer) return;
    changed();
    setMade({ name, password: answer.password });
  };
  return (
    <Dialog title={text.add} close={close} held={made !== null}>
      {made ? (
        <>
          <Secret label={text.passwordOnce} value={made.password} />
          <p className="dialog-text">{text.passwordHelp(made.name)}</p>
          <div className="form-buttons">
            <button type="button" className="button button-press" onClick={close}>
              {words.action.done}
            </button>
          </div>
        </>
      ) : (
        <form className="form" onSubmit={(event) => void submit(event)} noValidate>
          <PersonFields person={null} wards={wards} />
          <FormProblem>{action.problem}</FormProblem>
          <button type="submit" className="button button-press" disabled={action.busy}>
            {words.admin.add}
          </button>
        </form>
      )}
    </Dialog>
  );
}
