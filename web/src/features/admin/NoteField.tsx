import { useId } from 'react';
import { words } from '../../ui/words';

export function NoteField({ hint }: { hint: string }) {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{words.admin.note}</label>
      <textarea
        id={id}
        name="note"
        className="input input-area"
        rows={3}
        maxLength={1000}
        aria-describedby={`${id}-hint`}
      />
      <span id={`${id}-hint`} className="field-hint">
        {hint}
      </span>
    </div>
  );
}
