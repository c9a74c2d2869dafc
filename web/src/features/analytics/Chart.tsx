import { useId, useState } from 'react';
import type { TimedFigures } from '../../api/analytics';
import { dayMonth, timeOrDate } from '../../ui/format';
import { words } from '../../ui/words';
import { axisTop, dayMarks, linePath } from './figures';

const text = words.analytics;
const WIDTH = 1000;
const HEIGHT = 160;
/** A day that begins further right has no room for its name. */
const LAST_LABEL = 0.94;
/** Several columns of a table side by side, so that a week of hours can be looked over. */
const TABLE_ROWS = 24;

interface ChartProps {
  title: string;
  buckets: readonly TimedFigures[];
  value(one: TimedFigures): number | null;
  write(value: number | null): string;
  /** The axis ends here; null: where the values ask for it. */
  top: number | null;
  colour: string;
}

/** A line over hours with its axis; the value of the hour under the pointer, or chosen by arrow keys, stands above; the same as a table. */
export function HourChart({ title, buckets, value, write, top, colour }: ChartProps) {
  const id = useId();
  const [at, setAt] = useState<number | null>(null);
  const [asTable, setAsTable] = useState(false);
  const values = buckets.map(value);
  const end = top ?? axisTop(values.map((one) => one ?? 0));
  const shown = at === null ? null : (buckets[Math.min(at, buckets.length - 1)] ?? null);
  const move = (by: number): void =>
    setAt((now) => Math.max(0, Math.min(buckets.length - 1, (now ?? buckets.length - 1) + by)));
  return (
    <section className="figure-card" aria-labelledby={id}>
      <div className="figure-head">
        <h2 id={id}>{title}</h2>
        <span className="figure-now" role="status">
          {shown && `${timeOrDate(shown.at, Date.now())}: ${write(value(shown))}`}
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
        <HourTable title={title} buckets={buckets} value={value} write={write} />
      ) : (
        <div
          className="figure-plot"
          role="slider"
          tabIndex={0}
          aria-label={title}
          aria-valuemin={0}
          aria-valuemax={Math.max(0, buckets.length - 1)}
          aria-valuenow={at ?? Math.max(0, buckets.length - 1)}
          aria-valuetext={shown ? `${timeOrDate(shown.at, Date.now())}, ${write(value(shown))}` : text.lastDays}
          onKeyDown={(event) => {
            if (event.key === 'ArrowLeft') move(-1);
            else if (event.key === 'ArrowRight') move(1);
            else if (event.key === 'Home') setAt(0);
            else if (event.key === 'End') setAt(buckets.length - 1);
            else return;
            event.preventDefault();
          }}
          onPointerMove={(event) => {
            const box = event.currentTarget.getBoundingClientRect();
            setAt(Math.round(((event.clientX - box.left) / box.width) * (buckets.length - 1)));
          }}
          onPointerLeave={() => setAt(null)}
          onBlur={() => setAt(null)}
        >
          <span className="figure-top" aria-hidden="true">
            {write(end)}
          </span>
          <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true">
            {dayMarks(buckets).map((mark) => (
              <line
                key={mark.at}
                className="figure-day"
                x1={placeOf(mark.index, buckets.length)}
                x2={placeOf(mark.index, buckets.length)}
                y1={0}
                y2={HEIGHT}
              />
            ))}
            <path
              className="figure-line"
              d={linePath(values, end, WIDTH, HEIGHT)}
              style={{ stroke: `var(${colour})` }}
            />
            {at !== null && (
              <line
                className="figure-pointer"
                x1={placeOf(at, buckets.length)}
                x2={placeOf(at, buckets.length)}
                y1={0}
                y2={HEIGHT}
              />
            )}
          </svg>
          <div className="figure-days" aria-hidden="true">
            {dayMarks(buckets)
              .filter((mark) => mark.index < buckets.length * LAST_LABEL)
              .map((mark) => (
                <span key={mark.at} style={{ left: `${(placeOf(mark.index, buckets.length) / WIDTH) * 100}%` }}>
                  {dayMonth(mark.at)}
                </span>
              ))}
          </div>
        </div>
      )}
    </section>
  );
}

function HourTable({ title, buckets, value, write }: Pick<ChartProps, 'title' | 'buckets' | 'value' | 'write'>) {
  const columns = Array.from({ length: Math.ceil(buckets.length / TABLE_ROWS) }, (_, column) =>
    buckets.slice(column * TABLE_ROWS, (column + 1) * TABLE_ROWS),
  );
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so the keyboard must reach it
    <section className="figure-tables" tabIndex={0} aria-label={text.tableOf(title)}>
      {columns.map((column) => (
        <table key={column[0]?.at} className="data">
          <thead>
            <tr>
              <th scope="col">{text.hour}</th>
              <th scope="col">{title}</th>
            </tr>
          </thead>
          <tbody>
            {column.map((one) => (
              <tr key={one.at}>
                <th scope="row">{timeOrDate(one.at, Date.now())}</th>
                <td>{write(value(one))}</td>
              </tr>
            ))}
          </tbody>
        </table>
      ))}
    </section>
  );
}

const placeOf = (index: number, count: number): number => (count > 1 ? (index / (count - 1)) * WIDTH : 0);
