/** Who a patient is, as it is typed, checked, and compared with what somebody else has made of it meanwhile. */
import { type Identity, type PatientEntry, SEXES } from '../api/patientShapes';
import { dayMonthYear } from './format';
import { words } from './words';

const text = words.patients;
const missing = text.fields.missing;
const OLDEST_YEARS = 130;

export interface Draft {
  recordNumber: string;
  family: string;
  given: string;
  dateOfBirth: string;
  sex: string;
  research: boolean;
  app: boolean;
}

export const EMPTY_DRAFT: Draft = {
  recordNumber: '',
  family: '',
  given: '',
  dateOfBirth: '',
  sex: '',
  research: false,
  app: false,
};

export function draftOf({ recordNumber, name, dateOfBirth, sex, consent }: Identity): Draft {
  const comma = name.indexOf(',');
  const [family, given] = comma < 0 ? [name, ''] : [name.slice(0, comma), name.slice(comma + 1)];
  return { recordNumber, family: family.trim(), given: given.trim(), dateOfBirth, sex, ...consent };
}

export function identityOf(draft: Draft): Identity {
  const { dateOfBirth, sex, research, app } = draft;
  return {
    recordNumber: draft.recordNumber.trim(),
    name: `${draft.family.trim()}, ${draft.given.trim()}`,
    dateOfBirth,
    sex,
    consent: { research, app },
  };
}

export type DraftProblems = { [K in keyof Draft | 'bed']?: string };

/** What is wrong with which field, before the server is asked. `today` as 2026-11-21. */
export function problemsOf(draft: Draft, today: string): DraftProblems {
  const problems: DraftProblems = {};
  if (!draft.recordNumber.trim()) problems.recordNumber = missing.recordNumber;
  for (const [part, none] of [
    ['family', missing.family],
    ['given', missing.given],
  ] as const) {
    if (!draft[part].trim()) problems[part] = none;
    else if (draft[part].includes(',')) problems[part] = missing.comma;
  }
  if (!/^\d{4}-\d{2}-\d{2}$/.test(draft.dateOfBirth)) problems.dateOfBirth = missing.dateOfBirth;
  else if (draft.dateOfBirth > today) problems.dateOfBirth = missing.future;
  else if (Number(today.slice(0, 4)) - Number(draft.dateOfBirth.slice(0, 4)) > OLDEST_YEARS)
    problems.dateOfBirth = missing.tooLongAgo;
  if (!SEXES.some((one) => one === draft.sex)) problems.sex = missing.sex;
  return problems;
}

/** The server's complaints at the fields of the page; `other` is what has no field here. */
export function placed(errors: Record<string, string>): { problems: DraftProblems; other: string } {
  const problems: DraftProblems = {};
  const other: string[] = [];
  for (const [name, raw] of Object.entries(errors)) {
    const said = raw.startsWith('must ') ? text.fields.complaint(raw) : raw;
    if (name === 'name') problems.family = said;
    else if (name === 'ward' || name === 'bed') problems.bed = said;
    else if (name in EMPTY_DRAFT) problems[name as keyof Draft] = said;
    else other.push(said);
  }
  return { problems, other: other.join(' ') };
}

/** What was typed, onto what somebody else has saved meanwhile: fields that were left alone take the new value. */
export function rebased(before: Draft, typed: Draft, now: Draft): Draft {
  const keep = <K extends keyof Draft>(key: K): Draft[K] => (typed[key] === before[key] ? now[key] : typed[key]);
  return {
    recordNumber: keep('recordNumber'),
    family: keep('family'),
    given: keep('given'),
    dateOfBirth: keep('dateOfBirth'),
    sex: keep('sex'),
    research: keep('research'),
    app: keep('app'),
  };
}

export interface Change {
  what: string;
  before: string;
  now: string;
}

export const consentText = ({ research, app }: { research: boolean; app: boolean }): string =>
  [research ? text.conflict.research : '', app ? text.conflict.app : ''].filter(Boolean).join(', ') ||
  text.conflict.none;

export const statusText = (status: string): string =>
  status === 'discharged' ? text.notAdmitted : (words.status[status] ?? status);

/** What differs between two states of a record, in words. `wardName` gives a ward's short name. */
export function changesOf(before: PatientEntry, now: PatientEntry, wardName: (id: string) => string): Change[] {
  const place = ({ ward, bed }: PatientEntry): string =>
    ward && bed ? text.place(wardName(ward), bed) : text.notAdmitted;
  const rows: [string, (one: PatientEntry) => string][] = [
    [text.conflict.recordNumber, (one) => one.recordNumber],
    [text.conflict.name, (one) => one.name],
    [text.conflict.dateOfBirth, (one) => dayMonthYear(one.dateOfBirth)],
    [text.conflict.sex, (one) => text.sex[one.sex] ?? one.sex],
    [text.conflict.consent, (one) => consentText(one.consent)],
    [text.conflict.status, (one) => statusText(one.status)],
    [text.conflict.place, place],
  ];
  return rows.flatMap(([what, of]) => (of(before) === of(now) ? [] : [{ what, before: of(before), now: of(now) }]));
}
