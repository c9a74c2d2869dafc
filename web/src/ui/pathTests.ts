/** Whether this screen takes part in the tests of the alert path: chosen for this browser, kept there. */
import { useSyncExternalStore } from 'react';

const KEY = 'wardwatch.path-tests';
const listeners = new Set<() => void>();

function read(): boolean {
  try {
    return localStorage.getItem(KEY) === 'yes';
  } catch {
    return false;
  }
}

export function setPathTests(takesPart: boolean): void {
  try {
    if (takesPart) localStorage.setItem(KEY, 'yes');
    else localStorage.removeItem(KEY);
  } catch {
    // Where nothing may be kept, it cannot be chosen.
  }
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  window.addEventListener('storage', listener);
  return () => {
    listeners.delete(listener);
    window.removeEventListener('storage', listener);
  };
}

export const usePathTests = (): boolean => useSyncExternalStore(subscribe, read);
