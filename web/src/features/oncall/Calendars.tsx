import { useQueries } from '@tanstack/react-query';
import { type KeyboardEvent, useState } from 'react';
import { useNow } from '../../ui/care';
import { words } from '../../ui/words';
import { useOnCallApi } from './common';
import { ends, WeekDays, WeekRow, WeekTurner } from './WeekRow';
import { type DutyGroup, gapsOf, weekOf } from './week';

const text = words.oncall;
const ROWS = ['final', 'rotation', 'overrides'] as const;

/** A week, tier by tier: who is on duty in the end, and how that comes about. */
export function Calendars({ group, name }: { group: DutyGroup; name: string }) {
  const api = useOnCallApi();
  const now = useNow();
  const [later, setLater] = useState(0);
  const week = weekOf(now, later);
  const calendars = useQueries({
    queries: group.schedules.map(({ id }) => ({
      queryKey: ['calendar', id, week.from],
      queryFn: ({ signal }: { signal: AbortSignal }) => api.calendar(id, week.from, week.until, signal),
    })),
  });
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    if (event.key === 'ArrowLeft') setLater(later - 1);
    else if (event.key === 'ArrowRight') setLater(later + 1);
    else if (event.key.toLowerCase() === 't') setLater(0);
    else return;
    event.preventDefault();
  };
  const gaps = group.schedules.flatMap((schedule, index) =>
    gapsOf(calendars[index]?.data?.final ?? [], now).map((gap) => ({ tier: schedule.tier, gap })),
  );
  const part = ((now - week.from) / (week.until - week.from)) * 100;
  return (
    <div className="week">
      <WeekTurner week={week} later={later} turn={setLater} />
      <section
        className="week-grid"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: takes keys that move by a week
        tabIndex={0}
        aria-label={`${text.calendar(name)}. ${text.calendarHelp}`}
        onKeyDown={onKeyDown}
      >
        <WeekDays week={week} now={now} />
        {group.schedules.map((schedule, index) => (
          <div key={schedule.id} className="week-tier">
            <h3>
              {text.tier(schedule.tier)} <span className="soft">{schedule.name}</span>
            </h3>
            {calendars[index]?.isError && <p role="alert">{text.failed}</p>}
            {ROWS.map((row) => (
              <WeekRow
                key={row}
                name={text.rows[row] ?? row}
                final={row === 'final'}
                stretches={calendars[index]?.data?.[row] ?? []}
                week={week}
                now={part >= 0 && part <= 100 ? part : null}
              />
            ))}
          </div>
        ))}
      </section>
      <p className={gaps.length > 0 ? 'oncall-hole' : 'soft'}>
        {gaps.length === 0
          ? text.gapsNone
          : `● ${text.gaps}: ${gaps.map(({ tier, gap }) => `${text.tier(tier)} ${text.gap(...ends(gap))}`).join('; ')}.`}{' '}
        <span className="soft">{text.zone(Intl.DateTimeFormat().resolvedOptions().timeZone)}.</span>
      </p>
    </div>
  );
}
