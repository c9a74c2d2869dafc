import { useEffect, useRef } from 'react';
import { NavLink } from 'react-router';
import { may } from '../../api/me';
import { useServices } from '../../ui/services';
import { PageState } from '../../ui/states';
import { words } from '../../ui/words';
import { Audit } from './Audit';
import { DeadLetters } from './DeadLetters';
import { Deliveries } from './Deliveries';
import { Device } from './Device';
import { Devices } from './Devices';
import { Emergencies } from './Emergencies';
import { Events } from './Events';
import { People } from './People';
import { Roles } from './Roles';
import { type Section, sectionsOf } from './sections';
import { Wards } from './Wards';
import { Webhooks } from './Webhooks';
import './admin.css';

/** The section of the address, as far as there is one for this person; otherwise the first that there is. */
export function sectionFor(asked: string | undefined, allowed: readonly Section[]): Section | null {
  return asked === undefined ? (allowed[0] ?? null) : (allowed.find((one) => one === asked) ?? null);
}

export function Admin({ section: asked, id }: { section: string | undefined; id: string | undefined }) {
  const { user } = useServices();
  const allowed = sectionsOf(user);
  const section = sectionFor(asked, allowed);
  const nav = useRef<HTMLElement>(null);
  // On a phone the sections are wider than the screen.
  // biome-ignore lint/correctness/useExhaustiveDependencies: again for each section
  useEffect(() => {
    nav.current?.querySelector('[aria-current="page"]')?.scrollIntoView({ inline: 'center', block: 'nearest' });
  }, [section]);
  return (
    <div className="admin">
      {allowed.length > 0 && (
        <nav ref={nav} className="admin-nav" aria-label={words.admin.title}>
          {allowed.map((one) => (
            <NavLink key={one} to={`/admin/${one}`} {...(one === section ? { 'aria-current': 'page' as const } : {})}>
              {words.admin.sections[one]}
            </NavLink>
          ))}
          {may(user, 'operations.read') && <NavLink to="/system">{words.system.title}</NavLink>}
        </nav>
      )}
      <main id="content" className="admin-main" tabIndex={-1}>
        {section ? (
          <>
            <h2 className="admin-title">{words.admin.sections[section]}</h2>
            <Content section={section} id={id} />
          </>
        ) : (
          <PageState>
            <p>{allowed.length === 0 ? words.admin.nothing : words.problem.forbidden}</p>
          </PageState>
        )}
      </main>
    </div>
  );
}

function Content({ section, id }: { section: Section; id: string | undefined }) {
  switch (section) {
    case 'people':
      return <People />;
    case 'roles':
      return <Roles />;
    case 'wards':
      return <Wards />;
    case 'devices':
      return id ? <Device key={id} id={id} /> : <Devices />;
    case 'audit':
      return <Audit />;
    case 'events':
      return <Events />;
    case 'emergencies':
      return <Emergencies />;
    case 'dead-letters':
      return <DeadLetters />;
    case 'webhooks':
      return <Webhooks />;
    case 'deliveries':
      return <Deliveries />;
  }
}
