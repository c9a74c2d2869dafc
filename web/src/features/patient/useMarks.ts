import { useQuery } from '@tanstack/react-query';
import { useMemo, useSyncExternalStore } from 'react';
import { may } from '../../api/me';
import type { Alert } from '../../live/alertTypes';
import { useCareApi, useCareFeed } from '../../ui/care';
import { useServices } from '../../ui/services';
import { type Marks, marksOf, NO_MARKS } from './trends/marks';
import type { Span } from './trends/range';

const REFRESH_MS = 30_000;
const STEP_MS = 60_000;

/** Limits in force and alerts of a patient for the trends; none for patients themselves, who see no alerts. `now` in milliseconds. */
export function useMarks(patientId: string, span: Span, now: number): Marks {
  const { user } = useServices();
  const api = useCareApi();
  const enabled = may(user, 'patients.read');
  // By the minute: a range that moves with the time asks no question each second.
  const since = new Date(Math.floor(span.from / STEP_MS) * STEP_MS).toISOString();
  const alerts = useQuery({
    queryKey: ['alerts', patientId, since],
    queryFn: ({ signal }) => api.alerts({ patient: patientId, since }, signal),
    refetchInterval: REFRESH_MS,
    placeholderData: (before) => before,
    enabled,
  });
  const limits = useQuery({
    queryKey: ['limits', 'patients', patientId],
    queryFn: ({ signal }) => api.limits('patients', patientId, signal),
    enabled,
  });
  const kinds = useQuery({
    queryKey: ['alert-kinds'],
    queryFn: ({ signal }) => api.kinds(signal),
    staleTime: Number.POSITIVE_INFINITY,
    enabled,
  });
  // One that began before the range and still stands is not among those raised since.
  const feed = useCareFeed();
  const standing = useSyncExternalStore(feed?.store.subscribe ?? nothing, () => feed?.store.book.of(patientId) ?? NONE);
  const minute = Math.ceil(now / 5000) * 5000;
  return useMemo(
    () =>
      enabled
        ? marksOf(together(alerts.data?.items ?? [], standing), limits.data?.items ?? [], kinds.data ?? [], minute)
        : NO_MARKS,
    [enabled, alerts.data, standing, limits.data, kinds.data, minute],
  );
}

const NONE: readonly Alert[] = [];
const nothing = (): (() => void) => () => undefined;

function together(raised: readonly Alert[], standing: readonly Alert[]): Alert[] {
  const all = new Map(raised.map((one) => [one.id, one]));
  for (const one of standing) all.set(one.id, one);
  return [...all.values()];
}
