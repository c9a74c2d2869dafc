/** Amounts and ages as the page about the system writes them. */
import { age } from '../../ui/format';
import { words } from '../../ui/words';

const WHOLE = new Intl.NumberFormat('en-GB', { maximumFractionDigits: 0 });
const ONE = new Intl.NumberFormat('en-GB', { maximumFractionDigits: 1 });

/** 4,096; a dash where there is none. */
export const whole = (value: number | null): string => (value === null ? words.none : WHOLE.format(value));

/** 14.9; from a hundred on without decimals. */
export const rate = (value: number | null): string =>
  value === null ? words.none : (value < 100 ? ONE : WHOLE).format(value);

/** 118 MB of bytes. */
export const megabytes = (bytes: number | null): string =>
  bytes === null ? words.none : words.system.megabytes(WHOLE.format(bytes / 1e6));

/** How long ago that was, by the server's own clock; never in the future. */
export const ago = (at: number | null, now: number): string =>
  at === null ? words.none : words.system.ago(age(Math.max(0, (now - at) / 1000)));
