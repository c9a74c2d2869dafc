/**
 * A sweep like a bedside monitor's, over minutes instead of seconds: the pen stands at now and runs from left to right, wraps, and
 * wipes a margin ahead of itself.
 *
 *   |~~~~~~~~~~~~•   wiped   ~~~~~~~~~|        x = (second mod window) / window × width
 *        now ────┘           └── oldest
 *
 * Each second only the strip around the pen is cleared and drawn again. Where no sample is, nothing is drawn: a gap is a gap.
 */

/** Samples by whole second. NaN: none. */
export interface SampleSource {
  readonly newest: number;
  readonly rewrites: number;
  at(second: number): number;
}

export interface SweepTrace {
  source: SampleSource;
  colour: string;
  /** Values at the lower and upper end of the trace's band; beyond, the line runs along the end. */
  low: number;
  high: number;
  /** Upper and lower edge of the band as parts of the height. */
  top: number;
  bottom: number;
}

/** Longest pause between two samples that a line may bridge, in seconds: the limit after which a value counts as stale. */
const BRIDGE_SECONDS = 10;
/** What is drawn again with each step, behind the pen. Longer than the bridge, so that a late joint is complete. */
const STRIP_SECONDS = 30;
/** Part of the window that is kept wiped ahead of the pen. */
const WIPED_PART = 0.05;

export class SweepSurface {
  private readonly canvas: HTMLCanvasElement;
  private readonly context: CanvasRenderingContext2D;
  private readonly windowSeconds: number;
  private readonly observer: ResizeObserver;
  private traces: SweepTrace[];
  private width = 0;
  private height = 0;
  private scale = 1;
  private drawnSecond = -1;
  private drawnNewest = -1;
  private drawnRewrites = -1;

  constructor(canvas: HTMLCanvasElement, traces: SweepTrace[], windowSeconds: number) {
    const context = canvas.getContext('2d');
    if (!context) throw new Error('This browser offers no 2D canvas.');
    this.canvas = canvas;
    this.context = context;
    this.traces = traces;
    this.windowSeconds = windowSeconds;
    this.observer = new ResizeObserver(() => this.resize());
    this.observer.observe(canvas);
    this.resize();
  }

  stop(): void {
    this.observer.disconnect();
  }

  /** Other colours or other sources: everything is drawn again. */
  setTraces(traces: SweepTrace[]): void {
    this.traces = traces;
    this.drawnSecond = -1;
  }

  /** Draws what has changed since the last call. `nowSeconds`: seconds since 1970. */
  paint(nowSeconds: number): void {
    if (this.width === 0 || this.height === 0) return;
    const now = Math.floor(nowSeconds);
    const newest = this.traces.reduce((most, trace) => Math.max(most, trace.source.newest), -1);
    const rewrites = this.traces.reduce((sum, trace) => sum + trace.source.rewrites, 0);
    if (now === this.drawnSecond && newest === this.drawnNewest && rewrites === this.drawnRewrites) return;
    const steps = now - this.drawnSecond;
    const whole = this.drawnSecond < 0 || steps < 0 || steps > STRIP_SECONDS / 2 || rewrites !== this.drawnRewrites;
    this.drawnSecond = now;
    this.drawnNewest = newest;
    this.drawnRewrites = rewrites;
    const wiped = Math.ceil(this.windowSeconds * WIPED_PART);
    const oldest = now - this.windowSeconds + wiped;
    if (whole) this.context.clearRect(0, 0, this.width, this.height);
    this.strip(whole ? oldest : now - STRIP_SECONDS, now, wiped, oldest);
  }

  /** Clears and draws the seconds from..to and wipes ahead; pieces end where the sweep wraps. */
  private strip(from: number, to: number, wiped: number, oldest: number): void {
    const lap = this.windowSeconds;
    for (let begin = from; begin <= to + wiped; ) {
      const end = Math.min(to + wiped, Math.floor(begin / lap) * lap + lap);
      this.piece(begin, end, to, oldest);
      begin = end === begin ? end + 1 : end;
      if (end === to + wiped) break;
    }
  }

  private piece(begin: number, end: number, now: number, oldest: number): void {
    const lapStart = Math.floor(begin / this.windowSeconds) * this.windowSeconds;
    const x = (second: number): number => ((second - lapStart) / this.windowSeconds) * this.width;
    const context = this.context;
    context.save();
    // Whole pixels: a cut through a pixel would leave a seam that never quite clears.
    const left = Math.floor(x(begin));
    const right = Math.ceil(x(end));
    context.beginPath();
    context.rect(left, 0, right - left, this.height);
    context.clip();
    context.clearRect(left, 0, right - left, this.height);
    context.lineWidth = 1.6 * this.scale;
    context.lineJoin = 'round';
    for (const trace of this.traces) {
      // A little more than the piece on both sides, so that lines cross its edges unbroken.
      this.line(trace, Math.max(begin - BRIDGE_SECONDS, oldest), Math.min(end + BRIDGE_SECONDS, now), x);
    }
    context.restore();
  }

  private line(trace: SweepTrace, from: number, to: number, x: (second: number) => number): void {
    const context = this.context;
    const top = trace.top * this.height;
    const span = (trace.bottom - trace.top) * this.height;
    const y = (value: number): number =>
      top + span * (1 - Math.min(1, Math.max(0, (value - trace.low) / (trace.high - trace.low))));
    context.strokeStyle = trace.colour;
    context.fillStyle = trace.colour;
    context.beginPath();
    let last = Number.NEGATIVE_INFINITY;
    for (let second = from; second <= to; second++) {
      const value = trace.source.at(second);
      if (Number.isNaN(value)) continue;
      if (second - last > BRIDGE_SECONDS) context.moveTo(x(second), y(value));
      else context.lineTo(x(second), y(value));
      last = second;
    }
    context.stroke();
    // The pen itself, as long as it writes: shows at once where now is.
    if (last === trace.source.newest && to - last <= BRIDGE_SECONDS) {
      context.beginPath();
      context.arc(x(last), y(trace.source.at(last)), 2.4 * this.scale, 0, 2 * Math.PI);
      context.fill();
    }
  }

  private resize(): void {
    const ratio = window.devicePixelRatio || 1;
    const width = Math.round(this.canvas.clientWidth * ratio);
    const height = Math.round(this.canvas.clientHeight * ratio);
    if (width === this.width && height === this.height) return;
    this.width = this.canvas.width = width;
    this.height = this.canvas.height = height;
    this.scale = ratio;
    this.drawnSecond = -1;
  }
}
