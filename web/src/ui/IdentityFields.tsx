import { type RefObject, useEffect, useId, useState } from 'react';
import { SEXES } from '../api/patientShapes';
import { localDay } from './format';
import { Choice, Field } from './forms';
import type { Draft, DraftProblems } from './identity';
import { words } from './words';

const text = words.patients.fields;

interface IdentityFieldsProps {
  draft: Draft;
  change(part: Partial<Draft>): void;
  problems: DraftProblems;
}

/** Who somebody is: the same fields where they are registered and where it is corrected. */
export function IdentityFields({ draft, change, problems }: IdentityFieldsProps) {
  const consent = useId();
  return (
    <div className="form-columns">
      <Field
        label={text.recordNumber}
        hint={text.recordHint}
        value={draft.recordNumber}
        onChange={(event) => change({ recordNumber: event.target.value })}
        error={problems.recordNumber}
        autoComplete="off"
        maxLength={40}
      />
      <Field
        label={text.born}
        hint={text.bornHint}
        type="date"
        min="1890-01-01"
        max={localDay(Date.now())}
        value={draft.dateOfBirth}
        onChange={(event) => change({ dateOfBirth: event.target.value })}
        error={problems.dateOfBirth}
      />
      <Field
        label={text.family}
        value={draft.family}
        onChange={(event) => change({ family: event.target.value })}
        error={problems.family}
        autoComplete="off"
        autoCapitalize="words"
        maxLength={80}
      />
      <Field
        label={text.given}
        value={draft.given}
        onChange={(event) => change({ given: event.target.value })}
        error={problems.given}
        autoComplete="off"
        autoCapitalize="words"
        maxLength={80}
      />
      <Choice
        label={text.sex}
        value={draft.sex}
        choose={(sex) => change({ sex })}
        options={[['', words.none], ...SEXES.map((one) => [one, words.patients.sex[one] ?? one] as const)]}
        error={problems.sex}
      />
      <fieldset aria-labelledby={consent}>
        <legend id={consent}>{text.consent}</legend>
        <label className="choice">
          <input
            type="checkbox"
            checked={draft.research}
            onChange={(event) => change({ research: event.target.checked })}
          />
          {text.research}
        </label>
        <label className="choice">
          <input type="checkbox" checked={draft.app} onChange={(event) => change({ app: event.target.checked })} />
          {text.app}
        </label>
      </fieldset>
    </div>
  );
}

/** Moves the focus to the first field that something is wrong with, when it is called and not while somebody types on. */
export function useFirstProblem(form: RefObject<HTMLFormElement | null>): () => void {
  const [tried, setTried] = useState(0);
  useEffect(() => {
    if (tried > 0) form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
  }, [form, tried]);
  return () => setTried((before) => before + 1);
}
