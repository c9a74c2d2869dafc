/** Dark or light: the one preference that is kept in the browser, in a cookie, since nothing is kept in its storage. */
import { useSyncExternalStore } from 'react';

export type Theme = 'dark' | 'light';

const COOKIE = 'wardwatch_theme';
const YEAR_SECONDS = 31_536_000;
const listeners = new Set<() => void>();
let current: Theme = 'dark';

function stored(): Theme | null {
  const value = document.cookie
    .split('; ')
    .find((one) => one.startsWith(`${COOKIE}=`))
    ?.slice(COOKIE.length + 1);
  return value === 'dark' || value === 'light' ? value : null;
}

/** Before the first draw. Without a choice the wall is dark: it hangs in rooms where people sleep. */
export function startTheme(): void {
  apply(stored() ?? 'dark');
}

export function setTheme(theme: Theme): void {
  const secure = window.location.protocol === 'https:' ? '; Secure' : '';
  // biome-ignore lint/suspicious/noDocumentCookie: the other way needs https, which a test installation has not
  document.cookie = `${COOKIE}=${theme}; Path=/; Max-Age=${YEAR_SECONDS}; SameSite=Strict${secure}`;
  apply(theme);
}

function apply(theme: Theme): void {
  current = theme;
  document.documentElement.dataset.theme = theme;
  for (const listener of listeners) listener();
}

export function onThemeChange(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export const useTheme = (): Theme => useSyncExternalStore(onThemeChange, () => current);
