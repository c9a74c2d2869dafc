import { createContext, useContext } from 'react';
import type { Respond } from '../ui/services';

export interface Dialogs {
  dialog: 'find' | 'keys' | 'emergency' | null;
  close(): void;
  /** What is to be done about an alert, while it is asked. */
  asked: Respond | null;
  endAsked(): void;
  /** What was done, for a moment. */
  said: string;
  say(said: string): void;
  unsay(): void;
}

const nothing = (): void => undefined;
export const DialogContext = createContext<Dialogs>({
  dialog: null,
  close: nothing,
  asked: null,
  endAsked: nothing,
  said: '',
  say: nothing,
  unsay: nothing,
});
export const useDialogs = (): Dialogs => useContext(DialogContext);
