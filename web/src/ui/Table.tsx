import './tables.css';
import type { UseInfiniteQueryResult } from '@tanstack/react-query';
import { type InfiniteData, useInfiniteQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import type { Page } from '../api/adminShapes';
import { PageState, ProblemState, Skeleton } from './states';
import { words } from './words';

export interface Column<T> {
  label: string;
  cell(row: T): ReactNode;
  /** The cell that names the row. */
  head?: boolean;
  /** Holds what is pressed: no heading is drawn above it. */
  actions?: boolean;
  className?: string;
}

interface TableProps<T> {
  caption: string;
  columns: readonly Column<T>[];
  rows: readonly T[];
  rowKey(row: T): string;
  rowClass?(row: T): string;
}

/** Rows and columns; on a phone each row becomes a card with the headings beside the values. */
export function Table<T>({ caption, columns, rows, rowKey, rowClass }: TableProps<T>) {
  return (
    <table className="data">
      <caption className="hidden-words">{caption}</caption>
      <thead>
        <tr>
          {columns.map((column) => (
            <th key={column.label} scope="col" className={column.className}>
              {column.actions ? <span className="hidden-words">{column.label}</span> : column.label}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={rowKey(row)} className={rowClass?.(row)}>
            {columns.map((column) => {
              const shared = { 'data-label': column.actions ? undefined : column.label, className: column.className };
              return column.head ? (
                <th key={column.label} scope="row" {...shared}>
                  {column.cell(row)}
                </th>
              ) : (
                <td key={column.label} {...shared}>
                  {column.cell(row)}
                </td>
              );
            })}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

type Paged<T> = UseInfiniteQueryResult<InfiniteData<Page<T>>>;

/** Lists that come page by page. */
export function usePages<T>(
  key: readonly unknown[],
  load: (after: string | null, signal: AbortSignal) => Promise<Page<T>>,
  /** After how many milliseconds it is asked for anew, by what there is. */
  again: (rows: readonly T[]) => number | false = () => false,
) {
  return useInfiniteQuery({
    queryKey: key,
    queryFn: ({ pageParam, signal }) => load(pageParam, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (last: Page<T>) => last.next,
    refetchInterval: (query) => again(query.state.data?.pages.flatMap((page) => page.items) ?? []),
  });
}

export const rowsOf = <T,>(paged: Paged<T>): T[] => paged.data?.pages.flatMap((page) => page.items) ?? [];

interface PagedTableProps<T> extends Omit<TableProps<T>, 'rows'> {
  paged: Paged<T>;
  empty: string;
  /** Order of what is shown, where it is not the server's. */
  arranged?(rows: T[]): T[];
}

/** A table with everything that can be instead of it: nothing yet, nothing at all, a failure, more to come. */
export function PagedTable<T>({ paged, empty, arranged, ...table }: PagedTableProps<T>) {
  const rows = rowsOf(paged);
  if (paged.isError && rows.length === 0)
    return <ProblemState error={paged.error} retry={() => void paged.refetch()} />;
  if (paged.isPending) return <SkeletonRows />;
  if (rows.length === 0)
    return (
      <PageState>
        <p>{empty}</p>
      </PageState>
    );
  return (
    <>
      <Table {...table} rows={arranged ? arranged(rows) : rows} />
      <div className="table-foot">
        {paged.hasNextPage && (
          <button
            type="button"
            className="button"
            disabled={paged.isFetchingNextPage}
            onClick={() => void paged.fetchNextPage()}
          >
            {words.admin.more}
          </button>
        )}
        <span role="status" className="field-hint">
          {words.admin.shown(rows.length, paged.hasNextPage)}
        </span>
        {paged.isError && <span role="alert">{words.action.away}</span>}
      </div>
    </>
  );
}

const SKELETON_ROWS = Array.from({ length: 8 }, (_, index) => `row-${index}`);

export function SkeletonRows() {
  return (
    <Skeleton>
      <div className="skeleton-rows" aria-hidden="true">
        {SKELETON_ROWS.map((key) => (
          <div key={key} className="skeleton" />
        ))}
      </div>
    </Skeleton>
  );
}
