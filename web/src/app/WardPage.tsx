import { useEffect, useMemo, useRef, useState } from 'react';
import { useNavigate, useParams } from 'react-router';
import { Roster } from '../features/roster/Roster';
import { Wall } from '../features/wall/Wall';
import type { LiveFeed } from '../live/feed';
import type { LiveStore } from '../live/store';
import { useAlarm } from '../ui/alarm';
import { useCareApi } from '../ui/care';
import { timeOrDate } from '../ui/format';
import { useFeed, useFeedProblem, useIsPhone, useLive, useTitle } from '../ui/hooks';
import { PathPill } from '../ui/PathPill';
import { SoundBanner, SoundState } from '../ui/Sound';
import { useServices } from '../ui/services';
import { PageState, ProblemState, Skeleton } from '../ui/states';
import { Banners, CountPills, OwnAlerts, StoragePill, TopBar } from '../ui/TopBar';
import { words } from '../ui/words';
import { ALL } from './all';
import { BottomNav } from './BottomNav';
import { isFinal } from './final';
import { place } from './place';

const TRACE_MINUTES = 10;

/** A ward, live: the wall on a screen, lists on a phone. */
export function WardPage() {
  const { id = ALL } = useParams();
  const { api, session } = useServices();
  const care = useCareApi();
  // The store holds the whole hospital's list of wards in any case; the hub sends only what is asked for.
  const ward = id === ALL ? null : id;
  const feed = useFeed(`ward/${id}`, () => ({
    dashboard: (signal) => api.dashboard(ward, signal),
    recent: (signal) => api.recent(ward, TRACE_MINUTES, signal),
    token: () => session.validToken(),
    refused: () => session.renewed(),
    care: (signal) => care.standing(ward, signal),
    isFinal,
    scope: ward === null ? '' : `ward=${encodeURIComponent(ward)}`,
  }));
  return feed ? <LiveWard feed={feed} id={id} /> : null;
}

function LiveWard({ feed, id }: { feed: LiveFeed; id: string }) {
  const { store } = feed;
  const phone = useIsPhone();
  const all = useLive(store, (s) => s.wards);
  const ready = useLive(store, (s) => s.ready);
  const counts = useLive(store, (s) => s.counts);
  const problem = useFeedProblem(feed);
  const [startAt] = useState(place.patient);
  useEffect(() => {
    place.ward = id;
    place.patient = null;
  }, [id]);
  const wards = useMemo(() => (id === ALL ? all : all.filter((ward) => ward.id === id)), [all, id]);
  const name = id === ALL ? words.wall.allWards : (wards[0]?.name ?? id);
  const shown = useMemo(() => wards.map((ward) => ward.id), [wards]);
  useHeard(ready ? shown : null);
  const { respond } = useServices();
  const acknowledge = (patient: string): void => {
    const view = store.snapshot().patients.get(patient);
    if (!view) return;
    const { bed, shortName } = view.record;
    respond({
      deed: 'acknowledge',
      alert: view.alerts[0] ?? null,
      incident: view.incident,
      place: words.alerts.list.place(bed, shortName),
    });
  };
  useTitle(`${counts.high > 0 ? `▲${counts.high} ` : ''}${name} · ${words.product}`);
  return (
    <div className="page">
      <TopBar
        store={store}
        phone={phone}
        nav
        left={<WardHead store={store} id={id} name={name} phone={phone} />}
        right={
          <>
            <CountPills store={store} phone={phone} />
            <SoundState wards={shown} />
          </>
        }
      />
      {phone && <PathPill store={store} wards={shown} line />}
      <Banners store={store} />
      <SoundBanner />
      <OwnAlerts store={store} />
      <Notices store={store} />
      <Announcer store={store} />
      <main id="content" className="page-main" tabIndex={-1}>
        {!ready && problem ? <ProblemState error={problem} /> : null}
        {!ready && !problem ? (
          <Skeleton>
            <SkeletonWall phone={phone} />
          </Skeleton>
        ) : null}
        {ready && wards.length === 0 ? (
          <PageState>
            <p>{id === ALL ? words.wall.empty : words.wall.noWard(id)}</p>
          </PageState>
        ) : null}
        {ready && wards.length > 0 ? (
          phone ? (
            <Roster store={store} wards={wards} />
          ) : (
            <Wall store={store} wards={wards} startAt={startAt} acknowledge={acknowledge} />
          )
        ) : null}
      </main>
      {phone ? <BottomNav /> : null}
    </div>
  );
}

