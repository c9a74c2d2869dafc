import { useEffect, useRef } from 'react';
import { words } from '../ui/words';

export function KeysDialog({ open, close }: { open: boolean; close(): void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    if (open) dialog.current?.showModal();
    else dialog.current?.close();
  }, [open]);
  return (
    <dialog ref={dialog} className="dialog" onClose={() => open && close()} aria-labelledby="keys-title">
      <div className="dialog-head">
        <h2 id="keys-title">{words.keys.title}</h2>
        <button type="button" className="button button-plain" onClick={close}>
          {words.find.close} <span className="key">Esc</span>
        </button>
      </div>
      <dl className="keys-list">
        {words.keys.rows.map(([keys, meaning]) => (
          <div key={keys} className="keys-row">
            <dt>
              <span className="key">{keys}</span>
            </dt>
            <dd>{meaning}</dd>
          </div>
        ))}
      </dl>
    </dialog>
  );
}
