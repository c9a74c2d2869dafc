import { type FormEvent, useEffect, useState } from 'react';
import type { Judgement } from '../../live/alertTypes';
import { JUDGEMENTS } from '../../live/alertTypes';
import { Dialog, Field, FormProblem, fieldsOf } from '../../ui/forms';
import { NoteField } from '../../ui/NoteField';
import { useServices } from '../../ui/services';
import { useDeed } from '../../ui/useDeed';
import { words } from '../../ui/words';
import { More } from './More';
import { End, Raise } from './Raise';
import { type DeedProps, What } from './What';
import './respond.css';

const text = words.alerts;

/** What is asked before something is done about an alert. */
export function Respond(props: DeedProps) {
  switch (props.request.deed) {
    case 'acknowledge':
      return <Acknowledge {...props} />;
    case 'silence':
      return <Silence {...props} />;
    case 'review':
      return <Review {...props} />;
    case 'resolve':
      return <Resolve {...props} />;
    case 'comment':
      return <Comment {...props} />;
    case 'more':
      return <More {...props} />;
    case 'raise':
      return <Raise {...props} />;
    case 'end':
      return <End {...props} />;
  }
}

/** A touch that is only a ghost of the one before must not answer: the button takes presses after this long. */
const ARMED_MS = 600;

function useArmed(): boolean {
  const [armed, setArmed] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setArmed(true), ARMED_MS);
    return () => clearTimeout(timer);
  }, []);
  return armed;
}

function Acknowledge({ request, close, done }: DeedProps) {
  const { user, session } = useServices();
  const deed = useDeed();
  const armed = useArmed();
  const { incident } = request;
  const taken = incident && (incident.state === 'ACKNOWLEDGED' || incident.state === 'IN_PROGRESS');
  const go = async (): Promise<void> => {
    if (!incident || !armed) return;
    if (!(await deed.act(() => deed.api.act(incident.id, 'acknowledge', '')))) return;
    done(text.deed.done.acknowledge ?? '');
    close();
  };
  return (
    <Dialog title={text.acknowledge.title(request.place)} close={close}>
      <What request={request} />
      <p className="dialog-text">
        {!incident && (request.alert ? text.acknowledge.noIncident : text.acknowledge.nothing)}
        {incident && taken && text.acknowledge.already(incident.assignee?.name ?? '')}
        {incident && !taken && text.acknowledge.help}
      </p>
      <FormProblem>{deed.problem}</FormProblem>
      <div className="respond-go">
        {/* The focus is here, so that keys pressed once too often acknowledge nothing. */}
        <button type="button" className="button" onClick={close}>
          {words.action.cancel}
        </button>
        {incident && !taken && (
          <button
            type="button"
            className="button button-press"
            disabled={deed.busy}
            aria-disabled={!armed}
            onClick={() => void go()}
          >
            {text.acknowledge.as(user.name)}
          </button>
        )}
      </div>
      <button type="button" className="button button-plain" onClick={() => session.lock()}>
        {text.acknowledge.notMe(user.name)}
      </button>
    </Dialog>
  );
}

const LONGEST_MINUTES = 60;

function Silence({ request, close, done }: DeedProps) {
  const deed = useDeed();
  const { alert } = request;
  const [errors, setErrors] = useState({ minutes: '', reason: '' });
  const submit = async (event: FormEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault();
    const field = fieldsOf(event.currentTarget);
    const minutes = Number(field('minutes'));
    const reason = field('reason');
    const right = Number.isInteger(minutes) && minutes >= 1 && minutes <= LONGEST_MINUTES;
    const wrong = { minutes: right ? '' : text.silence.badMinutes, reason: reason ? '' : text.silence.noReason };
    setErrors(wrong);
    if (wrong.minutes || wrong.reason || !alert) return;
    if (!(await deed.act(() => deed.api.silence(alert.id, minutes * 60, reason)))) return;
    done(text.deed.done.silence ?? '');
    close();
  };
  return (
    <Dialog title={text.silence.title(alert?.cause.text ?? '')} close={close}>
      <form className="form" onSubmit={(event) => void submit(event)} noValidate>
        <p className="dialog-text">{text.silence.help}</p>
        <Field
          label={text.silence.minutes}
          name="minutes"
          type="number"
          inputMode="numeric"
          min={1}
          max={LONGEST_MINUTES}
          defaultValue="5"
          hint={text.silence.minutesHint}
          error={errors.minutes}
        />
        <Field
          label={text.silence.reason}
          name="reason"
          autoComplete="off"
          maxLength={200}
          hint={text.silence.reasonHint}
          error={errors.reason}
        />
        <FormProblem>{deed.problem}</FormProblem>
        <Buttons close={close} busy={deed.busy} go={text.silence.go} />
      </form>
    </Dialog>
  );
}