/** On the page of a ward its alarms are heard, and no others. */
function useHeard(wards: readonly string[] | null): void {
  const alarm = useAlarm();
  useEffect(() => {
    alarm?.setWards(wards);
    return () => alarm?.setWards(null);
  }, [alarm, wards]);
}

function WardHead({ store, id, name, phone }: { store: LiveStore; id: string; name: string; phone: boolean }) {
  const wards = useLive(store, (s) => s.wards);
  const patients = useLive(store, (s) => s.patients);
  const navigate = useNavigate();
  const shown = id === ALL ? wards : wards.filter((ward) => ward.id === id);
  const beds = shown.reduce((sum, ward) => sum + ward.beds.length, 0);
  return (
    <>
      <h1 className="hidden-words">{name}</h1>
      <select
        className="pick"
        aria-label={words.wall.ward}
        value={id}
        onChange={(event) => void navigate(`/ward/${encodeURIComponent(event.target.value)}`)}
      >
        {wards.every((ward) => ward.id !== id) && id !== ALL && <option value={id}>{id}</option>}
        {wards.map((ward) => (
          <option key={ward.id} value={ward.id}>
            {ward.name}
          </option>
        ))}
        <option value={ALL}>{words.wall.allWards}</option>
      </select>
      {!phone && <span className="pill bed-count">{words.wall.beds(beds, patients.size)}</span>}
      {!phone && <PathPill store={store} wards={shown.map((ward) => ward.id)} />}
      {!phone && <StoragePill store={store} />}
    </>
  );
}

const SKELETON_TILES = Array.from({ length: 16 }, (_, index) => `tile-${index}`);

function SkeletonWall({ phone }: { phone: boolean }) {
  return (
    <div className={phone ? 'skeleton-list' : 'skeleton-wall'} aria-hidden="true">
      {SKELETON_TILES.map((key) => (
        <div key={key} className="skeleton" />
      ))}
    </div>
  );
}

/** Quiet news for the ward, above the beds until somebody has read and closed it. */
function Notices({ store }: { store: LiveStore }) {
  const notices = useLive(store, (s) => s.notices);
  return (
    <div role="status">
      {notices.length > 0 && (
        <ul className="notices">
          {notices.map((notice) => {
            const said = words.emergency.notice(timeOrDate(notice.at, store.clock.now()), notice.text);
            return (
              <li key={`${notice.at}/${notice.patient}/${notice.text}`} className="notice">
                <span>{said}</span>
                <button type="button" className="button button-plain" onClick={() => store.dismiss(notice)}>
                  {words.emergency.dismiss}
                  <span className="hidden-words"> {notice.text}</span>
                </button>
              </li>
            );
          })}
        </ul>
      )}
    </div>
  );
}

/** Says aloud who has been set critical, and what is wrong where there is no alert for it; alerts are said by their toasts. */
function Announcer({ store }: { store: LiveStore }) {
  const patients = useLive(store, (s) => s.patients);
  const known = useRef<Map<string, string> | null>(null);
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const now = new Map<string, string>();
    const news: string[] = [];
    for (const view of patients.values()) {
      if (view.record.status === 'critical') {
        const key = `critical/${view.record.id}`;
        now.set(key, key);
        if (known.current && !known.current.has(key)) news.push(words.wall.announceCritical(view.record.bed));
      }
      if (!view.attention) continue;
      const { priority, since, text } = view.attention;
      const key = `${priority}/${since}`;
      now.set(view.record.id, key);
      // What stood there when the page was opened is on the page; only what is new is said.
      if (known.current && known.current.get(view.record.id) !== key)
        news.push(words.wall.announce(words.priority[priority].name, view.record.bed, text));
    }
    if (patients.size > 0) known.current = now;
    if (news.length > 0 && place.current) place.current.textContent = news.join('. ');
  }, [patients]);
  return <div ref={place} className="hidden-words" aria-live="assertive" />;
}
