import { type ReactNode, useRef } from 'react';
import { Link } from 'react-router';
import { may } from '../api/me';
import { type Look, lookOf } from '../live/alertTypes';
import type { LiveStore } from '../live/store';
import { AccountMenu } from './AccountMenu';
import { Bell } from './Bell';
import { clockOrDate, clockTime, since } from './format';
import { useLive, useServerSecond, useTight } from './hooks';
import { MainNav } from './MainNav';
import { useServices } from './services';
import { ThemeSwitch } from './ThemeSwitch';
import { words } from './words';

interface TopBarProps {
  store: LiveStore;
  left: ReactNode;
  right?: ReactNode;
  phone: boolean;
  /** Whether it has the ways to the other pages, where there is room; the account menu has them anyway. */
  nav?: boolean;
}

/** What the bar gives up stands in base.css; nothing of it is said or done here alone. */
const TIGHTEST = 6;

/** The bar above every page: what it is, whether readings are stored, what this display is not, and the time. */
export function TopBar({ store, left, right, phone, nav = false }: TopBarProps) {
  const demo = useLive(store, (s) => s.demo);
  const { user, openFind } = useServices();
  const finds = may(user, 'patients.read');
  const bar = useRef<HTMLElement>(null);
  useTight(bar, TIGHTEST);
  return (
    <header ref={bar} className="bar">
      {left}
      <span className="grow" />
      {right}
      {!phone && (
        <>
          <span className="pill display-only">{words.wall.displayOnly}</span>
          {nav && <MainNav />}
          {finds && (
            <button type="button" className="button button-plain" onClick={openFind} aria-keyshortcuts="/">
              {words.nav.find} <span className="key">/</span>
            </button>
          )}
        </>
      )}
      {demo && <span className="pill pill-outline">{words.wall.demo}</span>}
      <ClockText store={store} />
      {!phone && (
        <>
          <ThemeSwitch />
          <Bell />
          <AccountMenu />
        </>
      )}
      {phone && <p className="bar-note">{words.wall.displayOnly}</p>}
    </header>
  );
}

function ClockText({ store }: { store: LiveStore }) {
  const now = useServerSecond(store.clock);
  return <time className="bar-clock">{clockTime(now)}</time>;
}

export function StoragePill({ store }: { store: LiveStore }) {
  const storage = useLive(store, (s) => s.storage);
  if (!storage) return <span className="pill">{words.storage.unknown}</span>;
  if (storage.state === 'stored')
    return (
      <span className="pill">
        <i className="pill-dot" />
        {words.storage.stored}
      </span>
    );
  // Since when, and what it means, stands in the banner below.
  return (
    <span className="pill pill-technical">
      {words.priority.technical.shape} {storage.state === 'away' ? words.storage.awayShort : words.storage.delayedShort}
    </span>
  );
}

const LOOKS: readonly Look[] = ['high', 'medium', 'low', 'technical'];
/** There is seldom one, and where there is none it would take the room of the others. */
const SELDOM: Look = 'low';

/** More would take the beds their room. */
const MOST_OWN = 2;

/** Alerts that belong to no patient: the ward's and the installation's own. */
export function OwnAlerts({ store }: { store: LiveStore }) {
  const own = useLive(store, (s) => s.ownAlerts);
  const now = useServerSecond(store.clock);
  return (
    <div role="status">
      {own.slice(0, MOST_OWN).map((one) => (
        <div key={one.id} className={`strip strip-${lookOf(one)} own-alert`}>
          <span className="strip-text">
            <span aria-hidden="true">{words.alerts.look[lookOf(one)].sign} </span>
            {one.incident === null ? (
              one.cause.text
            ) : (
              <Link to={`/incidents/${encodeURIComponent(one.incident)}`}>{one.cause.text}</Link>
            )}
          </span>
          {/* Not said again each second. */}
          <span className="strip-since" aria-hidden="true">
            {since(Math.max(0, (now - one.onsetAt) / 1000))}
          </span>
        </div>
      ))}
      {own.length > MOST_OWN && (
        <Link className="own-more" to="/alerts">
          {words.alerts.toast.more(own.length - MOST_OWN)}
        </Link>
      )}
    </div>
  );
}

/** Always in the same place, coloured only if there is something. */
export function CountPills({ store, phone }: { store: LiveStore; phone: boolean }) {
  const counts = useLive(store, (s) => s.counts);
  return (
    <ul className="counts">
      {LOOKS.filter((which) => counts[which] > 0 || (!phone && which !== SELDOM)).map((which) => (
        <li key={which}>
          <Link className={counts[which] > 0 ? `pill pill-${which}` : 'pill'} to="/alerts">
            <span>
              {words.alerts.look[which].shape} {counts[which]}
              <span className="count-word"> {words.alerts.look[which].name}</span>
            </span>
          </Link>
        </li>
      ))}
    </ul>
  );
}

/** What everybody on the page must know before reading a number. Announced, and above everything else. */
export function Banners({ store }: { store: LiveStore }) {
  const link = useLive(store, (s) => s.link);
  const storage = useLive(store, (s) => s.storage);
  const now = store.clock.now();
  return (
    <div role="status">
      {link.state !== 'ok' && (
        <div className="banner" data-banner="link">
          <b>
            {words.priority.technical.sign}{' '}
            {words.link.lost(link.since === null ? words.none : clockOrDate(link.since, now))}
          </b>
          <span>{link.state === 'blank' ? words.link.blankHelp : words.link.lostHelp}</span>
        </div>
      )}
      {storage && storage.state !== 'stored' && (
        <div className="banner" data-banner="storage">
          <b>
            {words.priority.technical.sign}{' '}
            {storage.state === 'away'
              ? words.storage.away(clockOrDate(storage.since, now))
              : words.storage.delayed(clockOrDate(storage.since, now))}
          </b>
          <span>{storage.state === 'away' ? words.storage.awayHelp : words.storage.delayedHelp}</span>
        </div>
      )}
    </div>
  );
}
