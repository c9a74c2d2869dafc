import { type FormEvent, useState } from 'react';
import type { AccountApi, NewFactor } from '../../api/account';
import { CopyButton, Field, FormProblem, fieldsOf, PasswordAgain, useAction } from '../../ui/forms';
import { words } from '../../ui/words';
import { RecoveryCodes } from './RecoveryCodes';
import './account.css';

const text = words.account.factor;
const KNOWN = { 'wrong-code': text.wrongCode };

interface FactorSetupProps {
  account: AccountApi;
  done(): void;
  heading: 'h2' | 'h3';
}

/** Password, then the secret for the app, then its first code, then the recovery codes: each step only after the one before. */
export function FactorSetup({ account, done, heading }: FactorSetupProps) {
  const [factor, setFactor] = useState<NewFactor | null>(null);
  const [codes, setCodes] = useState<string[] | null>(null);
  const action = useAction(KNOWN);

  const begin = async (event: FormEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault();
    const password = fieldsOf(event.currentTarget)('password', false);
    if (!password) return action.refuse(words.account.confirm.missing);
    const answer = await action.run(() => account.beginFactor(password));
    if (answer) setFactor(answer);
  };
  const confirm = async (event: FormEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault();
    const code = fieldsOf(event.currentTarget)('code').replace(/\s/g, '');
    if (!/^\d{6}$/.test(code)) return action.refuse(text.missingCode);
    const answer = await action.run(() => account.confirmFactor(code));
    if (answer) setCodes(answer);
  };

  if (codes) return <RecoveryCodes codes={codes} done={done} heading={heading} />;
  if (!factor)
    return (
      <form className="form" onSubmit={(event) => void begin(event)} noValidate>
        <p>{text.beginHint}</p>
        <PasswordAgain focused />
        <FormProblem>{action.problem}</FormProblem>
        <button type="submit" className="button button-press" disabled={action.busy}>
          {text.begin}
        </button>
      </form>
    );
  return (
    <form className="form" onSubmit={(event) => void confirm(event)} noValidate>
      <p>{text.scan}</p>
      {factor.qr && <img className="factor-qr" src={factor.qr} alt={text.qr} width="220" height="220" />}
      <div className="secret">
        <span className="secret-label">{text.secret}</span>
        <code className="secret-value">{inFours(factor.secret)}</code>
        <CopyButton text={factor.secret} />
      </div>
      <Field label={text.code} name="code" inputMode="numeric" autoComplete="one-time-code" maxLength={8} focused />
      <FormProblem>{action.problem}</FormProblem>
      <button type="submit" className="button button-press" disabled={action.busy}>
        {text.confirm}
      </button>
    </form>
  );
}

const inFours = (secret: string): string => secret.replace(/\s/g, '').replace(/(.{4})(?=.)/g, '$1 ');
