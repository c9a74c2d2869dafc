import { type ReactNode, useEffect, useRef, useState } from 'react';
import { useBlocker } from 'react-router';
import { Dialog } from './forms';
import { words } from './words';

export interface Unsaved {
  /** Does it at once if nothing would be lost, otherwise after a question. */
  leave(go: () => void): void;
  /** What was entered is saved: from now on nothing is asked. */
  saved(): void;
  /** Stands in the page. */
  question: ReactNode;
}

/** Keeps what was entered and is not saved: other pages of the product, the browser's way back and closing the window are asked about first. */
export function useUnsaved(dirty: boolean): Unsaved {
  const [asked, setAsked] = useState<{ go(): void } | null>(null);
  const saved = useRef(false);
  const held = useRef(dirty);
  held.current = dirty && !saved.current;
  const blocker = useBlocker(
    ({ currentLocation: here, nextLocation: there }) =>
      held.current && (here.pathname !== there.pathname || here.search !== there.search),
  );
  useEffect(() => {
    if (!dirty) return;
    const hold = (event: BeforeUnloadEvent): void => {
      if (held.current) event.preventDefault();
    };
    window.addEventListener('beforeunload', hold);
    return () => window.removeEventListener('beforeunload', hold);
  }, [dirty]);
  const blocked = blocker.state === 'blocked';
  const stay = (): void => {
    setAsked(null);
    if (blocked) blocker.reset();
  };
  const drop = (): void => {
    held.current = false;
    asked?.go();
    setAsked(null);
    if (blocked) blocker.proceed();
  };
  return {
    leave: (go) => (held.current ? setAsked({ go }) : go()),
    saved: () => {
      saved.current = true;
      held.current = false;
    },
    question: (asked || blocked) && (
      <Dialog title={words.unsaved.title} close={stay}>
        <p className="dialog-text">{words.unsaved.help}</p>
        <div className="form-buttons">
          <button type="button" className="button button-press" onClick={stay}>
            {words.unsaved.stay}
          </button>
          <button type="button" className="button" onClick={drop}>
            {words.unsaved.drop}
          </button>
        </div>
      </Dialog>
    ),
  };
}
