import 'uplot/dist/uPlot.min.css';
import { type KeyboardEvent, useCallback, useMemo, useRef, useState } from 'react';
import { type ChartData, type ChartSpec, TIME_AXIS_HEIGHT } from '../../../draw/trendChart';
import type { ServerClock } from '../../../live/clock';
import { ANOMALY_THRESHOLD } from '../../../live/types';
import { clockOrDate, duration, score, vitalNumber } from '../../../ui/format';
import { useSize } from '../../../ui/hooks';
import { PageState, ProblemState, Skeleton } from '../../../ui/states';
import { words } from '../../../ui/words';
import { AnomalyMarks } from './Anomalies';
import { Chart } from './Chart';
import { bandsOf, limitsOf, type Marks } from './marks';
import { RangeBar } from './RangeBar';
import { pan, type Span, zoom } from './range';
import { type Lines, nearest, type TrendData, trendData } from './series';
import { TrendTable } from './Table';
import type { TrendState } from './useHistory';

interface Row {
  key: string;
  label: string;
  spec: ChartSpec;
  lines(data: TrendData): (Lines | null | undefined)[];
  text(values: (number | undefined)[]): string;
}

const single =
  (key: 'hr' | 'spo2' | 'rr' | 'temp') =>
  ([value]: (number | undefined)[]): string =>
    value === undefined ? '' : vitalNumber(key, value);

const spec = (colour: ChartSpec['colour'], low: number, high: number, more: Partial<ChartSpec> = {}): ChartSpec => ({
  colour,
  low,
  high,
  threshold: null,
  timeAxis: false,
  lineCount: 1,
  ...more,
});

const label = (key: 'hr' | 'spo2' | 'rr'): string => `${words.vitalShort[key]} ${words.vitalUnit[key]}`;

/** The charts from top to bottom, each with the range it shows at least. */
const ROWS: readonly Row[] = [
  { key: 'hr', label: label('hr'), spec: spec('hr', 40, 140), lines: (d) => [d.vitals.hr], text: single('hr') },
  {
    key: 'spo2',
    label: label('spo2'),
    spec: spec('spo2', 80, 100),
    lines: (d) => [d.vitals.spo2],
    text: single('spo2'),
  },
  { key: 'rr', label: label('rr'), spec: spec('rr', 5, 35), lines: (d) => [d.vitals.rr], text: single('rr') },
  {
    key: 'bp',
    label: words.trends.bloodPressure,
    spec: spec('bloodPressure', 40, 170, { lineCount: 2 }),
    lines: (d) => [d.vitals.sbp, d.vitals.dbp],
    text: ([sbp, dbp]) =>
      sbp === undefined && dbp === undefined
        ? ''
        : `${sbp === undefined ? words.absent : sbp.toFixed(0)}/${dbp === undefined ? words.absent : dbp.toFixed(0)}`,
  },
  {
    key: 'temp',
    label: `${words.patient.temperature} ${words.vitalUnit.temp}`,
    spec: spec('temperature', 35, 40),
    lines: (d) => [d.vitals.temp],
    text: single('temp'),
  },
  {
    key: 'anomaly',
    label: words.trends.anomaly,
    spec: spec('anomaly', 0, 1, { threshold: ANOMALY_THRESHOLD, timeAxis: true }),
    lines: (d) => [d.anomaly],
    text: ([value]) => (value === undefined ? '' : score(value)),
  },
];

const NO_LINES: Lines = { mean: [], min: [], max: [] };
const LEAST_CHART_HEIGHT = 92;
const PAN_STEP = 0.25;
const ZOOM_STEP = 0.5;

interface TrendsProps {
  patientId: string;
  clock: ServerClock;
  trends: TrendState;
  /** Limits in force and when alerts stood. */
  marks: Marks;
}

