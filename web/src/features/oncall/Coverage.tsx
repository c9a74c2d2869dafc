import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useCareApi, useNow } from '../../ui/care';
import { timeOrDate } from '../../ui/format';
import { Choice } from '../../ui/forms';
import { ProblemState } from '../../ui/states';
import { SkeletonRows } from '../../ui/Table';
import { words } from '../../ui/words';
import { useOnCallApi } from './common';
import { matrixOf } from './week';

const text = words.oncall;
/** The others stand in the table. */
const MOST_SENTENCES = 8;
const REFRESH_MS = 300_000;

interface Props {
  ward: string;
  wards: readonly { id: string; name: string }[];
  choose(ward: string): void;
}

/** For each bed and kind of alert whether somebody would be reached; what would not work in a sentence. */
export function Coverage({ ward, wards, choose }: Props) {
  const api = useOnCallApi();
  const care = useCareApi();
  const now = useNow();
  const [all, setAll] = useState(false);
  const coverage = useQuery({
    queryKey: ['coverage', ward],
    queryFn: ({ signal }) => api.coverage(ward, signal),
    refetchInterval: REFRESH_MS,
    enabled: ward !== '',
  });
  const kinds = useQuery({
    queryKey: ['alert-kinds'],
    queryFn: ({ signal }) => care.kinds(signal),
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  });
  const nameOf = (type: string): string => kinds.data?.find((one) => one.type === type)?.name ?? type;
  const matrix = coverage.data ? matrixOf(coverage.data) : null;
  const types = matrix?.types.filter((one) => all || one.holes > 0) ?? [];
  return (
    <section className="coverage" aria-labelledby="coverage-title">
      <h2 id="coverage-title">{text.coverage}</h2>
      <p className="soft">{text.coverageHelp}</p>
      <div className="tools">
        <Choice
          label={text.coverageWard}
          value={ward}
          choose={choose}
          options={wards.map(({ id, name }) => [id, name] as const)}
        />
        <label className="choice">
          <input type="checkbox" checked={all} onChange={(event) => setAll(event.target.checked)} />
          {text.showAll}
        </label>
      </div>
      {coverage.isError && <ProblemState error={coverage.error} retry={() => void coverage.refetch()} />}
      {!coverage.data && !coverage.isError && ward !== '' && <SkeletonRows />}
      {coverage.data && matrix && (
        <>
          <p className={coverage.data.holes > 0 ? 'oncall-hole' : ''} role="status">
            {coverage.data.holes > 0 && '● '}
            {text.holes(coverage.data.holes)}{' '}
            <span className="soft">{text.checked(timeOrDate(coverage.data.checkedAt, now))}</span>
          </p>
          <ul className="coverage-holes">
            {matrix.sentences.slice(0, MOST_SENTENCES).map(({ hole, beds }) => (
              <li key={hole}>
                {hole} <span className="soft">{beds.length > 1 && words.roster.bed(beds.join(', '))}</span>
              </li>
            ))}
            {matrix.sentences.length > MOST_SENTENCES && (
              <li className="soft">{words.alerts.toast.more(matrix.sentences.length - MOST_SENTENCES)}</li>
            )}
          </ul>
          {types.length > 0 && (
            // biome-ignore lint/a11y/noNoninteractiveTabindex: what is scrolled must be reached by keyboard
            <section className="matrix" tabIndex={0} aria-label={text.matrix}>
              <table className="data data-wide">
                <caption className="hidden-words">{text.coverage}</caption>
                <thead>
                  <tr>
                    <th scope="col">{words.alerts.list.cause}</th>
                    {matrix.beds.map((bed) => (
                      <th key={bed} scope="col">
                        <span className="hidden-words">{text.coverageBed} </span>
                        {bed}
                      </th>
                    ))}
                  </tr>
                </thead>
                <tbody>
                  {types.map(({ type, cells }) => (
                    <tr key={type}>
                      <th scope="row">{nameOf(type)}</th>
                      {cells.map((cell, index) => (
                        <td
                          key={matrix.beds[index]}
                          className={cell?.hole ? 'oncall-hole' : 'matrix-no'}
                          title={
                            cell?.hole ?? cell?.steps.map((step) => `${step.to}: ${step.people.join(', ')}`).join(' → ')
                          }
                        >
                          {cell === null ? words.none : cell.hole ? text.holeCell : text.coveredCell}
                        </td>
                      ))}
                    </tr>
                  ))}
                </tbody>
              </table>
            </section>
          )}
        </>
      )}
    </section>
  );
}
