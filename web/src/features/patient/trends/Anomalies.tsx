import { type KeyboardEvent, useId, useMemo, useRef, useState } from 'react';
import { CHART_LEFT, CHART_RIGHT } from '../../../draw/trendChart';
import type { AnomalyPeak, Driver } from '../../../live/types';
import { score, signed, timeOrDate } from '../../../ui/format';
import { words } from '../../../ui/words';
import type { Span } from './range';
import { anomalyMarks } from './series';

/** Widest a mark may be; also the least distance between two. */
const MARK_PX = 24;

export const driverWords = (drivers: readonly Driver[]): string =>
  drivers
    .slice(0, 3)
    .map(({ vital, contribution }) => `${words.vitalName[vital]} ${signed(contribution)}`)
    .join(', ');

/** The triangles above the charts. One Tab stop; arrows step through; what drove each is shown at hover and focus. */
export function AnomalyMarks({
  peaks,
  span,
  width,
  now,
}: {
  peaks: AnomalyPeak[];
  span: Span;
  width: number;
  now: number;
}) {
  const plotWidth = Math.max(1, width - CHART_LEFT - CHART_RIGHT);
  const marks = useMemo(() => anomalyMarks(peaks, span, plotWidth / MARK_PX), [peaks, span, plotWidth]);
  const [chosen, setChosen] = useState(0);
  const [shown, setShown] = useState<number | null>(null);
  const tip = useId();
  const row = useRef<HTMLUListElement>(null);
  const active = Math.min(chosen, marks.length - 1);
  if (marks.length === 0) return null;

  const onKeyDown = (event: KeyboardEvent): void => {
    const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
    if (event.key === 'Escape' && shown !== null) {
      event.stopPropagation();
      setShown(null);
    }
    if (step === 0) return;
    event.preventDefault();
    event.stopPropagation();
    const next = Math.min(marks.length - 1, Math.max(0, active + step));
    setChosen(next);
    row.current?.querySelectorAll('button')[next]?.focus();
  };

  const open = shown === null ? undefined : marks[shown];
  return (
    <div className="marks" style={{ marginLeft: CHART_LEFT, marginRight: CHART_RIGHT }}>
      <ul ref={row} aria-label={words.trends.anomalies} onKeyDown={onKeyDown}>
        {marks.map((mark, index) => (
          <li key={mark.peak.at} style={{ left: `${mark.position * 100}%` }}>
            <button
              type="button"
              className="mark"
              tabIndex={index === active ? 0 : -1}
              aria-label={`${words.trends.anomalyAt(timeOrDate(mark.peak.at, now), score(mark.peak.score), mark.more)}. ${driverWords(mark.peak.drivers)}`}
              onFocus={() => {
                setChosen(index);
                setShown(index);
              }}
              onBlur={() => setShown(null)}
              onMouseEnter={() => setShown(index)}
              onMouseLeave={() => setShown(null)}
              onClick={() => setShown(index)}
            >
              ▲
            </button>
          </li>
        ))}
      </ul>
      {open && (
        <div
          id={tip}
          className={`mark-tip ${open.position > 0.5 ? 'mark-tip-left' : ''}`}
          style={open.position > 0.5 ? { right: `${(1 - open.position) * 100}%` } : { left: `${open.position * 100}%` }}
          aria-hidden="true"
        >
          <b>{words.trends.anomalyAt(timeOrDate(open.peak.at, now), score(open.peak.score), open.more)}</b>
          <span>{driverWords(open.peak.drivers)}</span>
        </div>
      )}
    </div>
  );
}
