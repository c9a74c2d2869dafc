/** Shapes of alert types and limits. Times in milliseconds; delays in seconds. */
import { type AlertPriority, PRIORITIES } from '../live/alertTypes';
import { believed, fields, flag, list, number, oneOf, optional, text, time, whole } from '../live/decode';
import { NUMERIC_VITALS, type VitalKey } from '../live/types';

/** One of the types that there are, with what may be changed about it. */
export interface AlertKind {
  type: string;
  name: string;
  category: string;
  priority: AlertPriority;
  technical: boolean;
  latching: boolean;
  role: string;
  responseMinutes: number | null;
  vital: VitalKey | null;
  limit: number | null;
  unit: string;
  delaySeconds: number | null;
  safeMin: number | null;
  safeMax: number | null;
  minDelaySeconds: number | null;
  maxDelaySeconds: number | null;
  overridable: boolean;
  canBeOff: boolean;
  source: string;
}

const VITAL_KEYS: readonly VitalKey[] = [...NUMERIC_VITALS, 'acvpu', 'o2'];

export function kindShape(value: unknown): AlertKind {
  const f = fields(value);
  return {
    type: text(f.type),
    name: text(f.name),
    category: optional(text, f.category) ?? '',
    priority: oneOf(PRIORITIES, f.priority),
    technical: optional(flag, f.technical) ?? false,
    latching: optional(flag, f.latching) ?? false,
    role: optional(text, f.role) ?? '',
    responseMinutes: optional(number, f.responseMinutes),
    vital: VITAL_KEYS.find((key) => key === f.vital) ?? null,
    limit: optional(number, f.limit),
    unit: optional(text, f.unit) ?? '',
    delaySeconds: optional(number, f.delaySeconds),
    safeMin: optional(number, f.safeMin),
    safeMax: optional(number, f.safeMax),
    minDelaySeconds: optional(number, f.minDelaySeconds),
    maxDelaySeconds: optional(number, f.maxDelaySeconds),
    overridable: optional(flag, f.overridable) ?? false,
    canBeOff: optional(flag, f.canBeOff) ?? true,
    source: optional(text, f.source) ?? '',
  };
}

export interface Setting {
  limit: number | null;
  delaySeconds: number | null;
  on: boolean;
}

export interface Limit extends Setting {
  type: string;
  default: Setting;
  /** What would be in force if the patient, or the ward that is asked about, had none of their own, and whose that is. */
  otherwise: Setting & { from: 'default' | 'ward' };
  /** Whose it is: the nearest to the patient counts. */
  from: 'default' | 'ward' | 'patient';
  owner: string | null;
  reason: string | null;
  expiresAt: number | null;
}

export interface Limits {
  items: Limit[];
  version: number;
}

export interface LimitChange {
  overrides: { type: string; limit: number | null; delaySeconds: number | null; on: boolean }[];
  reason: string;
  expiresAt: string;
}

const setting = (value: unknown): Setting => {
  const f = fields(value);
  return {
    limit: optional(number, f.limit),
    delaySeconds: optional(number, f.delaySeconds),
    on: optional(flag, f.on) ?? true,
  };
};

/** Who, as a name or as somebody who has one. */
export const who = (value: unknown): string => (typeof value === 'string' ? value : text(fields(value).name));

function limit(value: unknown): Limit {
  const f = fields(value);
  const otherwise = fields(f.otherwise);
  return {
    type: text(f.type),
    ...setting(f),
    default: setting(f.default),
    otherwise: { ...setting(otherwise), from: oneOf(['default', 'ward'] as const, otherwise.from) },
    from: oneOf(['default', 'ward', 'patient'] as const, f.from ?? 'default'),
    owner: optional(who, f.owner),
    reason: optional(text, f.reason),
    expiresAt: optional(time, f.expiresAt),
  };
}

/** GET /api/patients/{id}/limits and GET /api/wards/{id}/limits. */
export const decodeLimits = whole(
  (value): Limits => ({
    items: list(fields(value).items).flatMap((one) => believed(() => limit(one)) ?? []),
    version: number(fields(value).version),
  }),
);
