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

/**
 * The server's time of day, from the times it sends. Transport can only make a sent time look older, so the latest of all is the
 * nearest to the truth, and what comes late over a slow line is seen to be late. A request says more: its answer was written
 * between asking and receiving, so it sets bounds, by which a server's clock that was set back is followed too.
 */
export class ServerClock {
  private offset: number | null = null;
  private readonly time: TimeSource;

  constructor(time: TimeSource) {
    this.time = time;
  }

  /** A time that the server sent by itself. */
  observe(serverTime: number): void {
    this.offset = Math.max(this.offset ?? Number.NEGATIVE_INFINITY, serverTime - this.time.steady());
  }

  /** The time of an answer; `requested` is when it was asked for, by the steady clock. */
  settle(serverTime: number, requested: number): void {
    const least = serverTime - this.time.steady();
    this.offset = Math.min(Math.max(this.offset ?? least, least), serverTime - requested);
  }

  now(): number {
    return this.offset === null ? this.time.wall() : this.time.steady() + this.offset;
  }
}
