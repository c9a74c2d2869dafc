import { useInfiniteQuery } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import type { BucketedHistory, NumericVital, Reading, Spread } from '../../../live/types';
import { clockOrDate, duration, news2Text, score, vitalNumber } from '../../../ui/format';
import { useServices } from '../../../ui/services';
import { ProblemState } from '../../../ui/states';
import { words } from '../../../ui/words';
import type { Span } from './range';

const PAGE_ROWS = 50;
const COLUMNS: readonly NumericVital[] = ['hr', 'spo2', 'rr'];

interface TableProps {
  patientId: string;
  history: BucketedHistory;
  span: Span;
  now: number;
}

/** The same range as the charts, as rows: the buckets that are drawn, or every single reading. */
export function TrendTable(props: TableProps) {
  const [single, setSingle] = useState(false);
  return (
    <div className="table-view">
      <fieldset className="segment table-kind">
        <legend className="hidden-words">{words.table.rows}</legend>
        <button type="button" aria-pressed={!single} onClick={() => setSingle(false)}>
          {words.table.asDrawn}
        </button>
        <button type="button" aria-pressed={single} onClick={() => setSingle(true)}>
          {words.table.single}
        </button>
      </fieldset>
      {single ? <SingleReadings {...props} /> : <Buckets {...props} />}
    </div>
  );
}

function Buckets({ history, now }: TableProps) {
  // Newest first: what is asked about is mostly recent, and the charts hold the rest.
  const rows = [...history.items].reverse();
  const pages = Math.max(1, Math.ceil(rows.length / PAGE_ROWS));
  const [page, setPage] = useState(0);
  const shown = Math.min(page, pages - 1);
  return (
    <>
      <Grid caption={words.table.caption(duration(history.bucketSeconds))} last={words.table.count}>
        {rows.slice(shown * PAGE_ROWS, (shown + 1) * PAGE_ROWS).map((bucket) => (
          <tr key={bucket.start}>
            <th scope="row">{clockOrDate(bucket.start, now)}</th>
            {COLUMNS.map((key) => (
              <td key={key}>{spreadText(key, bucket.vitals[key])}</td>
            ))}
            <td>{pressure(bucket.vitals.sbp?.mean, bucket.vitals.dbp?.mean)}</td>
            <td>{spreadText('temp', bucket.vitals.temp)}</td>
            <td>{bucket.news2 ? news2Text(bucket.news2) : words.none}</td>
            <td>{bucket.anomaly ? score(bucket.anomaly.max) : words.none}</td>
            <td>{bucket.count}</td>
          </tr>
        ))}
      </Grid>
      <Pager
        page={shown + 1}
        pages={pages}
        previous={shown > 0 ? () => setPage(shown - 1) : null}
        next={shown < pages - 1 ? () => setPage(shown + 1) : null}
      />
    </>
  );
}

function SingleReadings({ patientId, span, now }: TableProps) {
  const { api } = useServices();
  // Fixed while it is read: rows must not move under the reader.
  const [range] = useState(span);
  const [page, setPage] = useState(0);
  const query = useInfiniteQuery({
    queryKey: ['readings', patientId, range.from, range.to],
    queryFn: ({ pageParam, signal }) =>
      api.readings(patientId, { start: range.from, end: range.to, limit: PAGE_ROWS, after: pageParam }, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next,
    refetchInterval: false,
  });
  if (query.isError) return <ProblemState error={query.error} retry={() => void query.refetch()} />;
  const pages = query.data?.pages ?? [];
  const items = pages[page]?.items ?? [];
  const more = page < pages.length - 1 || query.hasNextPage;
  const next = async (): Promise<void> => {
    if (page >= pages.length - 1) await query.fetchNextPage();
    setPage(page + 1);
  };
  return (
    <>
      <Grid caption={words.table.captionSingle} last={words.table.late}>
        {items.map((reading) => (
          <ReadingRow key={`${reading.at}/${reading.device}`} reading={reading} now={now} />
        ))}
      </Grid>
      <Pager
        page={page + 1}
        pages={null}
        previous={page > 0 ? () => setPage(page - 1) : null}
        next={more && !query.isFetching ? () => void next() : null}
      />
    </>
  );
}

function ReadingRow({ reading, now }: { reading: Reading; now: number }) {
  const { vitals } = reading;
  return (
    <tr>
      <th scope="row">{clockOrDate(reading.at, now)}</th>
      {COLUMNS.map((key) => (
        <td key={key}>{number(key, vitals[key])}</td>
      ))}
      <td>{pressure(vitals.sbp, vitals.dbp)}</td>
      <td>{number('temp', vitals.temp)}</td>
      <td>{reading.news2 ? news2Text(reading.news2) : words.none}</td>
      <td>{reading.anomaly ? score(reading.anomaly.score) : words.none}</td>
      <td>{reading.late ? `${words.table.lateYes}, ${clockOrDate(reading.receivedAt, now)}` : ''}</td>
    </tr>
  );
}

function Grid({ caption, last, children }: { caption: string; last: string; children: ReactNode }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable with the keyboard
    <section className="table-scroll" tabIndex={0} aria-label={caption}>
      <table>
        <caption>{caption}</caption>
        <thead>
          <tr>
            <th scope="col">{words.table.time}</th>
            {COLUMNS.map((key) => (
              <th key={key} scope="col">
                {words.vitalShort[key]} {words.vitalUnit[key]}
              </th>
            ))}
            <th scope="col">
              {words.table.bp} {words.vitalUnit.sbp}
            </th>
            <th scope="col">{words.vitalUnit.temp}</th>
            <th scope="col">{words.table.news2}</th>
            <th scope="col">{words.table.anomaly}</th>
            <th scope="col">{last}</th>
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </section>
  );
}

interface PagerProps {
  page: number;
  pages: number | null;
  previous: (() => void) | null;
  next: (() => void) | null;
}

function Pager({ page, pages, previous, next }: PagerProps) {
  return (
    <div className="pager">
      <button type="button" className="button" disabled={!previous} onClick={previous ?? undefined}>
        {words.table.previous}
      </button>
      <span role="status">{words.table.page(page, pages)}</span>
      <button type="button" className="button" disabled={!next} onClick={next ?? undefined}>
        {words.table.next}
      </button>
    </div>
  );
}

const number = (key: NumericVital, value: number | undefined): string =>
  value === undefined ? words.none : vitalNumber(key, value);

function spreadText(key: NumericVital, one: Spread | undefined): string {
  if (!one) return words.none;
  const mean = vitalNumber(key, one.mean);
  const [min, max] = [vitalNumber(key, one.min), vitalNumber(key, one.max)];
  return min === max ? mean : `${mean} (${min} – ${max})`;
}

const pressure = (sbp: number | undefined, dbp: number | undefined): string =>
  sbp === undefined && dbp === undefined ? words.none : `${number('sbp', sbp)}/${number('dbp', dbp)}`;
