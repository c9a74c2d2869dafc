import { useQuery } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import type { Person, WardEntry } from '../../api/adminShapes';
import { clientName } from '../../ui/clientName';
import { timeOrDate } from '../../ui/format';
import { Confirm, Dialog, FormDone, FormProblem, fieldsOf, Secret, useAction } from '../../ui/forms';
import { ProblemState } from '../../ui/states';
import { words } from '../../ui/words';
import { chosenWards, PersonFields } from './PersonFields';
import { useAdmin } from './useAdmin';

const text = words.admin.people;

interface PersonDialogProps {
  person: Person;
  wards: readonly WardEntry[];
  close(): void;
  changed(): void;
}

/** One person: who they are and what they may, how they get in, where they are signed in, and the end of it all. */
export function PersonDialog({ person, wards, close, changed }: PersonDialogProps) {
  const [saved, setSaved] = useState(false);
  return (
    <Dialog title={person.name} close={close} wide>
      <div className="person">
        <Edit key={person.version} person={person} wards={wards} changed={changed} saved={saved} setSaved={setSaved} />
        <Access person={person} changed={changed} close={close} />
      </div>
    </Dialog>
  );
}

interface EditProps extends Omit<PersonDialogProps, 'close'> {
  /** Outlives the form, which begins anew with what was saved. */
  saved: boolean;
  setSaved(saved: boolean): void;
}

function Edit({ person, wards, changed, saved, setSaved }: EditProps) {
  const admin = useAdmin();
  const action = useAction(text.known);
  const submit = async (event: FormEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault();
    const form = event.currentTarget;
    const field = fieldsOf(form);
    setSaved(false);
    if (!field('name')) return action.refuse(text.missingName);
    const change = {
      name: field('name'),
      role: field('role'),
      wards: chosenWards(form),
      disabled: field('disabled') === 'on',
      version: person.version,
    };
    if (!(await action.run(() => admin.changePerson(person.id, change)))) return;
    setSaved(true);
    changed();
  };
  return (
    <form className="form" onSubmit={(event) => void submit(event)} noValidate>
      <p className="field-hint">
        {text.user}: <b>{person.user}</b> · {text.created} {timeOrDate(person.createdAt, Date.now())}
        {person.patient && ` · ${text.patient}: ${person.patient}`}
      </p>
      <PersonFields person={person} wards={wards} />
      <label className="choice">
        <input type="checkbox" name="disabled" defaultChecked={person.disabled} />
        {text.disable}
      </label>
      <FormProblem>{action.problem}</FormProblem>
      <FormDone>{saved ? text.saved : ''}</FormDone>
      <button type="submit" className="button button-press" disabled={action.busy}>
        {words.action.save}
      </button>
    </form>
  );
}

type Asking = 'password' | 'factor' | 'remove' | null;

function Access({ person, changed, close }: Omit<PersonDialogProps, 'wards'>) {
  const admin = useAdmin();
  const action = useAction(text.known);
  const [asking, setAsking] = useState<Asking>(null);
  const [password, setPassword] = useState<string | null>(null);
  const [done, setDone] = useState('');
  const signOut = async (): Promise<void> => {
    setDone('');
    if (await action.run(() => admin.signOutPerson(person.id).then(() => true))) setDone(text.signedOut);
  };
  const shared = { close: () => setAsking(null), known: text.known };
  return (
    <section className="person-access" aria-label={text.access}>
      <h3>{text.sessions}</h3>
      <Places id={person.id} />
      <button type="button" className="button" disabled={action.busy} onClick={() => void signOut()}>
        {text.signOut}
      </button>
      <h3>{text.access}</h3>
      {password !== null && (
        <>
          <Secret label={text.passwordOnce} value={password} />
          <p className="field-hint">{text.passwordHelp(person.name)}</p>
        </>
      )}
      <FormProblem>{action.problem}</FormProblem>
      <FormDone>{done}</FormDone>
      <div className="form-buttons">
        <button type="button" className="button" onClick={() => setAsking('password')}>
          {text.newPassword}
        </button>
        <button type="button" className="button" onClick={() => setAsking('factor')}>
          {text.resetFactor}
        </button>
        <button type="button" className="button" onClick={() => setAsking('remove')}>
          {text.remove}
        </button>
      </div>
      {asking === 'password' && (
        <Confirm
          {...shared}
          title={text.newPassword}
          help={text.newPasswordHelp}
          label={text.newPassword}
          act={async () => setPassword((await admin.newPassword(person.id)).password)}
        />
      )}
      {asking === 'factor' && (
        <Confirm
          {...shared}
          title={text.resetFactor}
          help={text.resetFactorHelp}
          label={text.resetFactor}
          act={async () => {
            await admin.resetFactor(person.id);
            setDone(text.resetDone);
            changed();
          }}
        />
      )}
      {asking === 'remove' && (
        <Confirm
          {...shared}
          title={text.removeWhich(person.name)}
          help={text.removeHelp}
          label={text.remove}
          act={async () => {
            await admin.removePerson(person.id);
            changed();
            close();
          }}
        />
      )}
    </section>
  );
}

function Places({ id }: { id: string }) {
  const admin = useAdmin();
  const places = useQuery({ queryKey: ['places-of', id], queryFn: ({ signal }) => admin.placesOf(id, signal) });
  if (places.isError) return <ProblemState error={places.error} retry={() => void places.refetch()} />;
  if (places.data?.length === 0) return <p className="field-hint">{text.noSessions}</p>;
  return (
    <ul className="plain-list">
      {places.data?.map((one) => (
        <li key={one.id}>
          <b>{clientName(one.client)}</b> {one.locked && <span className="chip">{words.account.sessions.locked}</span>}
          <small>
            {one.address} · {words.account.sessions.since} {timeOrDate(one.createdAt, Date.now())}
          </small>
        </li>
      ))}
    </ul>
  );
}
