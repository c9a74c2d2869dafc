import { type ReactNode, useRef } from 'react';
import { may } from '../api/me';
import type { LiveStore } from '../live/store';
import type { Priority } from '../live/types';
import { AccountMenu } from './AccountMenu';
import { clockOrDate, clockTime } from './format';
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

const PRIORITIES: readonly Priority[] = ['high', 'medium', 'technical'];

/** Always all three in the same place, coloured only if there is something. */
export function CountPills({ store, phone }: { store: LiveStore; phone: boolean }) {
  const counts = useLive(store, (s) => s.counts);
  return (
    <ul className="counts">
      {PRIORITIES.filter((which) => !phone || counts[which] > 0).map((which) => (
        <li key={which} className={counts[which] > 0 ? `pill pill-${which}` : 'pill'}>
          <span>
            {words.priority[which].shape} {counts[which]}
            <span className="count-word"> {words.priority[which].name}</span>
          </span>
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
