import { fields, list, number, optional, text, time, whole } from '../live/decode';
import { Http, withQuery } from './http';

/** What is summed up of a time: of a ward, of an hour, of everything. */
export interface Figures {
  admissions: number;
  discharges: number;
  transfers: number;
  turnedCritical: number;
  /** The share of beds that were taken; null where there is no bed. */
  occupancy: number | null;
  readings: number;
  lateReadings: number;
  readingsPerMinute: number;
}

export interface TimedFigures {
  /** Milliseconds since 1970. */
  at: number;
  figures: Figures;
}

export interface WardFigures {
  id: string;
  name: string;
  beds: number;
  occupied: number;
  figures: Figures;
}

/** How long something took; null where there was none. */
export interface Spread {
  count: number;
  median: number | null;
  p90: number | null;
}

export interface AnalyticsDashboard {
  from: number;
  until: number;
  beds: number;
  occupied: number;
  total: Figures;
  lengthOfStayHours: Spread;
  waitingMinutes: Spread;
  wards: WardFigures[];
  days: TimedFigures[];
  hours: TimedFigures[];
}

const decodeFigures = (value: unknown): Figures => {
  const f = fields(value);
  return {
    admissions: number(f.admissions),
    discharges: number(f.discharges),
    transfers: number(f.transfers),
    turnedCritical: number(f.turnedCritical),
    occupancy: optional(number, f.occupancy),
    readings: number(f.readings),
    lateReadings: number(f.lateReadings),
    readingsPerMinute: number(f.readingsPerMinute),
  };
};

const decodeSpread = (value: unknown): Spread => {
  const f = fields(value);
  return { count: number(f.count), median: optional(number, f.median), p90: optional(number, f.p90) };
};

const decodeTimed = (value: unknown): TimedFigures => {
  const f = fields(value);
  return { at: time(f.at), figures: decodeFigures(f.figures) };
};

/** GET /api/analytics/dashboard */
export const decodeAnalytics = whole((value): AnalyticsDashboard => {
  const f = fields(value);
  return {
    from: time(f.from),
    until: time(f.until),
    beds: number(f.beds),
    occupied: number(f.occupied),
    total: decodeFigures(f.total),
    lengthOfStayHours: decodeSpread(f.lengthOfStayHours),
    waitingMinutes: decodeSpread(f.waitingMinutes),
    wards: list(f.wards).map((one) => {
      const w = fields(one);
      return {
        id: text(w.id),
        name: text(w.name),
        beds: number(w.beds),
        occupied: number(w.occupied),
        figures: decodeFigures(w.figures),
      };
    }),
    days: list(f.days).map(decodeTimed),
    hours: list(f.hours).map(decodeTimed),
  };
});

/** Figures of wards and hours, in which no patient stands. */
export class AnalyticsApi extends Http {
  /** `ward` empty: all that one may see. */
  dashboard(ward: string, signal?: AbortSignal): Promise<AnalyticsDashboard> {
    return this.get(withQuery('/api/analytics/dashboard', { ward: ward || null }), decodeAnalytics, signal);
  }
}
