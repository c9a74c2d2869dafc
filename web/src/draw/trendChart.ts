/** One chart of the trends: mean line within its lowest-to-highest band, gaps as dark bands, shared pointer, no smoothing. */
import uPlot from 'uplot';
import type { Palette } from './palette';

export type ChartColumn = (number | null | undefined)[];

export interface ChartLine {
  mean: ChartColumn;
  min: ChartColumn;
  max: ChartColumn;
}

export interface ChartSpec {
  /** Names which colour the lines have. */
  colour: 'hr' | 'spo2' | 'rr' | 'bloodPressure' | 'temperature' | 'anomaly';
  /** The value axis shows at least this range, and more if the values need it. */
  low: number;
  high: number;
  /** A dashed line, or none. */
  threshold: number | null;
  /** The lowest chart carries the time axis for all. */
  timeAxis: boolean;
  lineCount: number;
}

export interface ChartData {
  /** Seconds since 1970. */
  times: number[];
  lines: ChartLine[];
  gaps: { from: number; to: number }[];
  /** Limits in force, dashed. */
  limits: readonly number[];
  /** When an alert stood. */
  bands: readonly ChartBand[];
  from: number;
  to: number;
}

export interface ChartBand {
  from: number;
  to: number;
  colour: 'high' | 'medium' | 'technical';
}

export interface ChartEvents {
  /** Time at the pointer in seconds, null when it has left. */
  pointer(seconds: number | null): void;
  /** A range was drawn with the mouse. */
  select(from: number, to: number): void;
  /** Double click. */
  reset(): void;
}

/** Room for the value axis and right of the plot, in CSS pixels; marks above the charts align to it. */
export const CHART_LEFT = 46;
export const CHART_RIGHT = 12;
export const TIME_AXIS_HEIGHT = 26;

const FONT = '11px "Inter Variable", Inter, system-ui, sans-serif';
/** All charts of the page share one pointer. */
const SYNC = 'wardwatch-trends';
const COLUMNS_PER_LINE = 3;
const BAND_OPACITY = 0.22;
/** In pixels of the screen. */
const LEAST_BAND = 2;

export class TrendChart {
  private readonly plot: uPlot;
  private readonly spec: ChartSpec;
  private palette: Palette;
  private gaps: ChartData['gaps'] = [];
  private limits: readonly number[] = [];
  private bands: readonly ChartBand[] = [];

  constructor(host: HTMLElement, spec: ChartSpec, palette: Palette, events: ChartEvents) {
    this.spec = spec;
    this.palette = palette;
    this.plot = new uPlot(this.options(events), this.empty(), host);
  }

  draw(data: ChartData): void {
    this.gaps = data.gaps;
    this.limits = data.limits;
    this.bands = data.bands;
    this.plot.batch(() => {
      const columns = data.lines.flatMap((line) => [line.mean, line.min, line.max]);
      this.plot.setData([data.times, ...columns] as uPlot.AlignedData, false);
      this.plot.setScale('x', { min: data.from, max: data.to });
    });
  }

  resize(width: number, height: number): void {
    if (width > 0 && height > 0 && (width !== this.plot.width || height !== this.plot.height))
      this.plot.setSize({ width, height });
  }

  recolour(palette: Palette): void {
    this.palette = palette;
    this.plot.redraw(false, true);
  }

  stop(): void {
    this.plot.destroy();
  }

  private empty(): uPlot.AlignedData {
    const none = Array.from({ length: this.spec.lineCount * COLUMNS_PER_LINE }, () => [] as number[]);
    return [[], ...none] as uPlot.AlignedData;
  }

