import { useQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import type { PreviewCalendar, Schedule, Stretch } from '../../api/oncall';
import { useNow } from '../../ui/care';
import { useRested } from '../../ui/hooks';
import { useOnCallApi } from './common';
import { newScheduleOf, rulesOf, type ScheduleDraft } from './draft';
import { gapsOf, type Week, weekOf } from './week';

/** So long nothing is entered before the server is asked. */
const REST_MS = 400;

export interface Previewed {
  week: Week;
  /** How many weeks from this one. */
  later: number;
  turn(later: number): void;
  now: number;
  /** Null: none, because of something that is wrong, or not yet. */
  calendar: PreviewCalendar | null;
  /** Of the week, from now on. */
  gaps: Stretch[];
  /** Why the server shows none. */
  error: Error | null;
  /** What is shown is not yet what is entered. */
  waiting: boolean;
}

/**
 * A week of a schedule that is not saved yet, as the server would have it once it is saved. `draft`: null while something in it is
 * wrong. `schedule`: the one that it changes; null: a new one.
 */
export function usePreview(schedule: Schedule | null, draft: ScheduleDraft | null): Previewed {
  const api = useOnCallApi();
  const now = useNow();
  const [later, turn] = useState(0);
  const week = weekOf(now, later);
  const entered = useMemo(
    () => (draft === null ? null : schedule ? rulesOf(draft) : newScheduleOf(draft)),
    [draft, schedule],
  );
  const asked = useRested(entered, REST_MS);
  const found = useQuery({
    queryKey: ['schedule-preview', schedule?.id, schedule?.version, week.from, asked],
    queryFn: ({ signal }) => (asked ? api.preview(asked, schedule, week, signal) : null),
    enabled: asked !== null && schedule?.endedAt == null,
    placeholderData: (before) => before,
  });
  const calendar = entered === null || found.isError ? null : (found.data ?? null);
  return {
    week,
    later,
    turn,
    now,
    calendar,
    gaps: gapsOf(calendar?.final ?? [], now),
    error: entered === null ? null : found.error,
    waiting: entered !== null && (asked !== entered || found.isFetching),
  };
}
