/** What forms are made of: labelled fields, an answer to every press, and secrets that are shown once. */
import { type InputHTMLAttributes, type ReactNode, useEffect, useId, useRef, useState } from 'react';
import { ApiProblem, SignedOut } from '../api/problem';
import { words } from './words';

interface FieldProps extends InputHTMLAttributes<HTMLInputElement> {
  label: string;
  hint?: ReactNode;
  /** What is wrong with what stands in it. */
  error?: string | undefined;
  focused?: boolean;
}

export function Field({ label, hint, error = '', focused = false, ...input }: FieldProps) {
  const id = useId();
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (focused) field.current?.focus();
  }, [focused]);
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <input
        ref={field}
        id={id}
        className="input"
        aria-describedby={`${hint ? `${id}-hint` : ''} ${error ? `${id}-error` : ''}`.trim() || undefined}
        aria-invalid={error ? true : undefined}
        spellCheck={false}
        autoCapitalize="none"
        {...input}
      />
      {error && (
        <span id={`${id}-error`} className="field-error">
          {error}
        </span>
      )}
      {hint && (
        <span id={`${id}-hint`} className="field-hint">
          {hint}
        </span>
      )}
    </div>
  );
}

/** One's own password again, before something that an open screen must not allow to anybody. */
export function PasswordAgain({ focused = false }: { focused?: boolean }) {
  return (
    <Field
      label={words.account.confirm.password}
      name="password"
      type="password"
      autoComplete="current-password"
      focused={focused}
    />
  );
}

/** Always there, so that what comes into it is said aloud. */
export function FormProblem({ children }: { children: string }) {
  return (
    <div role="alert" className={children ? 'form-problem' : ''}>
      {children}
    </div>
  );
}

export function FormDone({ children }: { children: string }) {
  return (
    <div role="status" className={children ? 'form-done' : ''}>
      {children}
    </div>
  );
}

interface ChoiceProps {
  label: string;
  value: string;
  choose(value: string): void;
  options: readonly (readonly [value: string, label: string])[];
  error?: string | undefined;
  hint?: string | undefined;
  disabled?: boolean;
}

/** One of several, as a list that opens. */
export function Choice({ label, value, choose, options, error = '', hint = '', disabled = false }: ChoiceProps) {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <select
        id={id}
        className="input"
        value={value}
        disabled={disabled}
        aria-describedby={`${hint ? `${id}-hint` : ''} ${error ? `${id}-error` : ''}`.trim() || undefined}
        aria-invalid={error ? true : undefined}
        onChange={(event) => choose(event.target.value)}
      >
        {options.map(([one, name]) => (
          <option key={one} value={one}>
            {name}
          </option>
        ))}
      </select>
      {error && (
        <span id={`${id}-error`} className="field-error">
          {error}
        </span>
      )}
      {hint && (
        <span id={`${id}-hint`} className="field-hint">
          {hint}
        </span>
      )}
    </div>
  );
}

/** The text of a field; `trim` unless it is a password. */
export function fieldsOf(form: HTMLFormElement): (name: string, trim?: boolean) => string {
  const data = new FormData(form);
  return (name, trim = true) => {
    const value = String(data.get(name) ?? '');
    return trim ? value.trim() : value;
  };
}

/** What a refused action means: by the problem's type where the form has words for it, otherwise in general ones. */
export function actionWords(error: unknown, known: Record<string, string> = {}): string {
  if (!(error instanceof ApiProblem)) return words.action.other('');
  const own = known[error.type] ?? words.action.byType[error.type];
  if (own) return own;
  if (error.status === 0 || error.status >= 500) return words.action.away;
  if (error.status === 403) return words.problem.forbidden;
  if (error.status === 429) return words.action.tooMany;
  if (error.status === -1) return words.problem.unreadable;
  return words.action.other(error.message);
}

export interface Action {
  busy: boolean;
  problem: string;
  /** Says a problem that was found before anything was asked of the server; empty takes it away. */
  refuse(problem: string): void;
  /** Answers null if it failed; the problem then says why. */
  run<T>(act: () => Promise<T>): Promise<T | null>;
}

