import { words } from '../../ui/words';

const text = words.admin.wards;
const MOST_IN_A_RANGE = 200;

/** Beds as somebody types them: names parted by commas or blanks; 1-16 stands for all between. */
export function bedsOf(typed: string): { beds: string[]; problem: string } {
  const beds: string[] = [];
  for (const part of typed.split(/[\s,;]+/).filter(Boolean)) {
    const range = /^(\d+)\s*[-–]\s*(\d+)$/.exec(part);
    if (!range) beds.push(part);
    else {
      const [from, to] = [Number(range[1]), Number(range[2])];
      if (to < from || to - from >= MOST_IN_A_RANGE) return { beds: [], problem: text.badRange(part) };
      for (let bed = from; bed <= to; bed++) beds.push(String(bed));
    }
  }
  const twice = beds.find((bed, index) => beds.indexOf(bed) !== index);
  return { beds, problem: twice === undefined ? '' : text.twice(twice) };
}

/** As short as it can be typed: 1-16 instead of each of them. */
export function bedsText(beds: readonly string[]): string {
  const parts: string[] = [];
  for (let i = 0; i < beds.length; ) {
    let end = i;
    while (end + 1 < beds.length && isNext(beds[end], beds[end + 1])) end++;
    if (end - i >= 2) parts.push(`${beds[i]}-${beds[end]}`);
    else parts.push(...beds.slice(i, end + 1));
    i = end + 1;
  }
  return parts.join(', ');
}

const isNext = (bed: string | undefined, next: string | undefined): boolean =>
  bed !== undefined && /^[1-9]\d*$/.test(bed) && String(Number(bed) + 1) === next;
