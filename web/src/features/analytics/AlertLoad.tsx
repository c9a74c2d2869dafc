import { useQuery } from '@tanstack/react-query';
import type { AlertCause, AlertLoad, AnalyticsApi, Spread } from '../../api/analytics';
import { PageState, ProblemState, Skeleton } from '../../ui/states';
import { type Column, Table } from '../../ui/Table';
import { words } from '../../ui/words';
import { Budgets } from './Budgets';
import { one, percent, responseLength, whole } from './figures';
import { HoursOfDay } from './HoursOfDay';
import { Tile } from './Tile';

const text = words.analytics;
const load = text.load;
const REFRESH_MS = 30_000;
const AWAY_MS = 3_000;
const SHAPES = ['a', 'b', 'c', 'd', 'e', 'f'];

/** How many alerts there are, what they turn out to be, how soon somebody comes, and what is left of today's budgets. */
export function AlertLoadSection({ api, ward }: { api: AnalyticsApi; ward: string }) {
  const found = useQuery({
    queryKey: ['alert-load', ward],
    queryFn: ({ signal }) => api.alerts(ward, signal),
    retry: 1,
    retryDelay: 500,
    refetchInterval: (query) => (query.state.fetchFailureCount > 0 ? AWAY_MS : REFRESH_MS),
  });
  return (
    <section aria-labelledby="alert-load">
      <h2 id="alert-load" className="figure-period">
        {load.title}
      </h2>
      {found.data ? (
        <Shown api={api} found={found.data} />
      ) : found.error ? (
        <ProblemState error={found.error} retry={() => void found.refetch()} />
      ) : (
        <Skeleton>
          <div className="figure-tiles">
            {SHAPES.map((shape) => (
              <div key={shape} className="figure-tile" />
            ))}
          </div>
        </Skeleton>
      )}
    </section>
  );
}

function Shown({ api, found }: { api: AnalyticsApi; found: AlertLoad }) {
  const { judgements } = found;
  return (
    <>
      {found.alerts === 0 && found.incidents === 0 ? (
        <PageState>
          <p>{load.none}</p>
        </PageState>
      ) : (
        <>
          <dl className="figure-tiles">
            <Tile
              label={load.perBedDay}
              value={found.perBedDay === null ? text.unknown : one(found.perBedDay)}
              note={`${load.inAll(whole(found.alerts), one(found.bedDays))} · ${load.technical(whole(found.technical))}`}
            />
            <Tile
              label={load.needed}
              value={percent(judgements.neededActionShare)}
              note={load.judged(percent(judgements.judgedShare), whole(judgements.judged))}
              help={load.neededHelp}
            />
            <Taken
              label={load.acknowledged}
              spread={found.acknowledgedFromOnset}
              of={found}
              help={load.acknowledgedHelp}
            />
            <Taken
              label={load.fromDelivery}
              spread={found.acknowledgedFromDelivery}
              of={found}
              help={load.fromDeliveryHelp}
            />
            <Taken label={load.reviewed} spread={found.reviewed} of={found} />
            <Taken label={load.resolved} spread={found.resolved} of={found} />
          </dl>
          <HoursOfDay hours={found.byHourOfDay} zone={found.timeZone} />
          <section className="figure-card" aria-labelledby="figures-causes">
            <h2 id="figures-causes">{load.causes}</h2>
            <Table
              caption={load.causes}
              rows={found.topCauses}
              rowKey={(cause) => `${cause.ward} ${cause.type}`}
              columns={causeColumns}
            />
          </section>
        </>
      )}
      <Budgets api={api} wards={found.wards} />
    </>
  );
}

function Taken({ label, spread, of, help = '' }: { label: string; spread: Spread; of: AlertLoad; help?: string }) {
  const known = load.incidents(whole(spread.count), whole(of.incidents));
  return (
    <Tile
      label={label}
      value={responseLength(spread.median)}
      note={spread.count > 0 ? text.p90(responseLength(spread.p90), known) : known}
      help={help}
    />
  );
}

const causeColumns: Column<AlertCause>[] = [
  { label: load.cause, head: true, cell: (cause) => cause.name },
  { label: text.ward, cell: (cause) => cause.wardName },
  { label: load.alerts, cell: (cause) => whole(cause.alerts) },
  { label: load.share, cell: (cause) => percent(cause.share) },
  { label: load.needed, cell: (cause) => percent(cause.judgements.neededActionShare) },
];
