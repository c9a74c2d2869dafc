/**
 * Alarm tones by priority, after IEC 60601-1-8 (2006, 6.3.3.1): high is ten pulses in two groups of five, medium three, low one. Pulses
 * have a fundamental between 150 and 1,000 Hz with harmonics; within a burst the pauses are fixed. Times in seconds.
 */
export const TONE_PRIORITIES = ['high', 'medium', 'low'] as const;
export type TonePriority = (typeof TONE_PRIORITIES)[number];

export interface Pulse {
  /** From the beginning of the burst. */
  at: number;
  length: number;
  hz: number;
}

const HIGH_LENGTH = 0.13;
const HIGH_PAUSE = 0.1;
/** Between the third and the fourth pulse of a group: twice the pause and a pulse. */
const HIGH_THIRD = 2 * HIGH_PAUSE + HIGH_LENGTH;
const HIGH_GROUPS = 0.7;
const HIGH_HZ = [523, 659, 784, 784, 988];
const MEDIUM_LENGTH = 0.2;
const MEDIUM_PAUSE = 0.2;
const MEDIUM_HZ = [523, 440, 392];
const LOW: Pulse = { at: 0, length: 0.22, hz: 330 };

function group(start: number): Pulse[] {
  let at = start;
  return HIGH_HZ.map((hz, index) => {
    const pulse = { at, length: HIGH_LENGTH, hz };
    at += HIGH_LENGTH + (index === 2 ? HIGH_THIRD : HIGH_PAUSE);
    return pulse;
  });
}

function high(): Pulse[] {
  const first = group(0);
  const last = first.at(-1) as Pulse;
  return [...first, ...group(last.at + last.length + HIGH_GROUPS)];
}

export const PULSES: Readonly<Record<TonePriority, readonly Pulse[]>> = {
  high: high(),
  medium: MEDIUM_HZ.map((hz, index) => ({ at: index * (MEDIUM_LENGTH + MEDIUM_PAUSE), length: MEDIUM_LENGTH, hz })),
  low: [LOW],
};

/** How long a burst lasts. */
export const burstSeconds = (priority: TonePriority): number => {
  const last = PULSES[priority].at(-1) as Pulse;
  return last.at + last.length;
};
