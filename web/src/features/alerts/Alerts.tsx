import { useQuery } from '@tanstack/react-query';
import { useMemo, useRef, useState } from 'react';
import type { CareStore } from '../../live/careStore';
import { isMine } from '../../ui/Bell';
import { useCare, useCareApi, useCareFeed, useNow } from '../../ui/care';
import { useFilters } from '../../ui/filters';
import { Choice } from '../../ui/forms';
import { LinkLost } from '../../ui/LinkLost';
import { useServices } from '../../ui/services';
import { PageState, ProblemState } from '../../ui/states';
import { SkeletonRows } from '../../ui/Table';
import { shortWardOf, useWards } from '../../ui/usePatients';
import { words } from '../../ui/words';
import { AlertRows } from './AlertRows';
import { type AlertRow, alertRows, arrange, grouped, incidentRow, type Order, orderOf } from './rows';
import './alerts.css';

const text = words.alerts.list;
const FILTERS = ['group', 'ward', 'priority', 'show'] as const;

/** One list, grouped by priority or by ward; what is resolved on another leaf of it. */
export function Alerts() {
  const feed = useCareFeed();
  const filters = useFilters(FILTERS);
  const { wards } = useWards();
  return (
    <main id="content" className="sheet alerts" tabIndex={-1}>
      <search className="filters" aria-label={text.title}>
        <Choice
          label={text.group}
          value={filters.values.group}
          choose={(group) => filters.set({ group })}
          options={[
            ['', text.groups.priority ?? ''],
            ['ward', text.groups.ward ?? ''],
          ]}
        />
        <Choice
          label={text.ward}
          value={filters.values.ward}
          choose={(ward) => filters.set({ ward })}
          options={[['', text.allWards], ...wards.map(({ id, name }) => [id, name] as const)]}
        />
        <Choice
          label={text.priority}
          value={filters.values.priority}
          choose={(priority) => filters.set({ priority })}
          options={Object.entries(text.priorities)}
        />
        <Choice
          label={text.show}
          value={filters.values.show}
          choose={(show) => filters.set({ show })}
          options={Object.entries(text.shows)}
        />
      </search>
      {filters.values.show === 'closed' ? (
        <Closed {...filters.values} wards={wards} />
      ) : feed ? (
        <Standing key={Object.values(filters.values).join('/')} store={feed.store} {...filters.values} wards={wards} />
      ) : (
        <SkeletonRows />
      )}
    </main>
  );
}

interface ListProps {
  group: string;
  ward: string;
  priority: string;
  show: string;
  wards: readonly { id: string; name: string }[];
}

function Standing({ store, group, ward, priority, show, wards }: ListProps & { store: CareStore }) {
  const { user } = useServices();
  const ready = useCare(store, (s) => s.ready);
  const lost = useCare(store, (s) => s.lost);
  const alerts = useCare(store, (s) => s.alerts);
  const incidents = useCare(store, (s) => s.incidents);
  const now = useNow();
  const rows = useMemo(
    () => alertRows(alerts, incidents, { ward, priority, mine: show === 'mine' ? (one) => isMine(one, user) : null }),
    [alerts, incidents, ward, priority, show, user],
  );
  const [order, setOrder] = useState<Order | null>(null);
  const last = useRef(new Map<string, AlertRow>());
  for (const row of rows) last.current.set(row.key, row);
  if (!ready) return <SkeletonRows />;
  // An empty list has nobody's finger over it.
  const used = order === null || order.keys.length === 0 ? orderOf(rows) : order;
  if (order === null && rows.length > 0) setOrder(used);
  const { shown, fresh } = arrange(rows, used, last.current);
  return (
    <>
      <LinkLost lost={lost} />
      <div role="status">
        {fresh > 0 && (
          <div className="fresh">
            <b>{text.fresh(fresh)}</b>
            <button type="button" className="button button-press" onClick={() => setOrder(orderOf(rows))}>
              {text.showFresh}
            </button>
          </div>
        )}
      </div>
      {shown.length === 0 ? (
        <PageState>
          <p>{show === 'mine' ? text.noneMine : ward || priority ? text.noneFound : text.none}</p>
        </PageState>
      ) : (
        grouped(
          shown,
          group === 'ward' ? 'ward' : 'priority',
          wards.map((one) => one.id),
        ).map(({ key, rows: inGroup }) => (
          <AlertRows
            key={key}
            title={group === 'ward' ? titleOfWard(key, wards) : words.alerts.priority[key as 'high']}
            rows={inGroup}
            wards={wards}
            now={now}
          />
        ))
      )}
    </>
  );
}

const titleOfWard = (id: string, wards: ListProps['wards']): string =>
  id === '' ? text.noWard : (wards.find((one) => one.id === id)?.name ?? shortWardOf(wards, id));

/** What has been resolved, the newest first. */
function Closed({ ward, priority, wards }: ListProps) {
  const api = useCareApi();
  const now = useNow();
  const closed = useQuery({
    queryKey: ['incidents', 'closed', ward, priority],
    queryFn: ({ signal }) => api.incidents({ state: 'closed', ward, priority, limit: '100' }, signal),
  });
  if (closed.isError) return <ProblemState error={closed.error} retry={() => void closed.refetch()} />;
  if (!closed.data) return <SkeletonRows />;
  const rows = closed.data.items.map((one) => ({ row: incidentRow(one, []), over: false }));
  if (rows.length === 0)
    return (
      <PageState>
        <p>{text.noneClosed}</p>
      </PageState>
    );
  return <AlertRows title={text.shows.closed ?? ''} rows={rows} wards={wards} now={now} />;
}
