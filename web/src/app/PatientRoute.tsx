import { useQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import { Link, useLocation, useParams } from 'react-router';
import { Identity, PatientPage } from '../features/patient/PatientPage';
import type { LiveFeed } from '../live/feed';
import { useFeed, useFeedProblem, useIsPhone, useLive, usePatientView, useTitle } from '../ui/hooks';
import { useServices } from '../ui/services';
import { ProblemState, Skeleton } from '../ui/states';
import { Banners, TopBar } from '../ui/TopBar';
import { words } from '../ui/words';
import { ALL } from './all';
import { BottomNav } from './BottomNav';
import { isFinal } from './final';
import { neighbours } from './neighbours';
import { place } from './place';

/** One patient, live. */
export default function PatientRoute() {
  const { id = '' } = useParams();
  const { api, session } = useServices();
  const feed = useFeed(`patient/${id}`, () => ({
    dashboard: async (signal) => {
      const { patient } = await api.latest(id, signal);
      const dashboard = await api.dashboard(patient.record.ward, signal);
      // Only this patient is kept live; the others of the ward would silently grow old here.
      const same = dashboard.patients.find((one) => one.record.id === patient.record.id);
      return { ...dashboard, patients: [same ?? patient] };
    },
    recent: async () => [],
    token: () => session.validToken(),
    isFinal,
    scope: `patient=${encodeURIComponent(id)}`,
  }));
  return feed ? <LivePatient key={id} feed={feed} id={id} /> : null;
}

function LivePatient({ feed, id }: { feed: LiveFeed; id: string }) {
  const { store } = feed;
  const phone = useIsPhone();
  const ready = useLive(store, (s) => s.ready);
  const view = usePatientView(store, id);
  const problem = useFeedProblem(feed);
  useEffect(() => {
    place.patient = id;
  }, [id]);
  useTitle(`${view?.record.shortName ?? words.nav.patients} · ${words.product}`);
  return (
    <div className="page">
      <TopBar
        store={store}
        phone={phone}
        left={
          <>
            <Back ward={view?.record.ward ?? null} wards={store.snapshot().wards} />
            <Identity store={store} patientId={id} />
            {!phone && ready && <Neighbours id={id} />}
          </>
        }
      />
      <Banners store={store} />
      <main id="content" className="page-main" tabIndex={-1}>
        {!view && problem ? <ProblemState error={problem} /> : null}
        {!view && !problem ? (
          <Skeleton>
            <div className="skeleton-patient" aria-hidden="true">
              <div className="skeleton" />
              <div className="skeleton" />
              <div className="skeleton" />
            </div>
          </Skeleton>
        ) : null}
        {view ? <PatientPage store={store} patientId={id} /> : null}
      </main>
      {phone ? <BottomNav /> : null}
    </div>
  );
}

function Back({ ward, wards }: { ward: string | null; wards: readonly { id: string; name: string }[] }) {
  const target = place.ward === ALL ? ALL : ward;
  const name = target === ALL ? words.wall.allWards : wards.find((one) => one.id === target)?.name.split(' · ')[0];
  return (
    <Link
      className="button button-plain back"
      to={target ? `/ward/${encodeURIComponent(target)}` : '/'}
      aria-keyshortcuts="Escape"
    >
      {words.nav.back(name ?? words.nav.wall)}
    </Link>
  );
}

/** The beds beside this one, in the ward's order. */
function Neighbours({ id }: { id: string }) {
  const { api } = useServices();
  const everybody = useQuery({
    queryKey: ['everybody'],
    queryFn: ({ signal }) => api.dashboard(null, signal),
    staleTime: 20_000,
  });
  // The range that is looked at stays while going from bed to bed.
  const { search } = useLocation();
  const { previous, next } = everybody.data ? neighbours(everybody.data, id) : { previous: null, next: null };
  return (
    <nav className="neighbours" aria-label={words.roster.title}>
      {previous && (
        <Link className="button" to={`/patient/${encodeURIComponent(previous.id)}${search}`}>
          ‹ {previous.bed}
          <span className="hidden-words"> {words.patient.previous}</span>
        </Link>
      )}
      {next && (
        <Link className="button" to={`/patient/${encodeURIComponent(next.id)}${search}`}>
          {next.bed} ›<span className="hidden-words"> {words.patient.next}</span>
        </Link>
      )}
    </nav>
  );
}
