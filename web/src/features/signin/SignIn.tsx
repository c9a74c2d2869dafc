import { useQuery } from '@tanstack/react-query';
import { type FormEvent, useEffect, useRef, useState } from 'react';
import type { Api } from '../../api/client';
import type { Session, SignInResult } from '../../api/session';
import { useTitle } from '../../ui/hooks';
import { words } from '../../ui/words';
import './signin.css';

/** The door. Says what went wrong and what to do, and nothing about which half of the answer was wrong. */
export function SignIn({ session, api, ended }: { session: Session; api: Api; ended: boolean }) {
  const [result, setResult] = useState<SignInResult | null>(null);
  const [busy, setBusy] = useState(false);
  const [missing, setMissing] = useState(false);
  const [codeDue, setCodeDue] = useState(false);
  const wait = useCountdown(result?.kind === 'too-many' ? result.retryAfterSeconds : null, result);
  const codeField = useRef<HTMLInputElement>(null);
  const demo = useQuery({ queryKey: ['demo'], queryFn: ({ signal }) => api.isDemo(signal), staleTime: 60_000 });
  useTitle(`${words.signIn.title} · ${words.product}`);

  useEffect(() => {
    if (codeDue) codeField.current?.focus();
  }, [codeDue]);

  const submit = async (event: FormEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const field = (name: string): string => String(form.get(name) ?? '');
    const [user, password] = [field('user').trim(), field('password')];
    setMissing(!user || !password);
    if (!user || !password) return;
    setBusy(true);
    const answer = await session.signIn(user, password, field('code').replace(/\s/g, '') || null);
    setBusy(false);
    setResult(answer);
    if (answer.kind === 'code-required') setCodeDue(true);
  };

  const problem = missing ? words.signIn.missing : problemText(result, codeDue, wait);
  return (
    <main className="signin" id="content">
      <form className="signin-form" onSubmit={submit} noValidate>
        <div className="signin-head">
          <img src="/mark.svg" alt="" width="36" height="36" />
          <h1>{words.product}</h1>
          <span className="grow" />
          {demo.data === true && <span className="pill pill-outline">{words.signIn.demo}</span>}
        </div>
        {ended && !result && <p role="status">{words.signIn.ended}</p>}
        <label className="field">
          {words.signIn.user}
          <input className="input" name="user" autoComplete="username" autoCapitalize="none" spellCheck={false} />
        </label>
        <label className="field">
          {words.signIn.password}
          <input className="input" name="password" type="password" autoComplete="current-password" />
        </label>
        {codeDue && (
          <label className="field">
            {words.signIn.code}
            <input
              ref={codeField}
              className="input"
              name="code"
              inputMode="numeric"
              autoComplete="one-time-code"
              maxLength={8}
            />
            <span className="signin-hint">{words.signIn.codeHint}</span>
          </label>
        )}
        <div role="alert" className={problem ? 'signin-problem' : ''}>
          {problem}
        </div>
        <button type="submit" className="button button-press" disabled={busy || wait > 0}>
          {busy ? words.signIn.busy : words.signIn.submit}
        </button>
        {demo.data === true && (
          <p className="signin-hint">
            {words.signIn.demoHelp} <code>{words.signIn.demoFile}</code> {words.signIn.demoFolder}
          </p>
        )}
        <p className="signin-hint">{words.signIn.note}</p>
      </form>
    </main>
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
