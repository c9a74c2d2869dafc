/** A schedule while it is entered, before anything is asked of the server. */
import type { DutyPerson, DutyStaff, Layer, NewSchedule, Rules, Schedule } from '../../api/oncall';
import { DAYS, type Day, type RotationKind, type TurnUnit } from '../../api/oncallShapes';
import { isZone } from './zones';

export interface RestrictionDraft {
  key: number;
  days: Day[];
  from: string;
  until: string;
}

export interface LayerDraft {
  key: number;
  rotation: RotationKind;
  /** As typed; of a custom rotation. */
  length: string;
  unit: TurnUnit;
  handOver: string;
  start: string;
  members: DutyPerson[];
  restrictions: RestrictionDraft[];
}

export interface ScheduleDraft {
  name: string;
  /** Empty: the whole hospital. */
  ward: string;
  role: string;
  tier: number;
  zone: string;
  layers: LayerDraft[];
}

const MOST_HOURS = 744;
const MOST_DAYS = 31;

let keys = 0;
const key = (): number => ++keys;

export const newRestriction = (): RestrictionDraft => ({ key: key(), days: [...DAYS], from: '19:00', until: '07:00' });

export const newLayer = (start: string): LayerDraft => ({
  key: key(),
  rotation: 'weekly',
  length: '12',
  unit: 'hours',
  handOver: '07:00',
  start,
  members: [],
  restrictions: [],
});

export function draftOf({ name, ward, role, tier, zone, layers }: Schedule): ScheduleDraft {
  return {
    name,
    ward: ward ?? '',
    role,
    tier,
    zone,
    layers: layers.map((one) => ({
      ...one,
      key: key(),
      length: String(one.length ?? 12),
      unit: one.unit ?? 'hours',
      restrictions: one.restrictions.map((each) => ({ ...each, key: key() })),
    })),
  };
}

export interface WrongLayer {
  length: boolean;
  handOver: boolean;
  start: boolean;
  members: boolean;
  /** Which of its times have no day, or no beginning or end. */
  restrictions: { days: boolean; times: boolean }[];
}

export interface Wrong {
  name: boolean;
  zone: boolean;
  layers: WrongLayer[];
  any: boolean;
}

const TIME = /^([01]\d|2[0-3]):[0-5]\d$/;

function wrongInLayer(layer: LayerDraft): WrongLayer {
  const length = Number(layer.length);
  const most = layer.unit === 'hours' ? MOST_HOURS : MOST_DAYS;
  return {
    length: layer.rotation === 'custom' && !(Number.isInteger(length) && length >= 1 && length <= most),
    handOver: !TIME.test(layer.handOver),
    start: Number.isNaN(Date.parse(layer.start)),
    members: layer.members.length === 0,
    restrictions: layer.restrictions.map((one) => ({
      days: one.days.length === 0,
      times: !TIME.test(one.from) || !TIME.test(one.until),
    })),
  };
}

export function wrongIn(draft: ScheduleDraft): Wrong {
  const layers = draft.layers.map(wrongInLayer);
  const [name, zone] = [draft.name.trim() === '', !isZone(draft.zone)];
  const any =
    name ||
    zone ||
    layers.some(
      ({ restrictions, ...one }) =>
        Object.values(one).some(Boolean) || restrictions.some((each) => each.days || each.times),
    );
  return { name, zone, layers, any };
}

/** A layer as the server has it; of one in which nothing is wrong. */
export const layerOf = ({ rotation, length, unit, handOver, start, members, restrictions }: LayerDraft): Layer => ({
  rotation,
  length: rotation === 'custom' ? Number(length) : null,
  unit: rotation === 'custom' ? unit : null,
  handOver,
  start,
  members,
  restrictions: restrictions.map(({ days, from, until }) => ({
    days: DAYS.filter((day) => days.includes(day)),
    from,
    until,
  })),
});

export const rulesOf = (draft: ScheduleDraft): Rules => ({
  name: draft.name.trim(),
  zone: draft.zone,
  layers: draft.layers.map((one) => ({ ...layerOf(one), members: one.members.map(({ id }) => id) })),
});

/** One that is to be made, as it is sent. */
export const newScheduleOf = (draft: ScheduleDraft): NewSchedule => ({
  ...rulesOf(draft),
  role: draft.role,
  tier: draft.tier,
  ward: draft.ward || null,
});

/** Those who can take turns: with this duty role in this tier, for this ward. */
export const candidates = (staff: readonly DutyStaff[], { role, tier, ward }: ScheduleDraft): DutyStaff[] =>
  staff.filter(
    (person) =>
      !person.disabled &&
      person.duties.some(
        (duty) =>
          duty.role === role &&
          duty.tier === tier &&
          (duty.wards === null || (ward !== '' && duty.wards.includes(ward))),
      ),
  );

/** One of a list at another place; where there is no such place, the list as it is. */
export function moved<T>(all: readonly T[], index: number, by: -1 | 1): T[] {
  const to = index + by;
  const next = [...all];
  if (to < 0 || to >= all.length) return next;
  const [one] = next.splice(index, 1);
  next.splice(to, 0, one as T);
  return next;
}

/** What was entered differs from what there was. */
export const differs = (one: ScheduleDraft, other: ScheduleDraft): boolean =>
  one.ward !== other.ward ||
  one.role !== other.role ||
  one.tier !== other.tier ||
  JSON.stringify(rulesOf(one)) !== JSON.stringify(rulesOf(other));
