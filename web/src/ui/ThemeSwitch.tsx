import { setTheme, useTheme } from './theme';
import { words } from './words';

export function ThemeSwitch() {
  const theme = useTheme();
  const other = theme === 'dark' ? 'light' : 'dark';
  return (
    <button
      type="button"
      className="button button-plain theme-switch"
      aria-label={theme === 'dark' ? words.account.toLight : words.account.toDark}
      onClick={() => setTheme(other)}
    >
      {theme === 'dark' ? words.account.light : words.account.dark}
    </button>
  );
}
