import { NavLink, useMatch } from 'react-router';
import { administers, isPatient, may } from '../api/me';
import { useServices } from '../ui/services';
import { words } from '../ui/words';

/** Thumb's reach on a phone. */
export function BottomNav() {
  const { user, openFind } = useServices();
  const onWard = useMatch('/ward/:id');
  const onPatient = useMatch('/patient/:id');
  const own = isPatient(user);
  const here = own ? onPatient : onWard;
  return (
    <nav className="bottom-nav" aria-label={words.nav.label}>
      {(own || may(user, 'patients.read')) && (
        <NavLink to={here ? here.pathname : '/'} {...(here ? { 'aria-current': 'page' as const } : {})}>
          {own ? words.nav.record : words.nav.ward}
        </NavLink>
      )}
      {may(user, 'patients.read') && (
        <>
          <NavLink to="/patients">{words.nav.patients}</NavLink>
          <NavLink to="/beds">{words.nav.beds}</NavLink>
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
