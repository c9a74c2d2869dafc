/**
 * The last minutes of one vital in fixed memory: one slot per second, newest value of a second wins.
 *
 *   slot = second mod capacity      seconds[slot] says which second it holds, so an old lap is never read as new
 *
 * Readings may come out of order; a gap is simply a run of seconds that nobody wrote.
 */
export class SecondRing {
  readonly capacity: number;
  /** Newest second written, or -1. */
  newest = -1;
  /** Grows with each value that arrives behind the newest: what was drawn there must be drawn again. */
  rewrites = 0;

  private readonly seconds: Float64Array;
  private readonly values: Float32Array;

  constructor(capacitySeconds: number) {
    this.capacity = capacitySeconds;
    this.seconds = new Float64Array(capacitySeconds).fill(-1);
    this.values = new Float32Array(capacitySeconds);
  }

  /** `at` in milliseconds since 1970. Older than the ring reaches back: ignored. */
  put(at: number, value: number): void {
    const second = Math.floor(at / 1000);
    if (second < 0 || second <= this.newest - this.capacity) return;
    const slot = second % this.capacity;
    const known = this.seconds[slot] === second;
    if (second < this.newest && !known) this.rewrites++;
    this.seconds[slot] = second;
    this.values[slot] = value;
    if (second > this.newest) this.newest = second;
  }

  /** The value of that second, or NaN where there is none. */
  at(second: number): number {
    if (second < 0 || second <= this.newest - this.capacity) return Number.NaN;
    const slot = second % this.capacity;
    return this.seconds[slot] === second ? (this.values[slot] as number) : Number.NaN;
  }
}
