import type { ReactNode } from 'react';
import { ApiProblem } from '../api/problem';
import { useAfter } from './hooks';
import { words } from './words';

/** The middle of a page that has nothing else to show, and says why. */
export function PageState({ children }: { children: ReactNode }) {
  return <div className="state">{children}</div>;
}

/** Nothing for 300 ms, since most answers are there by then; after that the shape of what will come. */
export function Skeleton({ children }: { children: ReactNode }) {
  const late = useAfter(300);
  return (
    <>
      <p className="hidden-words" role="status">
        {words.problem.loading}
      </p>
      {late && children}
    </>
  );
}

/** What a failed request means to the reader: what happened, what still works, what to do. */
export function problemWords(error: unknown): string {
  if (!(error instanceof ApiProblem)) return words.problem.other('');
  if (error.status === 0 || error.status >= 500) return words.problem.away;
  if (error.status === 404) return error.type === 'patient-not-found' ? words.problem.notFound : words.problem.gone;
  if (error.status === 403) return words.problem.forbidden;
  if (error.status === -1) return words.problem.unreadable;
  return words.problem.other(error.message);
}

export function ProblemState({ error, retry, children }: { error: unknown; retry?: () => void; children?: ReactNode }) {
  return (
    <div className="state" role="alert">
      <p>{problemWords(error)}</p>
      {retry && (
        <button type="button" className="button" onClick={retry}>
          {words.problem.retry}
        </button>
      )}
      {children}
    </div>
  );
}
