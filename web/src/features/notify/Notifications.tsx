import { useEffect, useRef, useState } from 'react';
import { Link } from 'react-router';
import type { StaffNotification } from '../../live/alertTypes';
import type { CareStore } from '../../live/careStore';
import { useCare, useCareApi, useCareFeed, useNow } from '../../ui/care';
import { timeOrDate } from '../../ui/format';
import { PageState } from '../../ui/states';
import { SkeletonRows } from '../../ui/Table';
import { words } from '../../ui/words';
import './notify.css';

const text = words.notify;

/** What was sent to this person, the newest first. Looking at the list is having seen it. */
export function Notifications() {
  const feed = useCareFeed();
  return (
    <main id="content" className="sheet" tabIndex={-1}>
      {feed ? <List store={feed.store} /> : <SkeletonRows />}
    </main>
  );
}

function List({ store }: { store: CareStore }) {
  const api = useCareApi();
  const now = useNow();
  const notifications = useCare(store, (s) => s.notifications);
  // What was new when the reader came stays marked while they read.
  const [fresh, setFresh] = useState<ReadonlySet<string>>(() => new Set());
  const told = useRef(new Set<string>());
  useEffect(() => {
    const see = (): void => {
      if (document.visibilityState !== 'visible') return;
      const unseen = notifications.filter((one) => one.stage !== 'seen' && !told.current.has(one.id));
      if (unseen.length === 0) return;
      for (const { id } of unseen) {
        told.current.add(id);
        void api.seen(id).catch(() => told.current.delete(id));
      }
      const ids = unseen.map((one) => one.id);
      setFresh((before) => new Set([...before, ...ids]));
      store.seen(ids);
    };
    see();
    document.addEventListener('visibilitychange', see);
    return () => document.removeEventListener('visibilitychange', see);
  }, [api, notifications, store]);
  if (notifications.length === 0)
    return (
      <PageState>
        <p>{text.none}</p>
      </PageState>
    );
  return (
    <ul className="news">
      {notifications.map((one) => (
        <Row key={one.id} one={one} fresh={fresh.has(one.id)} now={now} />
      ))}
    </ul>
  );
}

function Row({ one, fresh, now }: { one: StaffNotification; fresh: boolean; now: number }) {
  const { sign, name } = words.alerts.look[one.priority];
  const ways = one.channels.map((way) =>
    text.channel(text.channels[way.channel] ?? way.channel, text.stages[way.stage], way.error),
  );
  return (
    <li className={fresh ? 'news-row news-fresh' : 'news-row'}>
      <span className={`alert-mark strip-${one.priority}`}>
        <span aria-hidden="true">{sign}</span>
        <span className="hidden-words">{name}: </span>
      </span>
      <div>
        <p>
          <b>{one.title}</b> <span className="chip">{text.kinds[one.kind] ?? one.kind}</span>{' '}
          {fresh && <span className="chip">{text.new}</span>}
        </p>
        <p>{one.text}</p>
        <p className="soft">
          {timeOrDate(one.createdAt, now)}
          {ways.length > 0 && ` · ${ways.join(', ')}`}
        </p>
      </div>
      {one.incident !== null && (
        <Link className="button" to={`/incidents/${encodeURIComponent(one.incident)}`}>
          {text.openIncident}
          <span className="hidden-words"> {one.title}</span>
        </Link>
      )}
    </li>
  );
}
