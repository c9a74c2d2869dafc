import { useQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { AnalyticsApi, type AnalyticsDashboard, type WardFigures } from '../../api/analytics';
import { csvOf, download } from '../../ui/csv';
import { useFilters } from '../../ui/filters';
import { dayMonth, timeOrDate } from '../../ui/format';
import { useServices } from '../../ui/services';
import { PageState, ProblemState, Skeleton } from '../../ui/states';
import { type Column, Table } from '../../ui/Table';
import { words } from '../../ui/words';
import { AlertLoadSection } from './AlertLoad';
import { HourChart } from './Chart';
import { one, percent, stayLength, waitLength, whole } from './figures';
import { Tile } from './Tile';
import './analytics.css';

const text = words.analytics;
const REFRESH_MS = 30_000;
/** While the server is away it is asked more often: its return should show. */
const AWAY_MS = 3_000;
const SHAPES = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];

/** The last seven days of the wards within reach: tiles, charts and a table; refreshes by itself and moves nothing. */
export function Analytics() {
  const { session } = useServices();
  const api = useMemo(() => new AnalyticsApi(session), [session]);
  const { values, set } = useFilters(['ward']);
  const [wards, setWards] = useState<readonly WardFigures[]>([]);
  const figures = useQuery({
    queryKey: ['analytics', values.ward],
    queryFn: async ({ signal }) => {
      const found = await api.dashboard(values.ward, signal);
      // Asked about one ward the server names that one only: the others stay to be chosen.
      if (!values.ward || wards.length === 0)
        setWards((known) => (found.wards.length >= known.length ? found.wards : known));
      return found;
    },
    retry: 1,
    retryDelay: 500,
    refetchInterval: (query) => (query.state.fetchFailureCount > 0 ? AWAY_MS : REFRESH_MS),
  });
  const found = figures.data;
  const asOf = found ? timeOrDate(found.until, Date.now()) : '';
  return (
    <main id="content" className="page-main figures" tabIndex={-1}>
      <div className="figure-tools">
        {(wards.length > 1 || values.ward) && (
          <select
            className="pick"
            aria-label={text.ward}
            value={values.ward}
            onChange={(event) => set({ ward: event.target.value })}
          >
            <option value="">{text.allWards}</option>
            {wards.map((ward) => (
              <option key={ward.id} value={ward.id}>
                {ward.name}
              </option>
            ))}
          </select>
        )}
        <p className={figures.isError ? 'figure-asof figure-old' : 'figure-asof'} role="status">
          {found && (figures.isError ? text.old(asOf) : text.asOf(asOf))}
        </p>
        <span className="grow" />
        {found && (
          <button type="button" className="button" onClick={() => save(found)}>
            {text.csv}
          </button>
        )}
      </div>
      {found ? (
        <>
          <Shown found={found} />
          {found.wards.length > 0 && <AlertLoadSection api={api} ward={values.ward} />}
        </>
      ) : figures.error ? (
        <ProblemState error={figures.error} retry={() => void figures.refetch()} />
      ) : (
        <Skeleton>
          <div className="figure-tiles">
            {SHAPES.map((shape) => (
              <div key={shape} className="figure-tile" />
            ))}
          </div>
        </Skeleton>
      )}
    </main>
  );
}

