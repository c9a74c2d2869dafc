import type { ReactNode } from 'react';
import { Link } from 'react-router';
import { isPatient } from '../api/me';
import { AccountMenu } from './AccountMenu';
import { useIsPhone } from './hooks';
import { useServices } from './services';
import { ThemeSwitch } from './ThemeSwitch';
import { words } from './words';

/** The bar of the pages that show no live values. */
export function PageBar({ title, children }: { title: string; children?: ReactNode }) {
  const { user } = useServices();
  const phone = useIsPhone();
  return (
    <header className="bar">
      {!phone && (
        <Link className="button button-plain back" to="/">
          {words.nav.back(isPatient(user) ? words.nav.record : words.nav.wall)}
        </Link>
      )}
      <h1 className="bar-title">{title}</h1>
      <span className="grow" />
      {children}
      {!phone && (
        <>
          <ThemeSwitch />
          <AccountMenu />
        </>
      )}
    </header>
  );
}
