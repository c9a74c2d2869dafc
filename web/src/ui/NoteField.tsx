import { useId } from 'react';
import { words } from './words';

export function NoteField({ hint, label = words.admin.note }: { hint: string; label?: string }) {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
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
