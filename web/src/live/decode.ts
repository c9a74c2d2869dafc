/**
 * What decoders are made of. Nothing is believed because it parsed: each field is checked. A message that cannot be believed
 * answers null and is counted; a part that may be missing is left out and counted, so that one bad field does not hide the others.
 */

/** How much could not be believed, since the page was opened. */
export const tally = { messages: 0, values: 0 };

class Malformed extends Error {}

export type Fields = Record<string, unknown>;

export function fields(value: unknown): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Malformed('an object is due');
  return value as Fields;
}

export function list(value: unknown): unknown[] {
  if (!Array.isArray(value)) throw new Malformed('a list is due');
  return value;
}

export function text(value: unknown): string {
  if (typeof value !== 'string') throw new Malformed('a text is due');
  return value;
}

export function number(value: unknown): number {
  if (typeof value !== 'number' || !Number.isFinite(value)) throw new Malformed('a number is due');
  return value;
}

export function flag(value: unknown): boolean {
  if (typeof value !== 'boolean') throw new Malformed('true or false is due');
  return value;
}

export function time(value: unknown): number {
  const at = Date.parse(text(value));
  if (Number.isNaN(at)) throw new Malformed('a time is due');
  return at;
}

export function oneOf<T extends string>(choices: readonly T[], value: unknown): T {
  const found = choices.find((choice) => choice === value);
  if (found === undefined) throw new Malformed(`one of ${choices.join(', ')} is due`);
  return found;
}

export const absent = (value: unknown): boolean => value === undefined || value === null;

export function optional<T>(decode: (value: unknown) => T, value: unknown): T | null {
  return absent(value) ? null : decode(value);
}

/** A part that may be missing or broken without taking the rest with it. */
export function believed<T>(decode: () => T): T | undefined {
  try {
    return decode();
  } catch (error) {
    if (!(error instanceof Malformed)) throw error;
    tally.values++;
    return undefined;
  }
}

export function whole<T>(decode: (value: unknown) => T): (value: unknown) => T | null {
  return (value) => {
    try {
      return decode(value);
    } catch (error) {
      if (!(error instanceof Malformed)) throw error;
      tally.messages++;
      return null;
    }
  };
}
