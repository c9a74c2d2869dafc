import { ApiProblem, SignedOut } from '../api/problem';

/** Whether asking again cannot help: no such patient, not allowed, nobody signed in. */
export const isFinal = (error: unknown): boolean =>
  error instanceof SignedOut || (error instanceof ApiProblem && (error.status === 403 || error.status === 404));

/** Whether the server has understood and refused, so that the same question gets the same answer. Too many questions is no refusal. */
export const isRefused = (error: unknown): boolean =>
  error instanceof ApiProblem && error.status >= 400 && error.status < 500 && error.status !== 429;
