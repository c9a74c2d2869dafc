import { believed, fields, list, number, optional, text, time, whole } from '../live/decode';
import { Http, part } from './http';

interface Signer {
  id: string;
  name: string;
}

/** A shift that was handed over: signed by who gave it, and by who took it. Times in milliseconds. */
export interface HandOver {
  id: string;
  ward: string;
  givenBy: Signer;
  givenAt: number;
  takenBy: Signer | null;
  takenAt: number | null;
  notes: string;
  summary: { incidents: number; limits: number; silences: number; holes: number } | null;
}

const signer = (value: unknown): Signer => {
  const f = fields(value);
  return { id: text(f.id), name: text(f.name) };
};

export function handOver(value: unknown): HandOver {
  const f = fields(value);
  return {
    id: text(f.id),
    ward: text(f.ward),
    givenBy: signer(f.givenBy),
    givenAt: time(f.givenAt),
    takenBy: optional(signer, f.takenBy),
    takenAt: optional(time, f.takenAt),
    notes: optional(text, f.notes) ?? '',
    summary:
      believed(() =>
        optional((one) => {
          const s = fields(one);
          return {
            incidents: number(s.incidents),
            limits: number(s.limits),
            silences: number(s.silences),
            holes: number(s.holes),
          };
        }, f.summary),
      ) ?? null,
  };
}

const decodeHandOvers = whole((value): HandOver[] =>
  list(fields(value).items).flatMap((one) => believed(() => handOver(one)) ?? []),
);

export class HandOverApi extends Http {
  list(ward: string, signal?: AbortSignal): Promise<HandOver[]> {
    return this.get(`/api/wards/${part(ward)}/handovers`, decodeHandOvers, signal);
  }

  give(ward: string, notes: string): Promise<void> {
    return this.tell('POST', `/api/wards/${part(ward)}/handovers`, { notes });
  }

  take(id: string): Promise<void> {
    return this.tell('POST', `/api/handovers/${part(id)}/sign`, {});
  }
}
