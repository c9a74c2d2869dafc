/**
 * Watches for hands: after so many seconds without pointer or keys in any tab of this browser it says so, once. Some seconds before
 * it gives warning, since nobody likes to be locked out in the middle of reading. A machine that slept has been idle all the while.
 */
import { elapsedSeconds, type Mark, mark, type TimeSource } from '../live/clock';
import type { Tabs } from './tabs';

const SIGNS = ['pointerdown', 'pointermove', 'keydown', 'wheel', 'touchstart'] as const;
const LOOK_MS = 500;
/** How often one tab tells the others that it is in use. */
const SHARE_SECONDS = 2;
export const WARN_SECONDS = 20;

export interface IdleSources {
  seconds: number;
  time: TimeSource;
  tabs: Tabs;
  /** The page whose hands are watched. */
  target: Pick<EventTarget, 'addEventListener' | 'removeEventListener'>;
  onIdle(): void;
}

export class IdleWatch {
  private readonly sources: IdleSources;
  private readonly timer: ReturnType<typeof setInterval>;
  private readonly stopListening: () => void;
  private readonly listeners = new Set<() => void>();
  private last: Mark;
  private shared: Mark | null = null;
  private left: number | null = null;
  private over = false;

  constructor(sources: IdleSources) {
    this.sources = sources;
    this.last = mark(sources.time);
    for (const sign of SIGNS) sources.target.addEventListener(sign, this.onSign, { capture: true, passive: true });
    // A hidden page's timers are slow: look before the first look of a person.
    sources.target.addEventListener('visibilitychange', this.look);
    this.stopListening = sources.tabs.listen((message) => {
      if (message === 'active') this.touch();
    });
    this.timer = setInterval(this.look, LOOK_MS);
  }

  stop(): void {
    clearInterval(this.timer);
    this.stopListening();
    for (const sign of SIGNS) this.sources.target.removeEventListener(sign, this.onSign, { capture: true });
    this.sources.target.removeEventListener('visibilitychange', this.look);
    this.listeners.clear();
  }

  /** Seconds until the end, once it is near; null before. */
  secondsLeft = (): number | null => this.left;

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  private readonly onSign = (): void => {
    this.touch();
    if (this.over) return;
    if (this.shared && elapsedSeconds(this.sources.time, this.shared) < SHARE_SECONDS) return;
    this.shared = mark(this.sources.time);
    this.sources.tabs.tell('active');
  };

  /** A hand after the end comes too late: whoever moves it has to unlock first. */
  private touch(): void {
    this.look();
    if (this.over) return;
    this.last = mark(this.sources.time);
    if (this.left !== null) this.look();
  }

  private readonly look = (): void => {
    if (this.over) return;
    const { seconds, time } = this.sources;
    const remaining = seconds - elapsedSeconds(time, this.last);
    const near = Math.min(WARN_SECONDS, seconds / 2);
    const left = remaining <= near ? Math.max(0, Math.ceil(remaining)) : null;
    if (remaining <= 0) {
      this.over = true;
      this.sources.onIdle();
    }
    if (left === this.left) return;
    this.left = left;
    for (const listener of this.listeners) listener();
  };
}
