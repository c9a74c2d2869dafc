import { type FormEvent, useState } from 'react';
import { Field, FormDone, FormProblem, fieldsOf, PasswordAgain, useAction } from '../../ui/forms';
import { useServices } from '../../ui/services';
import { words } from '../../ui/words';
import { FactorSetup } from './FactorSetup';
import { RecoveryCodes } from './RecoveryCodes';

const text = words.account.factor;
const KNOWN = { 'wrong-code': text.wrongCode, 'second-factor-required-by-policy': text.byPolicy };
type Doing = 'set-up' | 'codes' | 'remove' | null;

/** The authenticator app of this account: setting it up, new recovery codes, removing it. */
export function Factor() {
  const { account, session, user } = useServices();
  const [doing, setDoing] = useState<Doing>(null);
  const [done, setDone] = useState('');
  const finish = (said: string): void => {
    setDoing(null);
    setDone(said);
    void session.refreshMe();
  };
  const begin = (what: Doing): void => {
    setDone('');
    setDoing(what);
  };
  return (
    <>
      <p>{user.secondFactor ? text.on : text.off}</p>
      <FormDone>{done}</FormDone>
      {doing === 'set-up' && <FactorSetup heading="h3" account={account} done={() => finish('')} />}
      {doing === 'codes' && <NewCodes done={() => finish('')} />}
      {doing === 'remove' && <Remove done={() => finish(text.removed)} />}
      <div className="form-buttons">
        {doing !== null ? (
          <button type="button" className="button" onClick={() => setDoing(null)}>
            {words.action.cancel}
          </button>
        ) : user.secondFactor ? (
          <>
            <button type="button" className="button" onClick={() => begin('codes')}>
              {text.newCodes}
            </button>
            <button type="button" className="button" onClick={() => begin('set-up')}>
              {text.replace}
            </button>
            <button type="button" className="button" onClick={() => begin('remove')}>
              {text.remove}
            </button>
          </>
        ) : (
          <button type="button" className="button" onClick={() => begin('set-up')}>
            {text.setUp}
          </button>
        )}
      </div>
    </>
  );
}

function NewCodes({ done }: { done(): void }) {
  const { account } = useServices();
  const action = useAction(KNOWN);
  const [codes, setCodes] = useState<string[] | null>(null);
  const submit = async (event: FormEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault();
    const code = fieldsOf(event.currentTarget)('code').replace(/\s/g, '');
    if (!code) return action.refuse(text.missingCode);
    const answer = await action.run(() => account.newRecoveryCodes(code));
    if (answer) setCodes(answer);
  };
  if (codes) return <RecoveryCodes codes={codes} done={done} />;
  return (
    <form className="form" onSubmit={(event) => void submit(event)} noValidate>
      <p>{text.newCodesHelp}</p>
      <Code focused />
      <FormProblem>{action.problem}</FormProblem>
      <button type="submit" className="button button-press" disabled={action.busy}>
        {text.newCodes}
      </button>
    </form>
  );
}

function Remove({ done }: { done(): void }) {
  const { account } = useServices();
  const action = useAction(KNOWN);
  const submit = async (event: FormEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault();
    const field = fieldsOf(event.currentTarget);
    const [password, code] = [field('password', false), field('code').replace(/\s/g, '')];
    if (!password) return action.refuse(words.account.confirm.missing);
    if (!code) return action.refuse(text.missingCode);
    if (await action.run(() => account.removeFactor(password, code).then(() => true))) done();
  };
  return (
    <form className="form" onSubmit={(event) => void submit(event)} noValidate>
      <p>{text.removeHelp}</p>
      <PasswordAgain focused />
      <Code />
      <FormProblem>{action.problem}</FormProblem>
      <button type="submit" className="button button-press" disabled={action.busy}>
        {text.remove}
      </button>
    </form>
  );
}

function Code({ focused = false }: { focused?: boolean }) {
  return (
    <Field
      label={text.code}
      name="code"
      inputMode="numeric"
      autoComplete="one-time-code"
      maxLength={16}
      focused={focused}
    />
  );
}
