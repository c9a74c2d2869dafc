import { ApiProblem, SignedOut } from '../api/problem';

/** Whether asking again cannot help: no such patient, not allowed, nobody signed in. */
export const isFinal = (error: unknown): boolean =>
  error instanceof SignedOut || (error instanceof ApiProblem && (error.status === 403 || error.status === 404));