function Buttons({ close, busy, go }: { close(): void; busy: boolean; go: string }) {
  return (
    <div className="form-buttons">
      <button type="button" className="button" onClick={close}>
        {words.action.cancel}
      </button>
      <button type="submit" className="button button-press" disabled={busy}>
        {go}
      </button>
    </div>
  );
}

function Review({ request, close, done }: DeedProps) {
  const deed = useDeed();
  const submit = async (event: FormEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault();
    const field = fieldsOf(event.currentTarget);
    const [finding, actions] = [field('finding'), field('actions')];
    const { incident } = request;
    if (!incident) return;
    if (!finding || !actions) return deed.refuse(text.review.missing);
    if (!(await deed.act(() => deed.api.review(incident.id, finding, actions)))) return;
    done(text.deed.done.review ?? '');
    close();
  };
  return (
    <Dialog title={text.review.title} close={close}>
      <form className="form" onSubmit={(event) => void submit(event)} noValidate>
        <What request={request} />
        <p className="dialog-text">{text.review.help}</p>
        <Field
          label={text.review.finding}
          name="finding"
          maxLength={1000}
          hint={text.review.findingHint}
          autoComplete="off"
        />
        <Field
          label={text.review.actions}
          name="actions"
          maxLength={1000}
          hint={text.review.actionsHint}
          autoComplete="off"
        />
        <FormProblem>{deed.problem}</FormProblem>
        <Buttons close={close} busy={deed.busy} go={text.review.go} />
      </form>
    </Dialog>
  );
}

function Resolve({ request, close, done }: DeedProps) {
  const deed = useDeed();
  const submit = async (event: FormEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault();
    const field = fieldsOf(event.currentTarget);
    const outcome = JUDGEMENTS.find((one) => one === field('outcome'));
    const { incident } = request;
    if (!incident) return;
    if (!outcome) return deed.refuse(text.resolve.missing);
    const note = field('note');
    if (!(await deed.act(() => deed.api.resolve(incident.id, outcome, note)))) return;
    done(text.deed.done.resolve ?? '');
    close();
  };
  return (
    <Dialog title={text.resolve.title} close={close}>
      <form className="form" onSubmit={(event) => void submit(event)} noValidate>
        <What request={request} />
        <p className="dialog-text">{text.resolve.help}</p>
        <fieldset>
          <legend>{text.resolve.outcome}</legend>
          <div className="choices">
            {JUDGEMENTS.map((one: Judgement) => (
              <label key={one} className="choice">
                <input type="radio" name="outcome" value={one} />
                {text.judgement[one]}
              </label>
            ))}
          </div>
        </fieldset>
        <NoteField hint={text.resolve.noteHint} label={text.resolve.note} />
        <FormProblem>{deed.problem}</FormProblem>
        <Buttons close={close} busy={deed.busy} go={text.resolve.go} />
      </form>
    </Dialog>
  );
}

function Comment({ request, close, done }: DeedProps) {
  const deed = useDeed();
  const submit = async (event: FormEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault();
    const note = fieldsOf(event.currentTarget)('note');
    const { incident } = request;
    if (!incident) return;
    if (!note) return deed.refuse(text.comment.missing);
    if (!(await deed.act(() => deed.api.act(incident.id, 'comment', note)))) return;
    done(text.deed.done.comment ?? '');
    close();
  };
  return (
    <Dialog title={text.comment.title} close={close}>
      <form className="form" onSubmit={(event) => void submit(event)} noValidate>
        <NoteField hint={text.comment.hint} label={text.comment.label} />
        <FormProblem>{deed.problem}</FormProblem>
        <Buttons close={close} busy={deed.busy} go={text.comment.go} />
      </form>
    </Dialog>
  );
}
