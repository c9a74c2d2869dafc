import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Link } from 'react-router';
import { may } from '../../api/me';
import type { PatientEntry } from '../../api/patientShapes';
import { csvOf, download } from '../../ui/csv';
import { type Filters, useFilters } from '../../ui/filters';
import { ageAt, dayMonthYear, localDay, timeOrDate } from '../../ui/format';
import { Choice } from '../../ui/forms';
import { statusText } from '../../ui/identity';
import { LinkLost } from '../../ui/LinkLost';
import { loadAgain } from '../../ui/loadAgain';
import { SearchBox } from '../../ui/SearchBox';
import { useServices } from '../../ui/services';
import { type Column, PagedTable, rowsOf, usePages } from '../../ui/Table';
import { shortWardOf, usePatientNews, usePatients, useWards } from '../../ui/usePatients';
import { words } from '../../ui/words';
import { FILTERS, LIST_HEAD, listCsvRow, listQuery } from './listRows';
import { Register } from './Register';
import './patients.css';

const text = words.patients.list;
const PAGE = '50';

/** Everybody there is in reach, found by name or record number. What comes or goes announces itself above and moves no row. */
export function Patients() {
  const api = usePatients();
  const { user } = useServices();
  const { wards } = useWards();
  const filters = useFilters(FILTERS);
  const query = listQuery(filters.values);
  const [registering, setRegistering] = useState(false);
  const patients = usePages(['patients', query], (after, signal) =>
    api.patients({ ...query, limit: PAGE, after }, signal),
  );
  const shown = rowsOf(patients);
  const { fresh, stale, lost, show: showFresh } = useFresh(filters.values.ward);
  const save = (): void =>
    download(`${text.file}-${localDay(Date.now())}.csv`, csvOf(LIST_HEAD, shown.map(listCsvRow)));
  return (
    <main id="content" className="sheet" tabIndex={-1}>
      <LinkLost lost={lost} />
      <div className="tools">
        <SearchBox hint={text.searchHint} value={filters.values.search} set={(search) => filters.set({ search })} />
        <span className="grow" />
        {may(user, 'patients.import') && (
          <Link className="button" to="/patients/import">
            {words.patients.import.action}
          </Link>
        )}
        <button type="button" className="button" disabled={shown.length === 0} onClick={save}>
          {text.csv}
        </button>
        {may(user, 'patients.register') && (
          <button type="button" className="button button-press" onClick={() => setRegistering(true)}>
            {words.patients.register.action}
          </button>
        )}
      </div>
      <ListFilters filters={filters} wards={wards} />
      <div role="status">
        {(fresh > 0 || stale) && (
          <div className="fresh">
            <b>{stale ? text.stale : text.fresh(fresh)}</b>
            <button type="button" className="button" onClick={showFresh}>
              {text.showFresh}
            </button>
          </div>
        )}
      </div>
      <div className="patient-list">
        <PagedTable
          paged={patients}
          caption={text.table}
          empty={filters.any ? text.none : text.noneAtAll}
          columns={columns((ward) => shortWardOf(wards, ward))}
          rowKey={(one) => one.id}
          rowClass={(one) => (one.bed === null ? 'row-off' : '')}
        />
      </div>
      {registering && <Register close={() => setRegistering(false)} typed={filters.values.search} />}
    </main>
  );
}

interface ListFiltersProps {
  filters: Filters<(typeof FILTERS)[number]>;
  wards: readonly { id: string; name: string }[];
}

function ListFilters({ filters: { values, set, clear, any }, wards }: ListFiltersProps) {
  return (
    <fieldset className="filters list-filters">
      <legend className="hidden-words">{text.filters}</legend>
      <Choice
        label={text.ward}
        value={values.ward}
        choose={(ward) => set({ ward })}
        options={[['', text.allWards], ...wards.map((one) => [one.id, one.name] as const)]}
      />
      <Choice
        label={text.present}
        value={values.present}
        choose={(present) => set({ present })}
        options={['', 'true', 'false'].map((one) => [one, text.presence[one] ?? one] as const)}
      />
      <Choice
        label={text.status}
        value={values.status}
        choose={(status) => set({ status })}
        options={[
          ['', text.allStatuses],
          ...['critical', 'observation', 'stable', 'admitted', 'discharged'].map(
            (one) => [one, statusText(one)] as const,
          ),
        ]}
      />
      {any && (
        <div className="form-buttons">
          <button type="button" className="button" onClick={clear}>
            {words.admin.clear}
          </button>
        </div>
      )}
    </fieldset>
  );
}

/** How many came, moved or left since the list was loaded. A new status is written into its row at once. */
function useFresh(ward: string): { fresh: number; stale: boolean; lost: boolean; show(): void } {
  const [stale, setStale] = useState(false);
  const client = useQueryClient();
  const [fresh, setFresh] = useState<ReadonlySet<string>>(new Set());
  const patch = (id: string, status: string, at: number): void => {
    client.setQueriesData<{ pages: { items: PatientEntry[] }[] }>({ queryKey: ['patients'] }, (data) =>
      data?.pages
        ? {
            ...data,
            pages: data.pages.map((page) => ({
              ...page,
              items: page.items.map((one) => (one.id === id ? { ...one, status, statusSince: at } : one)),
            })),
          }
        : data,
    );
    // An answer that is on its way was asked for before this, and would take it back.
    if (client.isFetching({ queryKey: ['patients'] }) > 0) void loadAgain(client, ['patients']);
  };
  const lost = usePatientNews(
    ward ? `ward=${encodeURIComponent(ward)}` : '',
    (news) => {
      if (news.kind === 'status' || news.kind === 'critical') patch(news.patient, news.status, news.at);
      else setFresh((before) => new Set([...before, news.patient]));
    },
    // Before the first word the list was only just loaded: asking again moves no row that anybody has looked at.
    (anew) => (anew ? setStale(true) : void loadAgain(client, ['patients'])),
  );
  const show = (): void => {
    setFresh(new Set());
    setStale(false);
    void loadAgain(client, ['patients']);
  };
  return { fresh: fresh.size, stale, lost, show };
}

function columns(wardName: (id: string) => string): Column<PatientEntry>[] {
  const now = Date.now();
  return [
    {
      label: text.name,
      head: true,
      cell: (one) => (
        <Link className="row-link" to={`/patient/${encodeURIComponent(one.id)}`}>
          {one.name}
        </Link>
      ),
    },
    { label: text.record, cell: (one) => one.recordNumber, className: 'nowrap' },
    {
      label: text.born,
      cell: (one) => (
        <>
          {dayMonthYear(one.dateOfBirth)} <span className="soft">{ageAt(one.dateOfBirth, now)}</span>
        </>
      ),
    },
    { label: text.sex, cell: (one) => words.patients.sex[one.sex] ?? one.sex, className: 'list-sex' },
    {
      label: text.bed,
      cell: (one) => (one.ward && one.bed ? words.patients.place(wardName(one.ward), one.bed) : words.none),
      className: 'nowrap',
    },
    {
      label: text.status,
      className: 'list-status',
      cell: (one) => (
        <>
          <span className={`chip ${one.status === 'critical' ? 'chip-7' : ''}`}>
            {one.mergedInto ? text.merged : statusText(one.status)}
          </span>{' '}
          {one.statusSince !== null && one.bed !== null && (
            <span className="soft">{words.patients.since(timeOrDate(one.statusSince, now))}</span>
          )}
        </>
      ),
    },
  ];
}
