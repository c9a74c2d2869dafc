import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useEffect, useMemo, useState } from 'react';
import { useSearchParams } from 'react-router';
import type { ServerClock } from '../../../live/clock';
import type { BucketedHistory } from '../../../live/types';
import { useServices } from '../../../ui/services';
import { type RangeChoice, readRange, refreshMs, type Span, spanOf, writeRange } from './range';

/** Zooming goes through many ranges: only the one where the reader rests is asked of the server and kept in the address. */
const REST_MS = 300;

export interface TrendState {
  choice: RangeChoice;
  /** What the time axis shows. */
  span: Span;
  history: BucketedHistory | undefined;
  error: unknown;
  retry(): void;
  choose(choice: RangeChoice): void;
}

/** How much before and after a time is shown around it. */
const AROUND_MS = 1_800_000;

/** `around`: the time that is in the middle unless the address says otherwise; null: the last hour. */
export function useTrends(patientId: string, clock: ServerClock, around: number | null = null): TrendState {
  const { api } = useServices();
  const [query, setQuery] = useSearchParams();
  const [choice, choose] = useState<RangeChoice>(() => {
    const asked = readRange(query);
    if (around === null || query.has('range')) return asked;
    return { ...asked, fixed: { from: around - AROUND_MS, to: Math.min(around + AROUND_MS, clock.now()) } };
  });
  const rested = useRested(choice);

  useEffect(() => {
    setQuery(writeRange(rested), { replace: true });
  }, [rested, setQuery]);

  const answer = useQuery({
    queryKey: ['history', patientId, rested.preset, rested.fixed?.from ?? null, rested.fixed?.to ?? null],
    queryFn: async ({ signal }) => {
      const span = spanOf(rested, clock.now());
      return { span, history: await api.buckets(patientId, span.from, span.to, signal) };
    },
    placeholderData: keepPreviousData,
    refetchInterval: rested.fixed ? false : refreshMs(rested.preset),
  });

  const following = answer.data?.span;
  const span = useMemo(
    () => choice.fixed ?? (choice === rested && !answer.isPlaceholderData && following) ?? null,
    [choice, rested, answer.isPlaceholderData, following],
  );
  return {
    choice,
    span: span || spanOf(choice, clock.now()),
    history: answer.data?.history,
    error: answer.error,
    retry: () => void answer.refetch(),
    choose,
  };
}

function useRested(choice: RangeChoice): RangeChoice {
  const [rested, setRested] = useState(choice);
  useEffect(() => {
    if (choice === rested) return;
    // A press on a range is a decision; a zoom is on its way somewhere.
    const timer = setTimeout(() => setRested(choice), choice.fixed ? REST_MS : 0);
    return () => clearTimeout(timer);
  }, [choice, rested]);
  return rested;
}
