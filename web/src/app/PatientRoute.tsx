import { type UseQueryResult, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { Link, useLocation, useParams } from 'react-router';
import { isPatient, may } from '../api/me';
import type { PatientEntry } from '../api/patientShapes';
import { SignedOut } from '../api/problem';
import { Care } from '../features/care/Care';
import { RecordIdentity, RecordPage } from '../features/care/RecordPage';
import { LimitsButton } from '../features/limits/LimitsButton';
import { Identity, PatientPage } from '../features/patient/PatientPage';
import type { LiveFeed } from '../live/feed';
import type { PatientRecord } from '../live/types';
import { useCareApi } from '../ui/care';
import { timeOrDate } from '../ui/format';
import { useFeed, useFeedProblem, useIsPhone, useLive, usePatientView, useTitle } from '../ui/hooks';
import { loadAgain } from '../ui/loadAgain';
import { PageBar } from '../ui/PageBar';
import { SoundBanner } from '../ui/Sound';
import { useServices } from '../ui/services';
import { ProblemState, Skeleton } from '../ui/states';
import { Banners, TopBar } from '../ui/TopBar';
import { usePatients } from '../ui/usePatients';
import { words } from '../ui/words';
import { ALL } from './all';
import { BottomNav } from './BottomNav';
import { useEmergency } from './emergency';
import { isFinal } from './final';
import { alone, neighbours } from './neighbours';
import { place } from './place';

/** One patient: live while they are in a bed, otherwise the record alone. The live page waits for nothing but its own values. */
export default function PatientRoute() {
  const { id = '' } = useParams();
  const { user } = useServices();
  const patients = usePatients();
  const record = useQuery({
    queryKey: ['patient', id],
    queryFn: ({ signal }) => patients.patient(id, signal),
    enabled: may(user, 'patients.read'),
  });
  const gone = record.data && (record.data.status === 'discharged' || record.data.mergedInto !== null);
  if (record.data && gone) return <RecordOnly key={id} patient={record.data} />;
  return <LiveRoute id={id} record={record} />;
}

function RecordOnly({ patient }: { patient: PatientEntry }) {
  const client = useQueryClient();
  const phone = useIsPhone();
  useTitle(`${patient.name.split(',')[0]} · ${words.product}`);
  const changed = (): void => void client.invalidateQueries({ queryKey: ['patient', patient.id] });
  return (
    <div className="page">
      <PageBar title={<RecordIdentity patient={patient} />} />
      <Care patient={patient} changed={changed} />
      <main id="content" className="page-main" tabIndex={-1}>
        <RecordPage patient={patient} />
      </main>
      {phone ? <BottomNav /> : null}
    </div>
  );
}

function LiveRoute({ id, record }: { id: string; record: UseQueryResult<PatientEntry> }) {
  const { api, session, user } = useServices();
  const care = useCareApi();
  const client = useQueryClient();
  const own = isPatient(user);
  const feed = useFeed(`patient/${id}`, () => ({
    dashboard: async (signal) => {
      const { patient } = await api.latest(id, signal);
      if (own) return alone(patient, await api.isDemo(signal));
      const dashboard = await api.dashboard(patient.record.ward, signal).catch(async (error: unknown) => {
        // Who may see this patient and nobody else of the ward (emergency access, the patient themself) sees them alone.
        if (error instanceof SignedOut || !isFinal(error)) throw error;
        return alone(patient, await api.isDemo(signal));
      });
      // Only this patient is kept live; the others of the ward would silently grow old here.
      const same = dashboard.patients.find((one) => one.record.id === patient.record.id);
      return { ...dashboard, patients: [same ?? patient] };
    },
    recent: async () => [],
    ...(own
      ? {}
      : {
          care: async (signal: AbortSignal) => ({
            alerts: [],
            incidents: (await care.incidents({ patient: id, state: 'open' }, signal)).items,
          }),
        }),
    token: () => session.validToken(),
    refused: () => session.renewed(),
    isFinal,
    scope: `patient=${encodeURIComponent(id)}`,
    news: () => {
      for (const key of ['patient', 'encounters', 'worn']) void loadAgain(client, [key, id]);
    },
  }));
  return feed ? <LivePatient key={id} feed={feed} id={id} record={record} /> : null;
}

function LivePatient({ feed, id, record }: { feed: LiveFeed; id: string; record: UseQueryResult<PatientEntry> }) {
  const { store } = feed;
  const { user, openEmergency } = useServices();
  const own = isPatient(user);
  const phone = useIsPhone();
  const ready = useLive(store, (s) => s.ready);
  const view = usePatientView(store, id);
  const problem = useFeedProblem(feed);
  useEffect(() => {
    place.patient = id;
  }, [id]);
  const emergency = useEmergency(user.user, id);
  useSameRecord(record, view?.record ?? null);
  useTitle(`${view?.record.shortName ?? words.nav.patients} · ${words.product}`);
  return (
    <div className="page">
      <TopBar
        store={store}
        phone={phone}
        left={
          <>
            {!own && <Back ward={view?.record.ward ?? null} wards={store.snapshot().wards} />}
            <Identity store={store} patientId={id} />
            {!own && !phone && ready && <Neighbours id={id} />}
          </>
        }
      />
      <Banners store={store} />
      {view && emergency !== null && <EmergencyStrip until={emergency} now={store.clock.now()} />}
      {view && record.data && !own && (
        <Care
          patient={record.data}
          changed={() => feed.refresh()}
          urgent={may(user, 'alerts.act') && <RaiseButton record={view.record} />}
        >
          <LimitsButton
            patientId={id}
            name={view.record.shortName}
            changed={view.limitsChanged}
            done={() => feed.refresh()}
          />
        </Care>
      )}
      <SoundBanner />
      <main id="content" className="page-main" tabIndex={-1}>
        {!view && problem ? (
          <ProblemState error={problem}>
            {may(user, 'breakglass.use') && (
              <button type="button" className="button" onClick={openEmergency}>
                {words.emergency.offer}
              </button>
            )}
          </ProblemState>
        ) : null}
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

/** What is seen at the bedside and measured by no device. */
function RaiseButton({ record }: { record: PatientRecord }) {
  const { respond } = useServices();
  const place = words.alerts.list.place(record.bed, record.shortName);
  return (
    <button
      type="button"
      className="button button-critical-soft"
      onClick={() => respond({ deed: 'raise', alert: null, incident: null, place, patient: record.id })}
    >
      {words.alerts.deed.raise}
    </button>
  );
}

/** Asks for the record again where the live state knows of something else: another bed or status, or a patient who is gone. */
function useSameRecord(record: UseQueryResult<PatientEntry>, live: LiveRecord | null): void {
  const { data, refetch } = record;
  const asked = useRef('');
  const differs =
    data !== undefined &&
    live !== null &&
    (data.status !== live.status || data.ward !== live.ward || data.bed !== live.bed);
  const which = differs ? `${live.status}/${live.ward}/${live.bed}` : '';
  useEffect(() => {
    // Once for each difference: the two may be told at different times.
    if (which !== '' && which !== asked.current) void refetch();
    asked.current = which;
  }, [refetch, which]);
}

type LiveRecord = Pick<PatientRecord, 'status' | 'ward' | 'bed'>;

/** Whoever looks at a record that is not theirs to look after is told so all the while. */
function EmergencyStrip({ until, now }: { until: number; now: number }) {
  const time = timeOrDate(until, now);
  return (
    <p className="emergency-strip">{until > now ? words.emergency.strip(time) : words.emergency.stripOver(time)}</p>
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
