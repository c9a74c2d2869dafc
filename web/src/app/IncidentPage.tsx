import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useMemo } from 'react';
import { Link, useParams } from 'react-router';
import { hearsAlerts, may } from '../api/me';
import { Incident } from '../features/incident/Incident';
import { VitalsAround } from '../features/patient/VitalsAround';
import type { Incident as IncidentDocument } from '../live/alertTypes';
import type { CareStore } from '../live/careStore';
import { useCare, useCareApi, useCareFeed, useNow } from '../ui/care';
import { useIsPhone, useTitle } from '../ui/hooks';
import { LinkLost } from '../ui/LinkLost';
import { loadAgain } from '../ui/loadAgain';
import { PageBar } from '../ui/PageBar';
import { useServices } from '../ui/services';
import { ProblemState } from '../ui/states';
import { SkeletonRows } from '../ui/Table';
import { words } from '../ui/words';
import { BottomNav } from './BottomNav';
import { NotAllowed } from './NotAllowed';

const text = words.alerts;

/** One piece of work, live. */
export default function IncidentPage() {
  const { id = '' } = useParams();
  const { user } = useServices();
  const phone = useIsPhone();
  const api = useCareApi();
  const found = useQuery({ queryKey: ['incident', id], queryFn: ({ signal }) => api.incident(id, signal) });
  const incident = found.data;
  const title = incident ? text.incident.title(incident.number, incident.name) : text.list.title;
  useTitle(`${title} · ${words.product}`);
  if (!hearsAlerts(user)) return <NotAllowed />;
  return (
    <div className="page">
      <PageBar title={title}>
        <Link className="button button-plain" to="/alerts">
          {text.incident.all}
        </Link>
      </PageBar>
      {incident ? (
        <Live key={id} incident={incident} />
      ) : (
        <main id="content" className="sheet" tabIndex={-1}>
          {found.isError ? <ProblemState error={found.error} retry={() => void found.refetch()} /> : <SkeletonRows />}
        </main>
      )}
      {phone && <BottomNav />}
    </div>
  );
}

function Live({ incident }: { incident: IncidentDocument }) {
  const feed = useCareFeed();
  return feed ? <Shown store={feed.store} incident={incident} /> : <SkeletonRows />;
}

function Shown({ store, incident }: { store: CareStore; incident: IncidentDocument }) {
  const { user } = useServices();
  const client = useQueryClient();
  const now = useNow();
  const lost = useCare(store, (s) => s.lost);
  const told = useCare(store, (s) => s.incidents.find((one) => one.id === incident.id) ?? null);
  const standing = useCare(store, (s) => s.alerts);
  const version = told?.version ?? null;
  // Somebody has done something: its history comes with the document alone. One that is open no more is told of no longer.
  useEffect(() => {
    if (version !== incident.version) void loadAgain(client, ['incident', incident.id]);
  }, [client, incident.id, incident.version, version]);
  const alerts = useMemo(() => {
    const live = new Map(standing.map((one) => [one.id, one]));
    return incident.alerts.map((one) => live.get(one.id) ?? one);
  }, [incident.alerts, standing]);
  const shown = { ...(told && told.version > incident.version ? told : incident), alerts, history: incident.history };
  const at = Math.min(incident.openedAt, ...incident.alerts.map((one) => one.onsetAt));
  const patient = incident.patient;
  return (
    <>
      <LinkLost lost={lost} />
      <Incident
        incident={shown}
        now={now}
        vitals={
          patient !== null && may(user, 'patients.read') ? (
            <VitalsAround patientId={patient} clock={store.clock} at={at} />
          ) : null
        }
      />
    </>
  );
}
