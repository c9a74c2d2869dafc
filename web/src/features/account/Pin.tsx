import { type FormEvent, useState } from 'react';
import { duration } from '../../ui/format';
import { Field, FormDone, FormProblem, fieldsOf, PasswordAgain, useAction } from '../../ui/forms';
import { useServices } from '../../ui/services';
import { words } from '../../ui/words';
import { pinProblem } from './pinProblem';

const text = words.account.pin;
const KNOWN = { 'weak-pin': text.weak };

/** The short number that opens the lock. */
export function Pin() {
  const { account, session, user } = useServices();
  const [setting, setSetting] = useState(false);
  const [done, setDone] = useState('');
  const action = useAction(KNOWN);
  const submit = async (event: FormEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault();
    const field = fieldsOf(event.currentTarget);
    const [password, pin, again] = [field('password', false), field('pin'), field('again')];
    const problem = password ? pinProblem(pin, again) : words.account.confirm.missing;
    if (problem) return action.refuse(problem);
    if (!(await action.run(() => account.setPin(password, pin).then(() => true)))) return;
    setSetting(false);
    setDone(text.done);
    await session.refreshMe();
  };
  const remove = async (): Promise<void> => {
    if (!(await action.run(() => account.removePin().then(() => true)))) return;
    setDone(text.removed);
    await session.refreshMe();
  };
  return (
    <>
      <p>
        {user.pin ? text.on : text.off}{' '}
        {user.idleLockSeconds > 0 ? text.idle(duration(user.idleLockSeconds)) : text.noIdle}
      </p>
      <FormDone>{done}</FormDone>
      {setting ? (
        <form className="form" onSubmit={(event) => void submit(event)} noValidate>
          <PasswordAgain focused />
          <Field label={text.pin} name="pin" type="password" inputMode="numeric" autoComplete="off" hint={text.hint} />
          <Field label={text.repeat} name="again" type="password" inputMode="numeric" autoComplete="off" />
          <FormProblem>{action.problem}</FormProblem>
          <div className="form-buttons">
            <button type="submit" className="button button-press" disabled={action.busy}>
              {text.set}
            </button>
            <button type="button" className="button" onClick={() => setSetting(false)}>
              {words.action.cancel}
            </button>
          </div>
        </form>
      ) : (
        <>
          <FormProblem>{action.problem}</FormProblem>
          <div className="form-buttons">
            <button
              type="button"
              className="button"
              onClick={() => {
                setDone('');
                action.refuse('');
                setSetting(true);
              }}
            >
              {user.pin ? text.change : text.set}
            </button>
            {user.pin && (
              <button type="button" className="button" disabled={action.busy} onClick={() => void remove()}>
                {text.remove}
              </button>
            )}
          </div>
        </>
      )}
    </>
  );
}
