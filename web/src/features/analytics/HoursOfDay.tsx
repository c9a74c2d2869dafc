import { useId, useState } from 'react';
import type { HourOfDay } from '../../api/analytics';
import { words } from '../../ui/words';
import { axisTop, one, whole } from './figures';

const text = words.analytics;
const load = text.load;
const LABELLED = 6;

const clock = (hour: number): string => `${String(hour).padStart(2, '0')}:00`;

/** A bar for each hour of the day, with its alerts an hour; the hour under the pointer stands above; the same as a table. */
export function HoursOfDay({ hours, zone }: { hours: readonly HourOfDay[]; zone: string }) {
  const id = useId();
  const [at, setAt] = useState<number | null>(null);
  const [asTable, setAsTable] = useState(false);
  const top = axisTop(hours.map((hour) => hour.perHour ?? 0));
  const shown = at === null ? null : hours[at];
  const write = (hour: HourOfDay): string => load.anHour(hour.perHour === null ? text.unknown : one(hour.perHour));
  return (
    <section className="figure-card" aria-labelledby={id}>
      <div className="figure-head">
        <h2 id={id}>{load.byHourOfDay}</h2>
        <span className="figure-now" role="status">
          {shown && `${clock(shown.hour)}: ${write(shown)}`}
        </span>
        <button
          type="button"
          className="button button-plain"
          aria-pressed={asTable}
          onClick={() => setAsTable(!asTable)}
        >
          {asTable ? text.asChart : text.asTable}
        </button>
      </div>
      {asTable ? (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so the keyboard must reach it
        <section className="figure-tables" tabIndex={0} aria-label={text.tableOf(load.byHourOfDay)}>
          {[0, 1].map((half) => (
            <table key={half} className="data">
              <thead>
                <tr>
                  <th scope="col">{load.hour}</th>
                  <th scope="col">{load.alerts}</th>
                  <th scope="col">{load.anHour('')}</th>
                </tr>
              </thead>
              <tbody>
                {hours.slice(half * 12, half * 12 + 12).map((hour) => (
                  <tr key={hour.hour}>
                    <th scope="row">{clock(hour.hour)}</th>
                    <td>{whole(hour.alerts)}</td>
                    <td>{hour.perHour === null ? text.unknown : one(hour.perHour)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          ))}
        </section>
      ) : (
        <div
          className="figure-plot"
          role="slider"
          tabIndex={0}
          aria-label={load.byHourOfDay}
          aria-valuemin={0}
          aria-valuemax={hours.length - 1}
          aria-valuenow={at ?? 0}
          aria-valuetext={shown ? `${clock(shown.hour)}, ${write(shown)}` : load.inZone(zone)}
          onKeyDown={(event) => {
            const now = at ?? -1;
            if (event.key === 'ArrowLeft') setAt(Math.max(0, now - 1));
            else if (event.key === 'ArrowRight') setAt(Math.min(hours.length - 1, now + 1));
            else if (event.key === 'Home') setAt(0);
            else if (event.key === 'End') setAt(hours.length - 1);
            else return;
            event.preventDefault();
          }}
          onPointerMove={(event) => {
            const box = event.currentTarget.getBoundingClientRect();
            const hour = Math.floor(((event.clientX - box.left) / box.width) * hours.length);
            setAt(Math.max(0, Math.min(hours.length - 1, hour)));
          }}
          onPointerLeave={() => setAt(null)}
          onBlur={() => setAt(null)}
        >
          <span className="figure-top" aria-hidden="true">
            {load.anHour(one(top))}
          </span>
          <div className="hour-bars" aria-hidden="true">
            {hours.map((hour, index) => (
              <span
                key={hour.hour}
                className={index === at ? 'hour-bar hour-bar-now' : 'hour-bar'}
                style={{ height: `${((hour.perHour ?? 0) / top) * 100}%` }}
              />
            ))}
          </div>
          <div className="figure-days" aria-hidden="true">
            {hours
              .filter((hour) => hour.hour % LABELLED === 0)
              .map((hour) => (
                <span key={hour.hour} style={{ left: `${(hour.hour / hours.length) * 100}%` }}>
                  {clock(hour.hour)}
                </span>
              ))}
          </div>
        </div>
      )}
      <p className="figure-help">{load.inZone(zone)}</p>
    </section>
  );
}
