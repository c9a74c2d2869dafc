import type { ReactNode } from 'react';
import { Link } from 'react-router';
import { administers, hearsAlerts, may } from '../api/me';
import { Factor } from '../features/account/Factor';
import { Passkeys } from '../features/account/Passkeys';
import { Password } from '../features/account/Password';
import { Pin } from '../features/account/Pin';
import { Places } from '../features/account/Places';
import { Rules } from '../features/notify/Rules';
import { useIsPhone, useTitle } from '../ui/hooks';
import { PageBar } from '../ui/PageBar';
import { useServices } from '../ui/services';
import { setTheme, type Theme, useTheme } from '../ui/theme';
import { words } from '../ui/words';
import { BottomNav } from './BottomNav';

const THEMES: readonly Theme[] = ['dark', 'light'];

/** Everything about one's own account; on a phone also what stands in the bar on a screen. */
export default function AccountPage() {
  const phone = useIsPhone();
  const { user } = useServices();
  useTitle(`${words.account.title} · ${words.product}`);
  return (
    <div className="page">
      <PageBar title={words.account.title} />
      <main id="content" className="page-main own" tabIndex={-1}>
        <Card title={null}>
          <Me />
        </Card>
        <Card title={words.account.pin.title}>
          <Pin />
        </Card>
        {hearsAlerts(user) && (
          <Card title={words.notify.rules.title}>
            <Rules />
          </Card>
        )}
        <Card title={words.account.password.title}>
          <Password />
        </Card>
        <Card title={words.account.factor.title}>
          <Factor />
        </Card>
        <Card title={words.account.passkeys.title}>
          <Passkeys />
        </Card>
        <Card title={words.account.sessions.title}>
          <Places />
        </Card>
      </main>
      {phone && <BottomNav />}
    </div>
  );
}

function Card({ title, children }: { title: string | null; children: ReactNode }) {
  return (
    <section className="own-card" aria-label={title ?? words.account.short}>
      {title && <h2>{title}</h2>}
      {children}
    </section>
  );
}

function Me() {
  const { user, session, openKeys, openEmergency } = useServices();
  const theme = useTheme();
  const phone = useIsPhone();
  return (
    <>
      <p>
        <b>{user.name}</b>
        <br />
        {words.role[user.role] ?? user.role}
        {user.wards.length > 0 && (
          <>
            <br />
            {words.account.wards(user.wards.map((ward) => ward.name).join(', '))}
          </>
        )}
      </p>
      <fieldset>
        <legend>{words.account.theme}</legend>
        <div className="segment">
          {THEMES.map((one) => (
            <button key={one} type="button" aria-pressed={theme === one} onClick={() => setTheme(one)}>
              {words.account[one]}
            </button>
          ))}
        </div>
      </fieldset>
      <div className="form-buttons">
        {phone && administers(user) && (
          <Link className="button" to="/admin">
            {words.account.administration}
          </Link>
        )}
        {phone && may(user, 'patients.read') && (
          <>
            <Link className="button" to="/notifications">
              {words.notify.title}
            </Link>
            <Link className="button" to="/beds">
              {words.nav.beds}
            </Link>
            <Link className="button" to="/limits">
              {words.alerts.limitsEditor.page}
            </Link>
          </>
        )}
        {phone && may(user, 'oncall.read') && (
          <Link className="button" to="/oncall">
            {words.oncall.title}
          </Link>
        )}
        {phone && may(user, 'breakglass.use') && (
          <button type="button" className="button" onClick={openEmergency}>
            {words.emergency.title}
          </button>
        )}
        {!phone && (
          <button type="button" className="button" onClick={openKeys}>
            {words.account.keys} <span className="key">?</span>
          </button>
        )}
        <button type="button" className="button" onClick={() => session.lock()}>
          {words.lock.now}
        </button>
        <button type="button" className="button" onClick={() => void session.signOut()}>
          {words.account.signOut}
        </button>
      </div>
      <p className="field-hint">
        {words.wall.displayOnlyShort}. {words.bedsidePrimary}
      </p>
    </>
  );
}