export function Trends({ patientId, clock, trends, marks }: TrendsProps) {
  const [table, setTable] = useState(false);
  const { choice, span, history, error, choose } = trends;
  const now = clock.now();

  const show = useCallback((fixed: Span) => choose({ preset: choice.preset, fixed }), [choose, choice.preset]);
  const reset = useCallback(() => choose({ preset: choice.preset, fixed: null }), [choose, choice.preset]);
  const steps = {
    earlier: () => show(pan(span, -PAN_STEP, clock.now())),
    later: () => show(pan(span, PAN_STEP, clock.now())),
    // Around the right edge: what is newest is what people zoom towards.
    closer: () => show(zoom(span, ZOOM_STEP, 1, clock.now())),
    wider: () => show(zoom(span, 1 / ZOOM_STEP, 1, clock.now())),
    reset,
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const step = {
      ArrowLeft: steps.earlier,
      ArrowRight: steps.later,
      '+': steps.closer,
      '=': steps.closer,
      '-': steps.wider,
      '0': steps.reset,
    }[event.key];
    if (!step) return;
    event.preventDefault();
    step();
  };

  return (
    <section className="card trends" aria-labelledby="trends-title">
      <RangeBar choice={choice} span={span} steps={steps} choose={choose} table={table} setTable={setTable} />
      {!history && error ? <ProblemState error={error} retry={trends.retry} /> : null}
      {!history && !error ? (
        <Skeleton>
          <div className="skeleton trends-skeleton" />
        </Skeleton>
      ) : null}
      {history && error ? (
        <p className="note" role="status">
          {words.trends.refreshFailed}
        </p>
      ) : null}
      {history && table ? <TrendTable patientId={patientId} history={history} span={span} now={now} /> : null}
      {history && !table ? (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: the charts take keys for moving and zooming the time axis
        <section className="charts" tabIndex={0} aria-label={words.trends.help} onKeyDown={onKeyDown}>
          <Charts trends={trends} marks={marks} history={history} now={now} show={show} reset={reset} />
        </section>
      ) : null}
    </section>
  );
}

interface ChartsProps {
  trends: TrendState;
  marks: Marks;
  history: NonNullable<TrendState['history']>;
  now: number;
  show(span: Span): void;
  reset(): void;
}

function Charts({ trends, marks, history, now, show, reset }: ChartsProps) {
  const { span } = trends;
  const area = useRef<HTMLDivElement>(null);
  const { width, height } = useSize(area);
  const [pointer, setPointer] = useState<number | null>(null);
  const data = useMemo(() => trendData(history, span), [history, span]);
  const charts = useMemo(() => ROWS.map((row) => chartData(row, data, span, marks)), [data, span, marks]);
  const events = useMemo(
    () => ({
      pointer: setPointer,
      select: (from: number, to: number) => show({ from: from * 1000, to: to * 1000 }),
      reset,
    }),
    [show, reset],
  );
  const rowHeight = Math.max(LEAST_CHART_HEIGHT, Math.floor((height - TIME_AXIS_HEIGHT) / ROWS.length));
  const at = pointer === null ? null : nearest(data, pointer);
  const bucket =
    history.bucketSeconds > 1 ? words.trends.bucketNote(duration(history.bucketSeconds)) : words.trends.rawNote;
  return (
    <>
      <div className="marks-row">
        <AnomalyMarks peaks={history.anomalies} span={span} width={width} now={now} />
      </div>
      <div ref={area} className="charts-area">
        {history.items.length === 0 && (
          <PageState>
            <p>{words.trends.empty}</p>
            <p className="note">{words.trends.emptyHelp}</p>
          </PageState>
        )}
        {history.items.length > 0 &&
          width > 0 &&
          ROWS.map((row, index) => (
            <div key={row.key} className="chart-row">
              <p className={`chart-label vital-${row.key}`}>
                {row.label}
                {at !== null && <b> {row.text(valuesAt(charts[index] as ChartData, at))}</b>}
              </p>
              <Chart
                spec={row.spec}
                data={charts[index] as ChartData}
                events={events}
                width={width}
                height={row.spec.timeAxis ? rowHeight + TIME_AXIS_HEIGHT : rowHeight}
              />
            </div>
          ))}
      </div>
      <p className="note charts-note">
        {pointer !== null && at !== null && (
          <b>{words.trends.atPointer(clockOrDate((data.times[at] ?? 0) * 1000, now))} · </b>
        )}
        {bucket} · {words.trends.gapNote} · {words.trends.anomalyNote}
        {marks.limits.length > 0 && ` · ${words.alerts.limitsEditor.inForce}`}
        {marks.bands.length > 0 && ` · ${words.alerts.limitsEditor.alertBand}`}
      </p>
    </>
  );
}

function chartData(row: Row, data: TrendData, span: Span, marks: Marks): ChartData {
  const none = new Array<null>(data.times.length).fill(null);
  return {
    times: data.times,
    lines: row.lines(data).map((one) => one ?? { ...NO_LINES, mean: none, min: none, max: none }),
    gaps: data.gaps,
    limits: limitsOf(marks, row.key),
    bands: bandsOf(marks, row.key, span),
    from: span.from / 1000,
    to: span.to / 1000,
  };
}

const valuesAt = (chart: ChartData, index: number): (number | undefined)[] =>
  chart.lines.map((one) => one.mean[index] ?? undefined);