function Shown({ found }: { found: AnalyticsDashboard }) {
  const { total, lengthOfStayHours: stays, waitingMinutes: waits } = found;
  if (found.wards.length === 0)
    return (
      <PageState>
        <p>{text.none}</p>
      </PageState>
    );
  return (
    <>
      <h2 className="figure-period">{text.lastDays}</h2>
      <dl className="figure-tiles">
        <Tile
          label={text.occupied}
          value={text.ofBeds(found.occupied, found.beds)}
          note={text.overDays(percent(total.occupancy))}
        />
        <Tile label={text.admissions} value={whole(total.admissions)} />
        <Tile label={text.discharges} value={whole(total.discharges)} />
        <Tile label={text.transfers} value={whole(total.transfers)} />
        <Tile label={text.critical} value={whole(total.turnedCritical)} />
        <Tile
          label={text.stay}
          value={stayLength(stays.median)}
          help={text.stayHelp}
          note={stays.count > 0 ? text.p90(stayLength(stays.p90), text.stays(stays.count)) : ''}
        />
        <Tile
          label={text.wait}
          value={waitLength(waits.median)}
          help={text.waitHelp}
          note={waits.count > 0 ? text.p90(waitLength(waits.p90), text.admitted(waits.count)) : ''}
        />
        <Tile
          label={text.readings}
          value={whole(total.readings)}
          note={`${text.perMinute(one(total.readingsPerMinute))} · ${
            total.lateReadings > 0 ? text.late(whole(total.lateReadings)) : text.noneLate
          }`}
        />
      </dl>
      <HourChart
        title={text.occupancyByHour}
        buckets={found.hours}
        value={(bucket) => bucket.figures.occupancy}
        write={percent}
        top={Math.max(1, ...found.hours.map((bucket) => bucket.figures.occupancy ?? 0))}
        colour="--spo2"
      />
      <HourChart
        title={text.readingsByHour}
        buckets={found.hours}
        value={(bucket) => bucket.figures.readingsPerMinute}
        write={(value) => one(value ?? 0)}
        top={null}
        colour="--hr"
      />
      <section className="figure-card" aria-labelledby="figures-days">
        <h2 id="figures-days">{text.comingAndGoing}</h2>
        <Table
          caption={text.comingAndGoing}
          rows={[...found.days].reverse()}
          rowKey={(day) => String(day.at)}
          columns={[
            { label: text.day, head: true, cell: (day) => dayMonth(day.at) },
            { label: text.admissions, cell: (day) => whole(day.figures.admissions) },
            { label: text.discharges, cell: (day) => whole(day.figures.discharges) },
            { label: text.transfers, cell: (day) => whole(day.figures.transfers) },
            { label: text.critical, cell: (day) => whole(day.figures.turnedCritical) },
            { label: text.occupancy, cell: (day) => percent(day.figures.occupancy) },
          ]}
        />
      </section>
      <section className="figure-card" aria-labelledby="figures-wards">
        <h2 id="figures-wards">{text.byWard}</h2>
        <Table caption={text.byWard} rows={found.wards} rowKey={(ward) => ward.id} columns={wardColumns} />
      </section>
    </>
  );
}

const wardColumns: Column<WardFigures>[] = [
  { label: text.ward, head: true, cell: (ward) => ward.name },
  { label: text.occupied, cell: (ward) => text.ofBeds(ward.occupied, ward.beds) },
  { label: text.occupancy, cell: (ward) => percent(ward.figures.occupancy) },
  { label: text.admissions, cell: (ward) => whole(ward.figures.admissions) },
  { label: text.discharges, cell: (ward) => whole(ward.figures.discharges) },
  { label: text.transfers, cell: (ward) => whole(ward.figures.transfers) },
  { label: text.critical, cell: (ward) => whole(ward.figures.turnedCritical) },
  { label: text.readings, cell: (ward) => text.perMinute(one(ward.figures.readingsPerMinute)) },
];

function save(found: AnalyticsDashboard): void {
  const rows = found.hours.map(({ at, figures }) => [
    new Date(at).toISOString(),
    figures.occupancy,
    figures.admissions,
    figures.discharges,
    figures.transfers,
    figures.turnedCritical,
    figures.readings,
    figures.lateReadings,
  ]);
  const head = [
    text.hour,
    text.occupancy,
    text.admissions,
    text.discharges,
    text.transfers,
    text.critical,
    text.readings,
    'Late',
  ];
  download(`${text.file}.csv`, csvOf(head, rows));
}
