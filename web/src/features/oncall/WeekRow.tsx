import type { CSSProperties } from 'react';
import type { Stretch } from '../../api/oncall';
import { dayMonth, shortTime } from '../../ui/format';
import { words } from '../../ui/words';
import { bars, daysOf, type Week } from './week';

const text = words.oncall;
const DAY = new Intl.DateTimeFormat('en-GB', { weekday: 'short' });
const DAY_MS = 86_400_000;

const moment = (at: number): string => `${DAY.format(at)} ${shortTime(at)}`;
/** From when until when, in words. */
export const ends = (one: Stretch): [string, string] => [moment(one.from), moment(one.until)];

interface RowProps {
  name: string;
  final: boolean;
  stretches: readonly Stretch[];
  week: Week;
  /** Where now is, in percent. */
  now: number | null;
}

/** One row of a week: who is on duty, drawn and in words. */
export function WeekRow({ name, final, stretches, week, now }: RowProps) {
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

/** The days above the rows. */
export function WeekDays({ week, now }: { week: Week; now: number }) {
  return (
    <div className="week-days" aria-hidden="true">
      {daysOf(week).map((day) => (
        <span key={day} className={now >= day && now < day + DAY_MS ? 'week-today' : ''}>
          {DAY.format(day)} {dayMonth(day)}
        </span>
      ))}
    </div>
  );
}

interface TurnerProps {
  week: Week;
  later: number;
  turn(later: number): void;
}

/** Which week it is, and the ways to the others. */
export function WeekTurner({ week, later, turn }: TurnerProps) {
  return (
    <div className="tools">
      <button type="button" className="button" onClick={() => turn(later - 1)}>
        ‹ <span className="hidden-words">{text.previous}</span>
      </button>
      <b aria-live="polite">{text.week(dayMonth(week.from), dayMonth(week.until - 1))}</b>
      <button type="button" className="button" onClick={() => turn(later + 1)}>
        › <span className="hidden-words">{text.next}</span>
      </button>
      <button type="button" className="button" disabled={later === 0} onClick={() => turn(0)}>
        {text.today}
      </button>
    </div>
  );
}
