/** The time range of the trends. Times in milliseconds. */
export const PRESETS = { '1h': 3_600_000, '6h': 21_600_000, '24h': 86_400_000, '7d': 604_800_000 } as const;
export type Preset = keyof typeof PRESETS;

export interface Span {
  from: number;
  to: number;
}

/** Either a preset that ends at now and moves with it, or a fixed span. */
export interface RangeChoice {
  preset: Preset;
  /** Set when the reader has moved, zoomed or typed a range: the right edge then stands still. */
  fixed: Span | null;
}

export const SHORTEST_MS = 60_000;
export const LONGEST_MS = 366 * 86_400_000;

export const isPreset = (value: string | null): value is Preset => value !== null && value in PRESETS;

/** From the address; a range that makes no sense gives the preset. */
export function readRange(query: URLSearchParams): RangeChoice {
  const given = query.get('range');
  const preset: Preset = isPreset(given) ? given : '1h';
  const from = Date.parse(query.get('from') ?? '');
  const to = Date.parse(query.get('to') ?? '');
  const sensible = to - from >= SHORTEST_MS && to - from <= LONGEST_MS;
  return { preset, fixed: sensible ? { from, to } : null };
}

export function writeRange(choice: RangeChoice): Record<string, string> {
  return choice.fixed === null
    ? { range: choice.preset }
    : {
        range: choice.preset,
        from: new Date(choice.fixed.from).toISOString(),
        to: new Date(choice.fixed.to).toISOString(),
      };
}

export const spanOf = (choice: RangeChoice, now: number): Span =>
  choice.fixed ?? { from: now - PRESETS[choice.preset], to: now };

/** Moves by a part of the width; never past now. */
export function pan(span: Span, part: number, now: number): Span {
  const width = span.to - span.from;
  const to = Math.min(span.to + width * part, now);
  return { from: to - width, to };
}

/** Zooms around a point (0 = left edge, 1 = right edge); a factor below 1 goes closer. */
export function zoom(span: Span, factor: number, around: number, now: number): Span {
  const width = Math.min(LONGEST_MS, Math.max(SHORTEST_MS, (span.to - span.from) * factor));
  const pivot = span.from + (span.to - span.from) * around;
  const to = Math.min(pivot + width * (1 - around), now);
  return { from: to - width, to };
}

/** How often the newest part is loaded again while the right edge follows now. */
export function refreshMs(preset: Preset): number {
  return { '1h': 5_000, '6h': 15_000, '24h': 60_000, '7d': 300_000 }[preset];
}
