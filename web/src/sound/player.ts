/** Makes the tones. A browser gives sound only after a gesture: until then nothing is heard, and the page has to say so. */
import { PULSES, type TonePriority } from './tones';

/** Strength of the harmonics beside the fundamental: a tone of several is found by ear, a pure one is not. */
const HARMONICS = [1, 0.6, 0.45, 0.3, 0.2];
const RAMP_SECONDS = 0.015;
const VOLUME: Record<TonePriority, number> = { high: 0.5, medium: 0.36, low: 0.25 };

export class TonePlayer {
  private context: AudioContext | null = null;
  private out: GainNode | null = null;
  private wave: PeriodicWave | null = null;
  private readonly listeners = new Set<() => void>();
  private stopped = false;

  /** Whether what is played can be heard. */
  isOn = (): boolean => this.context?.state === 'running';

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  start(): void {
    // Not at the first touch but at its end: the page must not move under the finger.
    document.addEventListener('click', this.unlock);
    document.addEventListener('keydown', this.unlock);
    const gesture = 'userActivation' in navigator && navigator.userActivation.hasBeenActive;
    if (gesture) this.unlock();
  }

  stop(): void {
    this.stopped = true;
    document.removeEventListener('click', this.unlock);
    document.removeEventListener('keydown', this.unlock);
    void this.context?.close();
    this.context = null;
  }

  /** In answer to a gesture. */
  unlock = (): void => {
    if (this.stopped || typeof AudioContext === 'undefined') return;
    if (!this.context) {
      const context = new AudioContext();
      this.context = context;
      context.onstatechange = () => this.tell();
      this.out = context.createGain();
      this.out.connect(context.destination);
      const real = new Float32Array(HARMONICS.length + 1);
      real.set(HARMONICS, 1);
      this.wave = context.createPeriodicWave(real, new Float32Array(real.length));
    }
    if (this.context.state !== 'running') this.context.resume().then(this.tell, () => undefined);
  };

  /** Silences what sounds now, then plays: only one tone is heard at a time. */
  play(priority: TonePriority): void {
    const { context, out, wave } = this;
    if (!context || !out || !wave || context.state !== 'running') return;
    this.hush();
    const voice = context.createGain();
    voice.connect(out);
    this.voice = voice;
    const start = context.currentTime + 0.02;
    for (const { at, length, hz } of PULSES[priority]) {
      const oscillator = context.createOscillator();
      const shape = context.createGain();
      oscillator.setPeriodicWave(wave);
      oscillator.frequency.value = hz;
      const from = start + at;
      shape.gain.setValueAtTime(0, from);
      shape.gain.linearRampToValueAtTime(VOLUME[priority], from + RAMP_SECONDS);
      shape.gain.setValueAtTime(VOLUME[priority], from + length - RAMP_SECONDS);
      shape.gain.linearRampToValueAtTime(0, from + length);
      oscillator.connect(shape).connect(voice);
      oscillator.start(from);
      oscillator.stop(from + length + 0.05);
    }
  }

  /** Ends what sounds now. */
  hush(): void {
    this.voice?.disconnect();
    this.voice = null;
  }

  private voice: GainNode | null = null;

  private readonly tell = (): void => {
    for (const listener of this.listeners) listener();
  };
}