  private options(events: ChartEvents): uPlot.Options {
    const { spec } = this;
    const colour = (): string => this.palette[spec.colour];
    const series: uPlot.Series[] = [{}];
    const bands: uPlot.Band[] = [];
    for (let line = 0; line < spec.lineCount; line++) {
      const mean = 1 + line * COLUMNS_PER_LINE;
      series.push(
        { stroke: colour, width: 1.6, points: { show: true, size: 6, fill: colour, width: 0, filter: lonePoints } },
        { points: { show: false } },
        { points: { show: false } },
      );
      bands.push({ series: [mean + 2, mean + 1], fill: () => `color-mix(in srgb, ${colour()} 22%, transparent)` });
    }
    return {
      width: 300,
      height: 100,
      padding: [8, CHART_RIGHT, spec.timeAxis ? 0 : 6, 0],
      legend: { show: false },
      cursor: {
        sync: { key: SYNC, setSeries: false },
        y: false,
        points: { show: false },
        drag: { x: true, y: false, setScale: false },
        bind: {
          dblclick: () => () => {
            events.reset();
            return null;
          },
        },
      },
      scales: {
        x: { time: true, auto: false },
        y: { range: (_, min, max) => [Math.min(spec.low, min ?? spec.low), Math.max(spec.high, max ?? spec.high)] },
      },
      axes: [this.timeAxis(), this.valueAxis()],
      series,
      bands,
      hooks: {
        drawClear: [
          (plot) => {
            this.drawGaps(plot);
            this.drawBands(plot);
          },
        ],
        draw: [
          (plot) => {
            for (const value of spec.threshold === null ? this.limits : [spec.threshold, ...this.limits])
              this.drawLevel(plot, value);
          },
        ],
        setCursor: [
          (plot) => {
            const left = plot.cursor.left ?? -1;
            events.pointer(left < 0 ? null : plot.posToVal(left, 'x'));
          },
        ],
        setSelect: [
          (plot) => {
            if (plot.select.width < 4) return;
            events.select(
              plot.posToVal(plot.select.left, 'x'),
              plot.posToVal(plot.select.left + plot.select.width, 'x'),
            );
            plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
          },
        ],
      },
    };
  }

  private timeAxis(): uPlot.Axis {
    return {
      show: this.spec.timeAxis,
      stroke: () => this.palette.muted,
      font: FONT,
      size: TIME_AXIS_HEIGHT,
      space: 90,
      grid: { show: false },
      ticks: { show: false },
      values: (_, splits, __, ___, step) => splits.map((at) => timeLabel(at, step)),
    };
  }

  private valueAxis(): uPlot.Axis {
    return {
      stroke: () => this.palette.muted,
      font: FONT,
      size: CHART_LEFT,
      space: 30,
      gap: 6,
      grid: { stroke: () => this.palette.edge, width: 1 },
      ticks: { show: false },
    };
  }

  private drawGaps(plot: uPlot): void {
    for (const gap of this.gaps) this.stripe(plot, gap, this.palette.gap, 1);
  }

  private drawBands(plot: uPlot): void {
    for (const band of this.bands) this.stripe(plot, band, this.palette[band.colour], BAND_OPACITY);
  }

  private stripe(plot: uPlot, span: { from: number; to: number }, colour: string, opacity: number): void {
    const { ctx, bbox } = plot;
    const left = Math.max(bbox.left, plot.valToPos(span.from, 'x', true));
    const right = Math.min(bbox.left + bbox.width, plot.valToPos(span.to, 'x', true));
    // However short, it is seen.
    const width = Math.max(right - left, span.to > span.from && right >= bbox.left ? LEAST_BAND : 0);
    if (width <= 0 || left > bbox.left + bbox.width) return;
    ctx.save();
    ctx.globalAlpha = opacity;
    ctx.fillStyle = colour;
    ctx.fillRect(left, bbox.top, width, bbox.height);
    ctx.restore();
  }

  private drawLevel(plot: uPlot, value: number): void {
    const { ctx, bbox } = plot;
    const y = plot.valToPos(value, 'y', true);
    if (y < bbox.top || y > bbox.top + bbox.height) return;
    ctx.save();
    ctx.strokeStyle = this.palette.muted;
    ctx.lineWidth = window.devicePixelRatio || 1;
    ctx.setLineDash([3, 5]);
    ctx.beginPath();
    ctx.moveTo(bbox.left, y);
    ctx.lineTo(bbox.left + bbox.width, y);
    ctx.stroke();
    ctx.restore();
  }
}

/** Points only where no line leads to or from a value: what was measured once is seen, what is joined stays a line. */
function lonePoints(plot: uPlot, seriesIndex: number): number[] {
  const values = plot.data[seriesIndex] as ChartColumn;
  const lone: number[] = [];
  let last = -1;
  let joined = false;
  const close = (): void => {
    if (last >= 0 && !joined) lone.push(last);
  };
  for (let index = 0; index < values.length; index++) {
    const value = values[index];
    if (value === undefined) continue;
    if (value === null) {
      close();
      last = -1;
      joined = false;
    } else {
      if (last >= 0) joined = true;
      last = index;
    }
  }
  close();
  return lone;
}

const pad = (n: number): string => String(n).padStart(2, '0');
const DAY = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' });

/** 14:30, with seconds below a minute's step, and the date at midnight. */
function timeLabel(at: number, stepSeconds: number): string {
  const d = new Date(at * 1000);
  if (d.getHours() === 0 && d.getMinutes() === 0 && d.getSeconds() === 0) return DAY.format(d);
  const minutes = `${pad(d.getHours())}:${pad(d.getMinutes())}`;
  return stepSeconds < 60 ? `${minutes}:${pad(d.getSeconds())}` : minutes;
}
