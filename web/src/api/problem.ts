/** What can go wrong between a page and the server, in the terms a page needs to say so. */

/** There is nobody signed in (any more): the page shows the sign-in. */
export class SignedOut extends Error {}

/** The session is locked: the page shows the lock. */
export class Locked extends SignedOut {}

/** Why a request brought nothing. */
export class ApiProblem extends Error {
  /** HTTP status; 0 when the server did not answer, -1 when its answer could not be read. */
  readonly status: number;
  /** What stands behind `urn:wardwatch:`, or the whole type where it is none of ours. */
  readonly type: string;
  /** What the server says beyond that: members of its answer by name, none of them believed yet. */
  readonly more: Readonly<Record<string, unknown>>;

  constructor(status: number, type: string, message: string, more: Readonly<Record<string, unknown>> = {}) {
    super(message);
    this.status = status;
    this.type = type;
    this.more = more;
  }
}

/** Somebody else has changed meanwhile what this change was decided on, and nothing was done. */
export const isOvertaken = (error: unknown): boolean => error instanceof ApiProblem && error.type === 'version-changed';

export interface Problem {
  type: string;
  title: string;
  detail: string;
  /** Of a refused unlocking. */
  attemptsLeft: number | null;
  /** The whole answer. */
  more: Readonly<Record<string, unknown>>;
}

const OURS = 'urn:wardwatch:';

/** The ProblemDetails of an answer, as far as there is one. */
export async function problemOf(response: Response): Promise<Problem> {
  const body: unknown = await response.json().catch(() => null);
  const f = (typeof body === 'object' && body !== null ? body : {}) as Record<string, unknown>;
  const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');
  const type = textOf(f.type);
  return {
    type: type.startsWith(OURS) ? type.slice(OURS.length) : type,
    title: textOf(f.title),
    detail: textOf(f.detail),
    attemptsLeft: typeof f.attemptsLeft === 'number' ? f.attemptsLeft : null,
    more: f,
  };
}

export function retryAfter(response: Response): number | null {
  const seconds = Number(response.headers.get('retry-after'));
  return Number.isFinite(seconds) && seconds > 0 ? Math.ceil(seconds) : null;
}
