import { Link } from 'react-router';
import { administers, hearsAlerts, may } from '../api/me';
import { useServices } from './services';
import { words } from './words';

/** Who is signed in, the way to their account and to the administration, the lock, and the way out. Closes by itself on Escape. */
export function AccountMenu() {
  const { user, session, openKeys, openEmergency } = useServices();
  const hide = { popoverTarget: 'account-menu', popoverTargetAction: 'hide' } as const;
  const close = (): void => document.getElementById('account-menu')?.hidePopover();
  return (
    <>
      <button type="button" className="button button-plain" popoverTarget="account-menu">
        {user.name || words.account.short}
        <span className="hidden-words"> · {words.account.open}</span>
      </button>
      <div id="account-menu" className="menu" popover="auto">
        <p>
          <b>{user.name}</b>
          <br />
          {words.role[user.role] ?? user.role}
        </p>
        {hearsAlerts(user) && (
          <Link className="button" to="/alerts" onClick={close}>
            {words.alerts.list.title}
          </Link>
        )}
        {may(user, 'oncall.read') && (
          <Link className="button" to="/oncall" onClick={close}>
            {words.oncall.title}
          </Link>
        )}
        {may(user, 'alerts.act') && may(user, 'patients.read') && (
          <Link className="button" to="/handover" onClick={close}>
            {words.handover.title}
          </Link>
        )}
        {may(user, 'patients.read') && (
          <>
            <Link className="button" to="/patients" onClick={close}>
              {words.nav.patients}
            </Link>
            <Link className="button" to="/beds" onClick={close}>
              {words.nav.beds}
            </Link>
            <Link className="button" to="/limits" onClick={close}>
              {words.alerts.limitsEditor.page}
            </Link>
          </>
        )}
        {may(user, 'analytics.read') && (
          <Link className="button" to="/figures" onClick={close}>
            {words.analytics.title}
          </Link>
        )}
        <Link className="button" to="/account" onClick={close}>
          {words.account.mine}
        </Link>
        {administers(user) && (
          <Link className="button" to="/admin" onClick={close}>
            {words.account.administration}
          </Link>
        )}
        {may(user, 'operations.read') && (
          <Link className="button" to="/system" onClick={close}>
            {words.system.title}
          </Link>
        )}
        {may(user, 'breakglass.use') && (
          <button type="button" className="button" {...hide} onClick={openEmergency}>
            {words.emergency.title}
          </button>
        )}
        <button type="button" className="button" {...hide} onClick={openKeys}>
          {words.account.keys} <span className="key">?</span>
        </button>
        <button type="button" className="button" onClick={() => session.lock()} aria-keyshortcuts="Control+Shift+L">
          {words.lock.now} <span className="key">{words.lock.keys}</span>
        </button>
        <button type="button" className="button" onClick={() => void session.signOut()}>
          {words.account.signOut}
        </button>
      </div>
    </>
  );
}
