import { fields, list, number, optional, text, time, whole } from '../live/decode';
import { Http, part, withQuery } from './http';

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

/** What alerts turned out to be, as those said who were there; a share is null where it is of nothing. */
export interface Judgements {
  judged: number;
  judgedShare: number | null;
  neededActionShare: number | null;
}

export interface HourOfDay {
  /** 0 to 23, on the hospital's clocks. */
  hour: number;
  alerts: number;
  perHour: number | null;
}

export interface AlertCause {
  ward: string;
  wardName: string;
  type: string;
  name: string;
  alerts: number;
  share: number;
  judgements: Judgements;
}

export interface BudgetBurn {
  alerts: number;
  allowed: number;
  usedShare: number | null;
  pacePerBedDay: number | null;
  projectedShare: number | null;
  willExceed: boolean;
}

/** Below how many alerts per bed-day a ward wants to stay. */
export interface Budget {
  alertsPerBedDay: number;
  /** The installation's, which counts where a ward has none of its own. */
  default: number | null;
  owner: string | null;
  setAt: number | null;
}

export interface WardLoad {
  id: string;
  name: string;
  alerts: number;
  perBedDay: number | null;
  judgements: Judgements;
  budget: Budget;
  burn: BudgetBurn;
}

/** How many alerts there are, what they turned out to be, how soon somebody came (in seconds), and each ward's budget. */
export interface AlertLoad {
  from: number;
  until: number;
  timeZone: string;
  bedDays: number;
  alerts: number;
  technical: number;
  perBedDay: number | null;
  judgements: Judgements;
  byHourOfDay: HourOfDay[];
  topCauses: AlertCause[];
  incidents: number;
  acknowledgedFromOnset: Spread;
  acknowledgedFromDelivery: Spread;
  reviewed: Spread;
  resolved: Spread;
  wards: WardLoad[];
}

const decodeJudgements = (value: unknown): Judgements => {
  const f = fields(value);
  return {
    judged: number(f.judged),
    judgedShare: optional(number, f.judgedShare),
    neededActionShare: optional(number, f.neededActionShare),
  };
};

const decodeCause = (value: unknown): AlertCause => {
  const f = fields(value);
  return {
    ward: text(f.ward),
    wardName: text(f.wardName),
    type: text(f.type),
    name: text(f.name),
    alerts: number(f.alerts),
    share: number(f.share),
    judgements: decodeJudgements(f.judgements),
  };
};

const decodeWardLoad = (value: unknown): WardLoad => {
  const f = fields(value);
  const [budget, burn] = [fields(f.budget), fields(f.burn)];
  return {
    id: text(f.id),
    name: text(f.name),
    alerts: number(f.alerts),
    perBedDay: optional(number, f.perBedDay),
    judgements: decodeJudgements(f.judgements),
    budget: {
      alertsPerBedDay: number(budget.alertsPerBedDay),
      default: optional(number, budget.default),
      owner: optional(text, budget.owner),
      setAt: optional(time, budget.setAt),
    },
    burn: {
      alerts: number(burn.alerts),
      allowed: number(burn.allowed),
      usedShare: optional(number, burn.usedShare),
      pacePerBedDay: optional(number, burn.pacePerBedDay),
      projectedShare: optional(number, burn.projectedShare),
      willExceed: burn.willExceed === true,
    },
  };
};

/** GET /api/analytics/alerts */
export const decodeAlertLoad = whole((value): AlertLoad => {
  const f = fields(value);
  const response = fields(f.response);
  return {
    from: time(f.from),
    until: time(f.until),
    timeZone: text(f.timeZone),
    bedDays: number(f.bedDays),
    alerts: number(f.alerts),
    technical: number(f.technical),
    perBedDay: optional(number, f.perBedDay),
    judgements: decodeJudgements(f.judgements),
    byHourOfDay: list(f.byHourOfDay).map((one) => {
      const h = fields(one);
      return { hour: number(h.hour), alerts: number(h.alerts), perHour: optional(number, h.perHour) };
    }),
    topCauses: list(f.topCauses).map(decodeCause),
    incidents: number(response.incidents),
    acknowledgedFromOnset: decodeSpread(response.acknowledgedFromOnset),
    acknowledgedFromDelivery: decodeSpread(response.acknowledgedFromDelivery),
    reviewed: decodeSpread(response.reviewed),
    resolved: decodeSpread(response.resolved),
    wards: list(f.wards).map(decodeWardLoad),
  };
});

/** Figures of wards and hours, in which no patient stands. */
export class AnalyticsApi extends Http {
  /** `ward` empty: all that one may see. */
  dashboard(ward: string, signal?: AbortSignal): Promise<AnalyticsDashboard> {
    return this.get(withQuery('/api/analytics/dashboard', { ward: ward || null }), decodeAnalytics, signal);
  }

  /** The last seven days of alerts. `ward` empty: all that one may see. */
  alerts(ward: string, signal?: AbortSignal): Promise<AlertLoad> {
    return this.get(withQuery('/api/analytics/alerts', { ward: ward || null }), decodeAlertLoad, signal);
  }

  /** Null: the installation's again. */
  setBudget(ward: string, alertsPerBedDay: number | null): Promise<void> {
    return this.tell('PUT', `/api/wards/${part(ward)}/alert-budget`, { alertsPerBedDay });
  }
}
