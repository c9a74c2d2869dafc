import { NavLink } from 'react-router';
import { may } from '../api/me';
import { useServices } from './services';
import { words } from './words';

/** The ways between the pages about patients, for whoever may see them. */
export function MainNav() {
  const { user } = useServices();
  if (!may(user, 'patients.read')) return null;
  return (
    <nav className="main-nav" aria-label={words.nav.label}>
      <NavLink className="button button-plain" to="/patients" end>
        {words.nav.patients}
      </NavLink>
      <NavLink className="button button-plain" to="/beds">
        {words.nav.beds}
      </NavLink>
    </nav>
  );
}
