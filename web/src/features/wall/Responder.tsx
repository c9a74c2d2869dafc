import type { PatientView } from '../../live/view';
import { clockWords, nextWords, ownerWords, stateWords } from '../../ui/onIt';
import { words } from '../../ui/words';

/** Who is on it, what comes next and when, and the response clock: above the traces, in the place of their label. */
export function Responder({ view }: { view: PatientView }) {
  const { incident, second, blank } = view;
  const top = view.alerts[0] ?? null;
  const now = second * 1000;
  const next = nextWords(incident, now);
  const clock = clockWords(incident, now);
  const state = top ? stateWords(top) : '';
  const owner = top === null && incident === null ? '' : ownerWords(incident, top, now);
  return (
    <p className="responder">
      {state && <span className="responder-state">{state}</span>}
      <span className="responder-owner">
        {owner}
        {view.limitsChanged && ` · ${words.alerts.limitsChanged}`}
      </span>
      {next && !blank && <span className="responder-next">{next}</span>}
      {clock && !blank && (
        <span className={clock.overdue ? 'responder-clock clock-overdue' : 'responder-clock'}>
          {clock.overdue && <span aria-hidden="true">{words.alerts.look.medium.shape} </span>}
          {clock.text}
        </span>
      )}
    </p>
  );
}
