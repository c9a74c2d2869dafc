import { useQuery } from '@tanstack/react-query';
import { type FormEvent, useEffect, useState } from 'react';
import { passkeyOptions, type SignInResult } from '../../api/auth';
import type { Api } from '../../api/client';
import { getPasskey, PasskeyProblem, passkeysWork } from '../../api/passkey';
import type { Session } from '../../api/session';
import { Field, FormProblem, fieldsOf } from '../../ui/forms';
import { useTitle } from '../../ui/hooks';
import { words } from '../../ui/words';
import './signin.css';

/** What is asked for besides the password. */
type CodeDue = null | 'app' | 'recovery';

/** The door. Says what went wrong and what to do, and nothing about which half of the answer was wrong. */
export function SignIn({ session, api, ended }: { session: Session; api: Api; ended: boolean }) {
  const [result, setResult] = useState<SignInResult | null>(null);
  const [busy, setBusy] = useState<'password' | 'passkey' | null>(null);
  const [own, setOwn] = useState('');
  const [codeDue, setCodeDue] = useState<CodeDue>(null);
  const wait = useCountdown(result?.kind === 'too-many' ? result.retryAfterSeconds : null, result);
  const demo = useQuery({ queryKey: ['demo'], queryFn: ({ signal }) => api.isDemo(signal), staleTime: 60_000 });
  useTitle(`${words.signIn.title} · ${words.product}`);

  const submit = async (event: FormEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault();
    const field = fieldsOf(event.currentTarget);
    const [user, password] = [field('user'), field('password', false)];
    setOwn(user && password ? '' : words.signIn.missing);
    if (!user || !password) return;
    setBusy('password');
    const answer = await session.signIn(user, password, field('code').replace(/\s/g, '') || null);
    setBusy(null);
    setResult(answer);
    if (answer.kind === 'code-required') setCodeDue((due) => due ?? 'app');
  };
  const withPasskey = async (): Promise<void> => {
    setBusy('passkey');
    setOwn('');
    setResult(null);
    try {
      const options = await passkeyOptions();
      const answer = options === null ? null : await session.signInWithPasskey(await getPasskey(options));
      if (answer?.kind === 'wrong') setOwn(words.signIn.wrongPasskey);
      else setResult(answer ?? { kind: 'away' });
    } catch (error) {
      const cancelled = error instanceof PasskeyProblem && error.refusal === 'cancelled';
      setOwn(cancelled ? words.signIn.passkeyCancelled : words.signIn.passkeyFailed);
    }
    setBusy(null);
  };

  return (
    <main className="door" id="content">
      <div className="door-card">
        <div className="door-head">
          <img src="/mark.svg" alt="" width="36" height="36" />
          <h1>{words.product}</h1>
          <span className="grow" />
          {demo.data === true && <span className="pill pill-outline">{words.signIn.demo}</span>}
        </div>
        <form className="signin-form" onSubmit={(event) => void submit(event)} noValidate>
          {ended && !result && <p role="status">{words.signIn.ended}</p>}
          <Field label={words.signIn.user} name="user" autoComplete="username" />
          <Field label={words.signIn.password} name="password" type="password" autoComplete="current-password" />
          {codeDue && <CodeField due={codeDue} change={setCodeDue} />}
          <FormProblem>{own || problemText(result, codeDue !== null, wait)}</FormProblem>
          <button type="submit" className="button button-press" disabled={busy !== null || wait > 0}>
            {busy === 'password' ? words.signIn.busy : words.signIn.submit}
          </button>
        </form>
        {passkeysWork() && (
          <>
            <span className="signin-or">{words.signIn.or}</span>
            <button type="button" className="button" disabled={busy !== null} onClick={() => void withPasskey()}>
              {busy === 'passkey' ? words.signIn.passkeyBusy : words.signIn.passkey}
            </button>
          </>
        )}
        {demo.data === true && (
          <p className="field-hint">
            {words.signIn.demoHelp} <code>{words.signIn.demoFile}</code> {words.signIn.demoFolder}
          </p>
        )}
        <p className="field-hint">{words.signIn.note}</p>
      </div>
    </main>
  );
}

function CodeField({ due, change }: { due: 'app' | 'recovery'; change(due: CodeDue): void }) {
  const app = due === 'app';
  return (
    <>
      <Field
        key={due}
        label={app ? words.signIn.code : words.signIn.recoveryCode}
        hint={app ? words.signIn.codeHint : words.signIn.recoveryHint}
        name="code"
        inputMode={app ? 'numeric' : 'text'}
        autoComplete={app ? 'one-time-code' : 'off'}
        maxLength={app ? 8 : 16}
        focused
      />
      <button type="button" className="button button-plain" onClick={() => change(app ? 'recovery' : 'app')}>
        {app ? words.signIn.useRecovery : words.signIn.useApp}
      </button>
    </>
  );
}

function problemText(result: SignInResult | null, codeDue: boolean, wait: number): string {
  switch (result?.kind) {
    case 'wrong':
      return codeDue ? words.signIn.wrongCode : words.signIn.wrong;
    case 'too-many':
      return result.retryAfterSeconds === null
        ? words.signIn.tooMany(null)
        : wait > 0
          ? words.signIn.tooMany(wait)
          : '';
    case 'away':
      return words.signIn.away;
    case 'failed':
      return words.signIn.failed(result.detail);
    default:
      return '';
  }
}

/** Counts the seconds down that the server asks for; begins anew with each answer. */
function useCountdown(seconds: number | null, begin: unknown): number {
  const [left, setLeft] = useState(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the same number of seconds in a new answer counts anew
  useEffect(() => {
    setLeft(seconds ?? 0);
    if (!seconds) return;
    const until = Date.now() + seconds * 1000;
    const timer = setInterval(() => setLeft(Math.max(0, Math.ceil((until - Date.now()) / 1000))), 250);
    return () => clearInterval(timer);
  }, [seconds, begin]);
  return left;
}
