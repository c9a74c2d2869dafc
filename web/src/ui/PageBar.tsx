import type { ReactNode } from 'react';
import { Link, useMatch } from 'react-router';
import { administers, isPatient, may } from '../api/me';
import { AccountMenu } from './AccountMenu';
import { Bell } from './Bell';
import { useIsPhone } from './hooks';
import { MainNav } from './MainNav';
import { CarePathPill } from './PathPill';
import { useServices } from './services';
import { ThemeSwitch } from './ThemeSwitch';
import { words } from './words';

/** The bar of the pages that show no live values. */
export function PageBar({ title, children }: { title: ReactNode; children?: ReactNode }) {
  const phone = useIsPhone();
  const home = useHome();
  return (
    <header className="bar">
      {!phone && home && (
        <Link className="button button-plain back" to={home.to}>
          {words.nav.back(home.name)}
        </Link>
      )}
      {typeof title === 'string' ? <h1 className="bar-title">{title}</h1> : title}
      {!phone && <CarePathPill />}
      <span className="grow" />
      {children}
      {!phone && (
        <>
          <MainNav />
          <ThemeSwitch />
          <Bell />
          <AccountMenu />
        </>
      )}
      {phone && <CarePathPill line />}
    </header>
  );
}

/** Where this person's own pages are; null if they are there already. */
function useHome(): { to: string; name: string } | null {
  const { user } = useServices();
  const inAdmin = useMatch('/admin/*') !== null;
  if (isPatient(user)) return { to: '/', name: words.nav.record };
  if (may(user, 'patients.read')) return { to: '/', name: words.nav.wall };
  return administers(user) && !inAdmin ? { to: '/admin', name: words.account.administration } : null;
}
