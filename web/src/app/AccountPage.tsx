import { useIsPhone, useTitle } from '../ui/hooks';
import { useServices } from '../ui/services';
import { setTheme, type Theme, useTheme } from '../ui/theme';
import { words } from '../ui/words';
import { BottomNav } from './BottomNav';

const THEMES: readonly Theme[] = ['dark', 'light'];

/** What stands in the bar on a screen, as a page for the phone. */
export function AccountPage() {
  const { user, session, openKeys } = useServices();
  const theme = useTheme();
  const phone = useIsPhone();
  useTitle(`${words.account.title} · ${words.product}`);
  return (
    <div className="page">
      <header className="bar">
        <h1 className="bar-title">{words.account.title}</h1>
      </header>
      <main id="content" className="page-main account" tabIndex={-1}>
        <p>
          <b>{user.name}</b>
          <br />
          {words.role[user.role] ?? user.role}
        </p>
        <h2>{words.account.theme}</h2>
        <div className="segment">
          {THEMES.map((one) => (
            <button key={one} type="button" aria-pressed={theme === one} onClick={() => setTheme(one)}>
              {words.account[one]}
            </button>
          ))}
        </div>
        {!phone && (
          <button type="button" className="button" onClick={openKeys}>
            {words.account.keys}
          </button>
        )}
        <button type="button" className="button" onClick={() => void session.signOut()}>
          {words.account.signOut}
        </button>
        <p className="account-note">
          {words.wall.displayOnlyShort}. {words.bedsidePrimary}
        </p>
      </main>
      {phone && <BottomNav />}
    </div>
  );
}
