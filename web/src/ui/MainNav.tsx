import { NavLink } from 'react-router';
import { may } from '../api/me';
import { useServices } from './services';
import { words } from './words';

/** The ways between the pages about patients, for whoever may see them. */
export function MainNav() {
  const { user } = useServices();
  const [records, figures] = [may(user, 'patients.read'), may(user, 'analytics.read')];
  if (!records && !figures) return null;
  return (
    <nav className="main-nav" aria-label={words.nav.label}>
      {records && (
        <>
          <NavLink className="button button-plain" to="/alerts">
            {words.alerts.list.title}
          </NavLink>
          <NavLink className="button button-plain" to="/patients" end>
            {words.nav.patients}
          </NavLink>
          <NavLink className="button button-plain" to="/beds">
            {words.nav.beds}
          </NavLink>
        </>
      )}
      {may(user, 'oncall.read') && (
        <NavLink className="button button-plain" to="/oncall">
          {words.oncall.title}
        </NavLink>
      )}
      {figures && (
        <NavLink className="button button-plain" to="/figures">
          {words.analytics.title}
        </NavLink>
      )}
    </nav>
  );
}
