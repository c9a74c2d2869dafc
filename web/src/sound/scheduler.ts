/**
 * When which tone is due: the highest priority alone is heard. High repeats every 10 s, medium every 20 s, low is heard once for each
 * alarm. A ward's pause silences what sounded when it began; a new alarm of higher priority, or one that has worsened beyond that,
 * breaks through. Pure: takes the time it is handed, in milliseconds by the server's clock.
 */
import { burstSeconds, TONE_PRIORITIES, type TonePriority } from './tones';

export interface Alarm {
  id: string;
  priority: TonePriority;
  /** Null: the installation's own, which no ward pauses. */
  ward: string | null;
  raisedAt: number;
}

export interface WardPause {
  ward: string;
  /** Null where it is not known: then it begins when it is first seen here. */
  from: number | null;
  until: number;
}

export const LONGEST_PAUSE_SECONDS = 120;
const REPEAT_MS: Record<TonePriority, number> = { high: 10_000, medium: 20_000, low: Number.POSITIVE_INFINITY };
/** Between two bursts that follow each other, so that they are heard as two. */
const BREATH_MS = 400;
/** The same pause, told twice. */
const SAME_PAUSE_MS = 1_000;

const rank = (priority: TonePriority): number => TONE_PRIORITIES.indexOf(priority);
const NOTHING = TONE_PRIORITIES.length;

interface KnownPause {
  /** As it was told, and until when it counts here. */
  told: number;
  until: number;
  /** The rank of the highest alarm that it silenced when it began: a later one of the same rank is silenced too, a higher one is not. */
  level: number;
}

export class ToneScheduler {
  private readonly pauses = new Map<string, KnownPause>();
  private readonly heard = new Map<string, TonePriority>();
  private playing: { priority: TonePriority; from: number; until: number } | null = null;

  /** The tone that begins now; null: none. To be asked several times a second. */
  step(alarms: readonly Alarm[], pauses: readonly WardPause[], now: number): TonePriority | null {
    this.note(alarms, pauses, now);
    const audible = alarms.filter((one) => !this.isPaused(one, now));
    for (const id of this.heard.keys()) if (!audible.some((one) => one.id === id)) this.heard.delete(id);
    const due = this.due(audible, now);
    if (due === null) return null;
    for (const one of audible) if (one.priority === due) this.heard.set(one.id, due);
    this.playing = { priority: due, from: now, until: now + burstSeconds(due) * 1000 + BREATH_MS };
    return due;
  }

  /** Whether a pause silences this alarm. */
  private isPaused({ ward, priority }: Alarm, now: number): boolean {
    const pause = ward === null ? undefined : this.pauses.get(ward);
    return pause !== undefined && now < pause.until && rank(priority) >= pause.level;
  }

  private note(alarms: readonly Alarm[], pauses: readonly WardPause[], now: number): void {
    for (const ward of this.pauses.keys()) if (!pauses.some((one) => one.ward === ward)) this.pauses.delete(ward);
    for (const { ward, from, until } of pauses) {
      const known = this.pauses.get(ward);
      if (known && Math.abs(known.told - until) < SAME_PAUSE_MS) continue;
      // No pause is longer, whatever is said of it.
      const end = Math.min(until, (from ?? now) + LONGEST_PAUSE_SECONDS * 1000);
      const standing = alarms.filter((one) => one.ward === ward && (from === null || one.raisedAt <= from));
      const level = Math.min(NOTHING, ...standing.map((one) => rank(one.priority)));
      this.pauses.set(ward, { told: until, until: end, level });
    }
  }

  private due(audible: readonly Alarm[], now: number): TonePriority | null {
    const top = Math.min(NOTHING, ...audible.map((one) => rank(one.priority)));
    const priority = TONE_PRIORITIES[top];
    if (priority === undefined) {
      this.playing = null;
      return null;
    }
    const { playing } = this;
    // A higher one does not wait for the end of a lower one's tone.
    if (playing && now < playing.until && rank(playing.priority) <= top) return null;
    const isNew = audible.some((one) => {
      const before = this.heard.get(one.id);
      return rank(one.priority) === top && (before === undefined || rank(before) > top);
    });
    if (isNew) return priority;
    if (priority === 'low') return null;
    // A higher alarm has ended: the next one of the rest keeps its own rhythm from there.
    return !playing || now - playing.from >= REPEAT_MS[priority] ? priority : null;
  }
}