/** An action with its waiting and its failure. `known` holds words for the problems that this form expects. */
export function useAction(known: Record<string, string> = {}): Action {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState('');
  const run = async <T,>(act: () => Promise<T>): Promise<T | null> => {
    setBusy(true);
    setProblem('');
    try {
      return await act();
    } catch (error) {
      // Signed out or locked: the page is about to say so itself.
      if (!(error instanceof SignedOut)) setProblem(actionWords(error, known));
      return null;
    } finally {
      setBusy(false);
    }
  };
  return { busy, problem, refuse: setProblem, run };
}

export function CopyButton({ text, label = words.action.copy }: { text: string; label?: string }) {
  const [state, setState] = useState<'' | 'copied' | 'failed'>('');
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(text);
      setState('copied');
    } catch {
      setState('failed');
    }
  };
  return (
    <>
      <button type="button" className="button" onClick={() => void copy()}>
        {label}
      </button>
      <span role="status" className="field-hint">
        {state === 'copied' ? words.action.copied : state === 'failed' ? words.action.notCopied : ''}
      </span>
    </>
  );
}

/** A password or key that the server tells once and never again. */
export function Secret({ label, value }: { label: string; value: string }) {
  return (
    <div className="secret">
      <span className="secret-label">{label}</span>
      <code className="secret-value">{value}</code>
      <CopyButton text={value} />
    </div>
  );
}

interface DialogProps {
  title: string;
  close(): void;
  children: ReactNode;
  wide?: boolean;
  /** Something stands in it that is shown once: only its own button closes it, no slip of the hand. */
  held?: boolean;
}

/** A dialog while it stands in the page: Escape and the button close it, the focus goes back where it was. */
export function Dialog({ title, close, children, wide = false, held = false }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    const element = dialog.current;
    const before = document.activeElement;
    element?.showModal();
    element?.querySelector<HTMLElement>('.dialog-body :is(input, select, textarea, button)')?.focus();
    return () => {
      element?.close();
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);
  // What stood there has gone, and the focus with it.
  useEffect(() => {
    if (held) dialog.current?.querySelector<HTMLElement>('.dialog-body button')?.focus();
  }, [held]);
  return (
    <dialog
      ref={dialog}
      className={wide ? 'dialog dialog-wide' : 'dialog'}
      aria-labelledby={id}
      // Asked for here, the key never reaches the browser's own closing, of which a page can hold only the first request.
      onKeyDown={(event) => {
        if (held && event.key === 'Escape') event.preventDefault();
      }}
      // React lets both events rise from a dialog that stands within this one.
      onCancel={(event) => {
        if (event.target !== dialog.current) return;
        event.preventDefault();
        if (!held) close();
      }}
      // Other ways to close it, such as a phone's back gesture, are let through the second time whatever is said to the first.
      onClose={(event) => {
        if (event.target !== dialog.current || dialog.current?.open) return;
        if (held) dialog.current?.showModal();
        else close();
      }}
    >
      <div className="dialog-head">
        <h2 id={id}>{title}</h2>
        {!held && (
          <button type="button" className="button button-plain" onClick={close}>
            {words.find.close} <span className="key">Esc</span>
          </button>
        )}
      </div>
      <div className="dialog-body">{children}</div>
    </dialog>
  );
}

interface ConfirmProps {
  title: string;
  help: string;
  label: string;
  known?: Record<string, string>;
  act(): Promise<unknown>;
  close(): void;
}

/** Before something that cannot be undone by pressing again. */
export function Confirm({ title, help, label, known, act, close }: ConfirmProps) {
  const action = useAction(known);
  const go = async (): Promise<void> => {
    const done = await action.run(async () => {
      await act();
      return true;
    });
    if (done) close();
  };
  return (
    <Dialog title={title} close={close}>
      <p className="dialog-text">{help}</p>
      <FormProblem>{action.problem}</FormProblem>
      <div className="form-buttons">
        <button type="button" className="button" onClick={close}>
          {words.action.cancel}
        </button>
        <button type="button" className="button button-press" disabled={action.busy} onClick={() => void go()}>
          {label}
        </button>
      </div>
    </Dialog>
  );
}
