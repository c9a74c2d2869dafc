import { type FormEvent, useState } from 'react';
import { passkeyOptions, type UnlockResult } from '../../api/auth';
import type { SignedInUser } from '../../api/me';
import { getPasskey, PasskeyProblem, passkeysWork } from '../../api/passkey';
import type { Session } from '../../api/session';
import { Field, FormProblem, fieldsOf } from '../../ui/forms';
import { useTitle } from '../../ui/hooks';
import { words } from '../../ui/words';
import './lock.css';

/** The cover: nothing of any patient stands behind it. `user` null: whose session it is is not known before it is unlocked. */
export function Lock({ session, user }: { session: Session; user: SignedInUser | null }) {
  const [by, setBy] = useState<'pin' | 'password' | null>(null);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState('');
  const [attempt, setAttempt] = useState(0);
  const way = by ?? (user && !user.pin ? 'password' : 'pin');
  useTitle(`${words.lock.title} · ${words.product}`);

  const tell = (result: UnlockResult): void => {
    setProblem(unlockWords(result));
    // What was typed is gone, and the field waits again.
    if (result.kind === 'wrong') setAttempt((n) => n + 1);
  };
  const submit = async (event: FormEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault();
    const typed = fieldsOf(event.currentTarget)('proof', way === 'pin');
    if (!typed) return setProblem(way === 'pin' ? words.lock.missingPin : words.lock.missingPassword);
    setBusy(true);
    tell(await session.unlock(way === 'pin' ? { pin: typed } : { password: typed }));
    setBusy(false);
  };
  const withPasskey = async (): Promise<void> => {
    setBusy(true);
    setProblem('');
    try {
      const options = await passkeyOptions();
      if (options === null) setProblem(words.lock.away);
      else tell(await session.unlock({ credential: await getPasskey(options) }));
    } catch (error) {
      const cancelled = error instanceof PasskeyProblem && error.refusal === 'cancelled';
      setProblem(cancelled ? words.signIn.passkeyCancelled : words.signIn.passkeyFailed);
    }
    setBusy(false);
  };
  return (
    <main className="door" id="content">
      <div className="door-card">
        <div className="door-head">
          <img src="/mark.svg" alt="" width="36" height="36" />
          <h1>{words.lock.title}</h1>
        </div>
        {user && <p>{words.lock.whose(user.name)}</p>}
        <form className="lock-form" onSubmit={(event) => void submit(event)} noValidate>
          <Field
            key={`${way}-${attempt}`}
            label={way === 'pin' ? words.lock.pin : words.lock.password}
            name="proof"
            type="password"
            inputMode={way === 'pin' ? 'numeric' : 'text'}
            autoComplete={way === 'pin' ? 'off' : 'current-password'}
            maxLength={way === 'pin' ? 8 : 256}
            focused
          />
          <FormProblem>{problem}</FormProblem>
          <button type="submit" className="button button-press" disabled={busy}>
            {busy ? words.lock.busy : words.lock.unlock}
          </button>
        </form>
        {passkeysWork() && (user === null || user.passkeys > 0) && (
          <button type="button" className="button" disabled={busy} onClick={() => void withPasskey()}>
            {words.lock.passkey}
          </button>
        )}
        {(user === null || user.pin) && (
          <button
            type="button"
            className="button button-plain"
            onClick={() => {
              setBy(way === 'pin' ? 'password' : 'pin');
              setProblem('');
            }}
          >
            {way === 'pin' ? words.lock.usePassword : words.lock.usePin}
          </button>
        )}
        <button type="button" className="button button-plain" onClick={() => void session.signOut()}>
          {words.lock.somebodyElse}
        </button>
        <p className="field-hint">{words.lock.nothing}</p>
      </div>
    </main>
  );
}

function unlockWords(result: UnlockResult): string {
  switch (result.kind) {
    case 'wrong':
      return words.lock.wrong(result.attemptsLeft);
    case 'too-many':
      return words.signIn.tooMany(result.retryAfterSeconds);
    case 'away':
      return words.lock.away;
    default:
      return '';
  }
}
