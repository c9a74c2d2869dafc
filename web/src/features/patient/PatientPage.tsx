import { useQuery } from '@tanstack/react-query';
import type { LiveStore } from '../../live/store';
import type { PatientView } from '../../live/view';
import { ageAt } from '../../ui/format';
import { useLive, usePatientView, useServerSecond } from '../../ui/hooks';
import { useServices } from '../../ui/services';
import { words } from '../../ui/words';
import { AlertBar } from './AlertBar';
import { Now } from './Now';
import { AnomalyCard, News2Card } from './Scores';
import { Side } from './Side';
import { Trends } from './trends/Trends';
import { useTrends } from './trends/useHistory';
import { useMarks } from './useMarks';
import './patient.css';

/** How often the late readings of the last hundred are counted again. */
const RECENT_REFRESH_MS = 15_000;

export function PatientPage({ store, patientId }: { store: LiveStore; patientId: string }) {
  const view = usePatientView(store, patientId);
  const storage = useLive(store, (s) => s.storage);
  const { api } = useServices();
  const trends = useTrends(patientId, store.clock);
  const now = useServerSecond(store.clock);
  const marks = useMarks(patientId, trends.span, now);
  const latest = useQuery({
    queryKey: ['latest', patientId],
    queryFn: ({ signal }) => api.latest(patientId, signal),
    refetchInterval: RECENT_REFRESH_MS,
  });
  if (!view) return null;
  return (
    <>
      <AlertBar view={view} />
      <div className="patient">
        <div className="card now-column">
          <Now view={view} now={now} />
          <News2Card view={view} now={now} />
          <AnomalyCard view={view} now={now} />
        </div>
        <Trends patientId={patientId} clock={store.clock} trends={trends} marks={marks} />
        <Side
          view={view}
          recent={latest.data?.recent ?? []}
          history={trends.history}
          span={trends.span}
          storage={storage}
          now={now}
        />
      </div>
    </>
  );
}

/** Name, age, sex, record, place: the line that says whose numbers these are. */
export function Identity({ store, patientId }: { store: LiveStore; patientId: string }) {
  const view = usePatientView(store, patientId);
  const wards = useLive(store, (s) => s.wards);
  if (!view) return <h1 className="hidden-words">{words.product}</h1>;
  const { record } = view;
  const ward = wards.find((one) => one.id === record.ward)?.name ?? record.ward;
  const facts = [
    ageAt(record.dateOfBirth, store.clock.now()),
    words.sex[record.sex] ?? record.sex,
    words.patient.record(record.recordNumber),
    words.patient.place(ward.split(' · ')[0] ?? ward, record.bed),
    record.spo2Scale === 2 ? words.wall.spo2Scale2 : null,
  ].filter((fact) => fact !== null);
  return (
    <div className="identity">
      <h1>{record.name}</h1>
      <span className="identity-facts">{facts.join(' · ')}</span>
      <StatusChip view={view} />
      {view.limitsChanged && <span className="chip">{words.alerts.limitsChanged}</span>}
    </div>
  );
}

function StatusChip({ view }: { view: PatientView }) {
  const { status } = view.record;
  return <span className={`chip ${status === 'critical' ? 'chip-7' : ''}`}>{words.status[status] ?? status}</span>;
}
