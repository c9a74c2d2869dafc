import { useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import type { Passkey } from '../../api/account';
import { makePasskey, PasskeyProblem, passkeysWork } from '../../api/passkey';
import { timeOrDate } from '../../ui/format';
import { Confirm, Field, FormDone, FormProblem, fieldsOf, PasswordAgain, useAction } from '../../ui/forms';
import { useServices } from '../../ui/services';
import { ProblemState } from '../../ui/states';
import { words } from '../../ui/words';

const text = words.account.passkeys;

export function Passkeys() {
  const { account, session } = useServices();
  const client = useQueryClient();
  const [adding, setAdding] = useState(false);
  const [removing, setRemoving] = useState<Passkey | null>(null);
  const [done, setDone] = useState('');
  const passkeys = useQuery({ queryKey: ['passkeys'], queryFn: ({ signal }) => account.passkeys(signal) });
  const changed = async (said: string): Promise<void> => {
    setAdding(false);
    void session.refreshMe();
    await client.invalidateQueries({ queryKey: ['passkeys'] });
    setDone(said);
  };
  return (
    <>
      <p>{text.what}</p>
      {passkeys.isError && <ProblemState error={passkeys.error} retry={() => void passkeys.refetch()} />}
      {passkeys.data?.length === 0 && <p className="field-hint">{text.none}</p>}
      {passkeys.data && passkeys.data.length > 0 && (
        <ul className="own-list">
          {passkeys.data.map((one) => (
            <li key={one.id}>
              <span>
                <b>{one.name}</b>
                <small>
                  {text.made} {timeOrDate(one.createdAt, Date.now())} · {text.used}{' '}
                  {one.lastUsedAt === null ? text.never : timeOrDate(one.lastUsedAt, Date.now())}
                </small>
              </span>
              <button type="button" className="button" onClick={() => setRemoving(one)}>
                {text.remove}
                <span className="hidden-words"> {one.name}</span>
              </button>
            </li>
          ))}
        </ul>
      )}
      <FormDone>{done}</FormDone>
      {!passkeysWork() ? (
        <p className="field-hint">{text.unsupported}</p>
      ) : adding ? (
        <Add added={(name) => void changed(text.added(name))} cancel={() => setAdding(false)} />
      ) : (
        <button
          type="button"
          className="button own-start"
          onClick={() => {
            setDone('');
            setAdding(true);
          }}
        >
          {text.add}
        </button>
      )}
      {removing && (
        <Confirm
          title={text.removeWhich(removing.name)}
          help={text.removeHelp}
          label={text.remove}
          act={async () => {
            await account.removePasskey(removing.id);
            await changed(text.removed(removing.name));
          }}
          close={() => setRemoving(null)}
        />
      )}
    </>
  );
}

function Add({ added, cancel }: { added(name: string): void; cancel(): void }) {
  const { account } = useServices();
  const action = useAction();
  const submit = async (event: FormEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault();
    const field = fieldsOf(event.currentTarget);
    const [name, password] = [field('passkey-name'), field('password', false)];
    if (!name) return action.refuse(text.missingName);
    if (!password) return action.refuse(words.account.confirm.missing);
    let refusal = '';
    const done = await action.run(async () => {
      const options = await account.passkeyCreation(password);
      const credential = await makePasskey(options).catch((error: unknown) => {
        refusal = text[error instanceof PasskeyProblem ? error.refusal : 'failed'];
        return null;
      });
      if (credential === null) return false;
      await account.addPasskey(name, credential);
      return true;
    });
    if (refusal) action.refuse(refusal);
    if (done) added(name);
  };
  return (
    <form className="form" onSubmit={(event) => void submit(event)} noValidate>
      <Field label={text.name} name="passkey-name" hint={text.nameHint} maxLength={60} autoComplete="off" focused />
      <PasswordAgain />
      <FormProblem>{action.problem}</FormProblem>
      <div className="form-buttons">
        <button type="submit" className="button button-press" disabled={action.busy}>
          {action.busy ? text.waiting : text.create}
        </button>
        <button type="button" className="button" onClick={cancel}>
          {words.action.cancel}
        </button>
      </div>
    </form>
  );
}
