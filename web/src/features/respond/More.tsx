import { useState } from 'react';
import { Link } from 'react-router';
import { isMine } from '../../ui/Bell';
import { mayEnd, maySilence, type Step, stepsFor } from '../../ui/deeds';
import { Dialog, FormProblem } from '../../ui/forms';
import { Judge } from '../../ui/Judge';
import { type Respond as Request, useServices } from '../../ui/services';
import { useDeed } from '../../ui/useDeed';
import { words } from '../../ui/words';

const text = words.alerts;

interface Props {
  request: Request;
  close(): void;
  done(said: string): void;
  open(request: Request): void;
}

/** Everything that can be done about one alert, at the reach of a thumb. */
export function More({ request, close, done, open }: Props) {
  const { user } = useServices();
  const deed = useDeed();
  const [judged, setJudged] = useState(request.alert?.judgement ?? null);
  const { alert, incident, place } = request;
  const direct = async (step: 'claim' | 'start'): Promise<void> => {
    if (!incident || !(await deed.act(() => deed.api.act(incident.id, step, '')))) return;
    done(text.deed.done[step] ?? '');
    close();
  };
  const press = (step: Step): void => {
    if (step === 'claim' || step === 'start') void direct(step);
    else open({ ...request, deed: step });
  };
  const endSilence = async (): Promise<void> => {
    if (!alert || !(await deed.act(() => deed.api.endSilence(alert.id)))) return;
    done(text.deed.done.endSilence ?? '');
    close();
  };
  return (
    <Dialog title={text.deed.moreTitle(place)} close={close}>
      <div className="respond-all">
        {stepsFor(user, incident, incident !== null && isMine(incident, user)).map((step) => (
          <button key={step} type="button" className="button" disabled={deed.busy} onClick={() => press(step)}>
            {text.deed[step]}
          </button>
        ))}
        {alert && maySilence(user, alert) && (
          <button
            type="button"
            className="button"
            disabled={deed.busy}
            onClick={() => (alert.signal === 'paused' ? void endSilence() : open({ ...request, deed: 'silence' }))}
          >
            {alert.signal === 'paused' ? text.deed.endSilence : text.deed.silence}
          </button>
        )}
        {alert && mayEnd(user, alert) && (
          <button type="button" className="button" onClick={() => open({ ...request, deed: 'end' })}>
            {text.deed.end}
          </button>
        )}
        {incident && (
          <Link className="button" to={`/incidents/${encodeURIComponent(incident.id)}`} onClick={close}>
            {text.list.open(incident.number)}
          </Link>
        )}
      </div>
      {alert && <Judge alert={{ ...alert, judgement: judged }} judged={setJudged} />}
      <FormProblem>{deed.problem}</FormProblem>
    </Dialog>
  );
}
