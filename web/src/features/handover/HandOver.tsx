import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useMemo } from 'react';
import { Link } from 'react-router';
import { may } from '../../api/me';
import { OnCallApi } from '../../api/oncall';
import { byUrgency } from '../../live/alertTypes';
import type { CareStore } from '../../live/careStore';
import { useCare, useCareFeed, useNow } from '../../ui/care';
import { useFilters } from '../../ui/filters';
import { shortTime } from '../../ui/format';
import { Choice } from '../../ui/forms';
import { LinkLost } from '../../ui/LinkLost';
import { clockWords, nextWords, ownerWords } from '../../ui/onIt';
import { useServices } from '../../ui/services';
import { SkeletonRows } from '../../ui/Table';
import { useWards } from '../../ui/usePatients';
import { words } from '../../ui/words';
import { Signing } from './Signing';
import './handover.css';

const text = words.handover;
const REFRESH_MS = 300_000;

/** What the next shift has to know, and the two who sign for it. */
export function HandOver() {
  const feed = useCareFeed();
  const { user } = useServices();
  const { wards } = useWards();
  const filters = useFilters(['ward'] as const);
  const ward = filters.values.ward || user.wards[0]?.id || wards[0]?.id || '';
  return (
    <main id="content" className="sheet handover" tabIndex={-1}>
      <Choice
        label={text.ward}
        value={ward}
        choose={(chosen) => filters.set({ ward: chosen })}
        options={wards.map(({ id, name }) => [id, name] as const)}
      />
      {feed && ward !== '' ? <Parts key={ward} store={feed.store} ward={ward} /> : <SkeletonRows />}
    </main>
  );
}

function Parts({ store, ward }: { store: CareStore; ward: string }) {
  const lost = useCare(store, (s) => s.lost);
  return (
    <>
      <LinkLost lost={lost} />
      <div className="handover-parts">
        <Open store={store} ward={ward} />
        <ChangedLimits ward={ward} />
        <Silences store={store} ward={ward} />
        <NextShift ward={ward} />
      </div>
      <Signing ward={ward} />
    </>
  );
}

function Part({ title, count, children }: { title: string; count: number | null; children: ReactNode }) {
  return (
    <section className="handover-part" aria-label={title}>
      <h2>
        {title} {count !== null && <span className="soft">{count}</span>}
      </h2>
      {children}
    </section>
  );
}

function Open({ store, ward }: { store: CareStore; ward: string }) {
  const now = useNow();
  const incidents = useCare(store, (s) => s.incidents).filter((one) => one.ward === ward);
  return (
    <Part title={text.incidents} count={incidents.length}>
      {incidents.length === 0 && <p className="soft">{text.incidentsNone}</p>}
      <ul className="handover-list">
        {incidents.map((one) => {
          const [top] = [...one.alerts].sort(byUrgency);
          const clock = clockWords(one, now);
          const next = nextWords(one, now);
          return (
            <li key={one.id}>
              <p>
                <span className={`alert-mark strip-${one.priority}`}>
                  <span aria-hidden="true">{words.alerts.look[one.priority].sign}</span>
                  <span className="hidden-words">{words.alerts.look[one.priority].name}: </span>
                </span>{' '}
                <Link className="handover-link" to={`/incidents/${encodeURIComponent(one.id)}`}>
                  {one.bed === null ? one.name : text.bed(one.bed, one.patientName ?? '')}
                </Link>{' '}
                {top?.cause.text ?? one.name}
              </p>
              <p className="soft">
                {ownerWords(one, null, now)}
                {next && ` · ${next}`}{' '}
                {clock && <span className={clock.overdue ? 'clock-overdue' : ''}>{clock.text}</span>}
              </p>
            </li>
          );
        })}
      </ul>
    </Part>
  );
}

function ChangedLimits({ ward }: { ward: string }) {
  const { api } = useServices();
  const patients = useQuery({ queryKey: ['handover', ward], queryFn: ({ signal }) => api.dashboard(ward, signal) });
  const changed = patients.data?.patients.filter((one) => one.limitsChanged) ?? [];
  return (
    <Part title={text.limits} count={patients.data ? changed.length : null}>
      {patients.isError && <p role="alert">{text.failed}</p>}
      {patients.data && changed.length === 0 && <p className="soft">{text.limitsNone}</p>}
      <ul className="handover-list">
        {changed.map(({ record }) => (
          <li key={record.id}>
            <Link className="handover-link" to={`/patient/${encodeURIComponent(record.id)}`}>
              {text.bed(record.bed, record.shortName)}
            </Link>
          </li>
        ))}
      </ul>
    </Part>
  );
}

function Silences({ store, ward }: { store: CareStore; ward: string }) {
  const now = useNow();
  const silenced = useCare(store, (s) => s.alerts).filter((one) => one.ward === ward && one.signal === 'paused');
  const pauses = useCare(store, (s) => s.pauses).filter((one) => one.ward === ward && one.until > now);
  return (
    <Part title={text.silences} count={silenced.length + pauses.length}>
      {silenced.length + pauses.length === 0 && <p className="soft">{text.silencesNone}</p>}
      <ul className="handover-list">
        {pauses.map((one) => (
          <li key={one.ward}>{text.paused(one.by, shortTime(one.until))}</li>
        ))}
        {silenced.map((one) => (
          <li key={one.id}>
            <b>{one.bed === null ? one.name : text.bed(one.bed, '')}</b> {one.cause.text}
            <p className="soft">
              {words.alerts.silencedBy(
                one.silencedUntil === null ? '…' : shortTime(one.silencedUntil),
                one.silencedBy ?? '',
                one.silenceReason ?? '',
              )}
            </p>
          </li>
        ))}
      </ul>
    </Part>
  );
}

function NextShift({ ward }: { ward: string }) {
  const { session, user } = useServices();
  const api = useMemo(() => new OnCallApi(session), [session]);
  const coverage = useQuery({
    queryKey: ['coverage', ward],
    queryFn: ({ signal }) => api.coverage(ward, signal),
    refetchInterval: REFRESH_MS,
    enabled: may(user, 'oncall.read'),
  });
  if (!may(user, 'oncall.read')) return null;
  const holes = [...new Set(coverage.data?.items.flatMap((one) => one.hole ?? []) ?? [])];
  return (
    <Part title={text.coverage} count={null}>
      {coverage.isError && <p role="alert">{words.oncall.coverageFailed}</p>}
      {coverage.data && (
        <p className={holes.length > 0 ? 'handover-hole' : 'soft'}>{words.oncall.holes(coverage.data.holes)}</p>
      )}
      <ul className="handover-list">
        {holes.slice(0, MOST_HOLES).map((hole) => (
          <li key={hole}>{hole}</li>
        ))}
      </ul>
      {holes.length > MOST_HOLES && (
        <Link className="handover-link" to={`/oncall?ward=${encodeURIComponent(ward)}`}>
          {words.alerts.toast.more(holes.length - MOST_HOLES)}
        </Link>
      )}
    </Part>
  );
}

const MOST_HOLES = 4;
