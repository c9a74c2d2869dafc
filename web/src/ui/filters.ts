import { useSearchParams } from 'react-router';

export interface Filters<K extends string> {
  values: Record<K, string>;
  /** Empty values leave the address. */
  set(values: Partial<Record<K, string>>): void;
  clear(): void;
  any: boolean;
}

/** Filters that live in the address, so that a list can be sent to a colleague and the way back finds it again. */
export function useFilters<K extends string>(names: readonly K[]): Filters<K> {
  const [params, setParams] = useSearchParams();
  const values = valuesOf(names, params);
  return {
    values,
    set: (given) => setParams((before) => withValues(before, given), { replace: true }),
    clear: () =>
      setParams((before) => withValues(before, Object.fromEntries(names.map((name) => [name, '']))), { replace: true }),
    any: names.some((name) => values[name] !== ''),
  };
}

export function valuesOf<K extends string>(names: readonly K[], params: URLSearchParams): Record<K, string> {
  return Object.fromEntries(names.map((name) => [name, params.get(name) ?? ''])) as Record<K, string>;
}

export function withValues(before: URLSearchParams, given: Record<string, string | undefined>): URLSearchParams {
  const after = new URLSearchParams(before);
  for (const [name, value] of Object.entries(given)) {
    if (value) after.set(name, value);
    else after.delete(name);
  }
  return after;
}

/** A time in the address (UTC) as a datetime-local field reads it, in the reader's zone; empty if it is none. */
export function toField(iso: string): string {
  const at = Date.parse(iso);
  if (!iso || Number.isNaN(at)) return '';
  const local = new Date(at - new Date(at).getTimezoneOffset() * 60_000);
  return local.toISOString().slice(0, 16);
}

/** The way back: empty if nothing is entered. */
export function fromField(local: string): string {
  const at = Date.parse(local);
  return !local || Number.isNaN(at) ? '' : new Date(at).toISOString();
}
