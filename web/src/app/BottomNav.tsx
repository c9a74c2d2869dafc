import { NavLink, useMatch } from 'react-router';
import { useServices } from '../ui/services';
import { words } from '../ui/words';

/** Thumb's reach on a phone. */
export function BottomNav() {
  const { openFind } = useServices();
  const onWard = useMatch('/ward/:id');
  return (
    <nav className="bottom-nav" aria-label={words.nav.label}>
      <NavLink to={onWard ? onWard.pathname : '/'} {...(onWard ? { 'aria-current': 'page' as const } : {})}>
        {words.nav.patients}
      </NavLink>
      <button type="button" onClick={openFind}>
        {words.nav.find}
      </button>
      <NavLink to="/account">{words.nav.account}</NavLink>
    </nav>
  );
}
