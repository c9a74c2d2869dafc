/** The browser's two clocks, handed in so that tests own time. Both in milliseconds. */
export interface TimeSource {
  /** Time of day; may jump when somebody sets the clock. */
  wall(): number;
  /** Never jumps, but may stand still while the machine sleeps. */
  steady(): number;
}

export const browserTime: TimeSource = { wall: () => Date.now(), steady: () => performance.now() };

export interface Mark {
  wall: number;
  steady: number;
}

export const mark = (time: TimeSource): Mark => ({ wall: time.wall(), steady: time.steady() });

/**
 * Seconds since a mark, by whichever clock says more: after a sleep the steady clock lags, after a clock set back the wall
 * clock does. Too old is safe (the number blanks until the next message), too young is not.
 */
export function elapsedSeconds(time: TimeSource, since: Mark): number {
  return Math.max(time.wall() - since.wall, time.steady() - since.steady, 0) / 1000;
}

const OBSERVATIONS = 16;

/**
 * The server's time of day, from the times it sends. Transport can only make a sent time look older, so the largest of the last
 * offsets is the nearest to the truth.
 */
export class ServerClock {
  private readonly offsets: number[] = [];
  private readonly time: TimeSource;

  constructor(time: TimeSource) {
    this.time = time;
  }

  observe(serverTime: number): void {
    this.offsets.push(serverTime - this.time.steady());
    if (this.offsets.length > OBSERVATIONS) this.offsets.shift();
  }

  now(): number {
    return this.offsets.length === 0 ? this.time.wall() : this.time.steady() + Math.max(...this.offsets);
  }
}
