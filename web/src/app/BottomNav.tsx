import { Link, NavLink, useLocation, useMatch } from 'react-router';
import { administers, isPatient, may } from '../api/me';
import { useMine } from '../ui/Bell';
import { useServices } from '../ui/services';
import { words } from '../ui/words';

/** Thumb's reach on a phone. */
export function BottomNav() {
  const { user, openFind } = useServices();
  const onWard = useMatch('/ward/:id');
  const onPatient = useMatch('/patient/:id');
  const own = isPatient(user);
  const here = own ? onPatient : onWard;
  const mine = useMine();
  const { pathname, search } = useLocation();
  const onMine = pathname === '/alerts' && new URLSearchParams(search).get('show') === 'mine';
  return (
    <nav className="bottom-nav" aria-label={words.nav.label}>
      {(own || may(user, 'patients.read')) && (
        <NavLink to={here ? here.pathname : '/'} {...(here ? { 'aria-current': 'page' as const } : {})}>
          {own ? words.nav.record : words.nav.ward}
        </NavLink>
      )}
      {may(user, 'patients.read') && (
        <>
          <Link to="/alerts?show=mine" {...(onMine ? { 'aria-current': 'page' as const } : {})}>
            {words.notify.mine}
            {mine > 0 && (
              <b className="nav-count">
                {mine}
                <span className="hidden-words"> {words.notify.open}</span>
              </b>
            )}
          </Link>
          {may(user, 'alerts.act') && <NavLink to="/handover">{words.handover.short}</NavLink>}
          <NavLink to="/patients">{words.nav.patients}</NavLink>
        </>
      )}
      {may(user, 'patients.read') && (
        <button type="button" onClick={openFind}>
          {words.nav.find}
        </button>
      )}
      {administers(user) && !may(user, 'patients.read') && (
        <NavLink to="/admin">{words.account.administration}</NavLink>
      )}
      {may(user, 'operations.read') && !may(user, 'patients.read') && (
        <NavLink to="/system">{words.system.title}</NavLink>
      )}
      {may(user, 'analytics.read') && !may(user, 'patients.read') && (
        <NavLink to="/figures">{words.analytics.title}</NavLink>
      )}
      <NavLink to="/account">{words.nav.account}</NavLink>
    </nav>
  );
}
