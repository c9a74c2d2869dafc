import { type FormEvent, useState } from 'react';
import { type AlertPriority, PRIORITIES } from '../../live/alertTypes';
import { Dialog, Field, FormProblem, fieldsOf } from '../../ui/forms';
import { useServices } from '../../ui/services';
import { useDeed } from '../../ui/useDeed';
import { words } from '../../ui/words';
import { type DeedProps, What } from './What';

const text = words.alerts.raise;
const LEAST_TEXT = 3;

/** An alert by hand: what somebody sees at the bedside and no device measures. Sent as the one who is signed in. */
export function Raise({ request, close, done }: DeedProps) {
  const deed = useDeed();
  const { user } = useServices();
  const [priority, setPriority] = useState<AlertPriority>('high');
  const [error, setError] = useState('');
  const submit = async (event: FormEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault();
    const said = fieldsOf(event.currentTarget)('text');
    const patient = request.patient ?? '';
    setError(said.length < LEAST_TEXT ? text.missing : '');
    if (said.length < LEAST_TEXT) return;
    if (!(await deed.act(() => deed.api.raise(patient, priority, said).then(() => undefined)))) return;
    done(words.alerts.deed.done.raise ?? '');
    close();
  };
  return (
    <Dialog title={text.title(request.place)} close={close}>
      <form className="form" onSubmit={(event) => void submit(event)} noValidate>
        <p className="dialog-text">{text.help}</p>
        <Field
          label={text.what}
          name="text"
          maxLength={200}
          hint={text.whatHint}
          error={error}
          autoComplete="off"
          autoCapitalize="sentences"
        />
        <fieldset>
          <legend>{text.priority}</legend>
          <div className="choices">
            {PRIORITIES.map((one) => (
              <label key={one} className="choice">
                <input type="radio" name="priority" checked={priority === one} onChange={() => setPriority(one)} />
                {text.priorities[one]}
              </label>
            ))}
          </div>
        </fieldset>
        <FormProblem>{deed.problem}</FormProblem>
        <div className="respond-go">
          <button type="button" className="button" onClick={close}>
            {words.action.cancel}
          </button>
          <button type="submit" className="button button-press" disabled={deed.busy}>
            {text.as(user.name)}
          </button>
        </div>
      </form>
    </Dialog>
  );
}

/** What was raised by hand is over. The work behind it goes on until it is resolved. */
export function End({ request, close, done }: DeedProps) {
  const deed = useDeed();
  const { alert } = request;
  const go = async (): Promise<void> => {
    if (!alert || !(await deed.act(() => deed.api.end(alert.id)))) return;
    done(words.alerts.deed.done.end ?? '');
    close();
  };
  return (
    <Dialog title={text.endTitle} close={close}>
      <What request={request} />
      <p className="dialog-text">{text.endHelp}</p>
      <FormProblem>{deed.problem}</FormProblem>
      <div className="respond-go">
        <button type="button" className="button" onClick={close}>
          {words.action.cancel}
        </button>
        <button type="button" className="button button-press" disabled={deed.busy} onClick={() => void go()}>
          {text.end}
        </button>
      </div>
    </Dialog>
  );
}
