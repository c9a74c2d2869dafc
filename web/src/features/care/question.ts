/** What the server asks before a device is put on somebody, and the answers given so far. */

import { gapOf, patientOf } from '../../api/patientShapes';
import type { Binding } from '../../api/patients';
import { ApiProblem } from '../../api/problem';

export type Question =
  | { kind: 'same'; binding: Binding; lastSeenAt: number | null; minutes: number | null }
  /** `patient` null: somebody who is not to be seen here. */
  | { kind: 'elsewhere'; binding: Binding; patient: string | null };

/** The question in a refusal; null where it is none. */
export function questionOf(error: unknown, binding: Binding): Question | null {
  if (!(error instanceof ApiProblem)) return null;
  if (error.type === 'same-patient-question') return { kind: 'same', binding, ...gapOf(error.more) };
  if (error.type === 'device-bound') return { kind: 'elsewhere', binding, patient: patientOf(error.more) };
  return null;
}

/** The same wish with the question answered by yes. Answers to earlier questions stay; null where a yes changes nothing. */
export function answered(question: Question): Binding | null {
  if (question.kind === 'same') return { ...question.binding, confirmSamePatient: true };
  return question.patient === null ? null : { ...question.binding, takeFrom: question.patient };
}

/** What a scanner typed or a camera read, as the device's id: the last part of an address, without blanks. */
export function deviceOf(scanned: string): string {
  const trimmed = scanned.trim();
  return /^[a-z]+:\/\//i.test(trimmed)
    ? (trimmed
        .split(/[/?#=]/)
        .filter(Boolean)
        .at(-1) ?? '')
    : trimmed;
}
