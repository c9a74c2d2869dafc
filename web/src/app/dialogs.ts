import { createContext, useContext } from 'react';

export interface Dialogs {
  dialog: 'find' | 'keys' | 'emergency' | null;
  close(): void;
}

export const DialogContext = createContext<Dialogs>({ dialog: null, close: () => undefined });
export const useDialogs = (): Dialogs => useContext(DialogContext);
