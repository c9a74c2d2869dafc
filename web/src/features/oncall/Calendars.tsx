import { useQueries } from '@tanstack/react-query';
import { type CSSProperties, type KeyboardEvent, useState } from 'react';
import type { Stretch } from '../../api/oncall';
import { useNow } from '../../ui/care';
import { dayMonth, shortTime } from '../../ui/format';
import { words } from '../../ui/words';
import { useOnCallApi } from './OnCall';
import { bars, type DutyGroup, daysOf, gapsOf, type Week, weekOf } from './week';

const text = words.oncall;
const DAY = new Intl.DateTimeFormat('en-GB', { weekday: 'short' });
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
  const days = daysOf(week);
  const gaps = group.schedules.flatMap((schedule, index) =>
    gapsOf(calendars[index]?.data?.final ?? []).map((gap) => ({ tier: schedule.tier, gap })),
  );
  const part = ((now - week.from) / (week.until - week.from)) * 100;
  return (
    <div className="week">
      <div className="tools">
        <button type="button" className="button" onClick={() => setLater(later - 1)}>
          ‹ <span className="hidden-words">{text.previous}</span>
        </button>
        <b aria-live="polite">{text.week(dayMonth(week.from), dayMonth(week.until - 1))}</b>
        <button type="button" className="button" onClick={() => setLater(later + 1)}>
          › <span className="hidden-words">{text.next}</span>
        </button>
        <button type="button" className="button" disabled={later === 0} onClick={() => setLater(0)}>
          {text.today}
        </button>
      </div>
      <section
        className="week-grid"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: takes keys that move by a week
        tabIndex={0}
        aria-label={`${text.calendar(name)}. ${text.calendarHelp}`}
        onKeyDown={onKeyDown}
      >
        <div className="week-days" aria-hidden="true">
          {days.map((day) => (
            <span key={day} className={now >= day && now < day + 86_400_000 ? 'week-today' : ''}>
              {DAY.format(day)} {dayMonth(day)}
            </span>
          ))}
        </div>
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

const moment = (at: number): string => `${DAY.format(at)} ${shortTime(at)}`;
const ends = (one: Stretch): [string, string] => [moment(one.from), moment(one.until)];

interface RowProps {
  name: string;
  final: boolean;
  stretches: readonly Stretch[];
  week: Week;
  /** Where now is, in percent. */
  now: number | null;
}

function WeekRow({ name, final, stretches, week, now }: RowProps) {
  return (
    <div className={final ? 'week-row week-final' : 'week-row'}>
      <span className="week-name">{name}</span>
      <ul>
        {bars(stretches, week).map(({ stretch, left, width }) => {
          const who = stretch.person === null ? text.nobody : (stretch.person.name ?? text.nobody);
          const place = { '--left': `${left}%`, '--width': `${width}%` } as CSSProperties;
          const said = text.duty(who, ...ends(stretch), text.source[stretch.source] ?? '');
          return (
            <li
              key={`${stretch.from}/${stretch.source}`}
              className={`duty ${stretch.person === null ? 'duty-gap' : ''} duty-${stretch.source}`}
              style={place}
              title={said}
            >
              <span className="duty-who" aria-hidden="true">
                {who}
              </span>
              <span className="duty-said">{said}</span>
            </li>
          );
        })}
        {now !== null && <li className="week-now" aria-hidden="true" style={{ left: `${now}%` }} />}
      </ul>
    </div>
  );
}
