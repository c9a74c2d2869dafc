/** Shapes of who may look and who looked. */
import { fields, list, optional, text, time, whole } from '../live/decode';

/** As much of a patient as is told before the reason is given. */
export interface FoundPatient {
  id: string;
  shortName: string;
  ward: string;
  bed: string;
}

export interface EmergencyGrant {
  patient: string;
  until: number;
}

export interface Look {
  at: number;
  name: string;
  role: string;
  action: string;
  purpose: string | null;
}

export const decodeFound = whole((value): FoundPatient => {
  const f = fields(value);
  return { id: text(f.id), shortName: text(f.shortName), ward: text(f.ward), bed: text(f.bed) };
});

export const decodeEmergency = whole((value): EmergencyGrant => {
  const f = fields(value);
  return { patient: text(f.patient), until: time(f.until) };
});

export const decodeLooks = whole((value): Look[] =>
  list(fields(value).items).map((one) => {
    const f = fields(one);
    return {
      at: time(f.at),
      name: text(f.name),
      role: optional(text, f.role) ?? '',
      action: text(f.action),
      purpose: optional(text, f.purpose),
    };
  }),
);

export const decodeFirstId = whole((value): { id: string | null } => {
  const [first] = list(fields(value).items);
  return { id: first === undefined ? null : text(fields(first).id) };
});
