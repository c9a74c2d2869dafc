import type { ReactNode } from 'react';
import { Link } from 'react-router';
import type { Alert, Incident as IncidentDocument } from '../../live/alertTypes';
import { byUrgency, isOpen, isStanding, lookOf } from '../../live/alertTypes';
import { NUMERIC_VITALS } from '../../live/types';
import { isMine } from '../../ui/Bell';
import { maySilence, type Step, stepsFor } from '../../ui/deeds';
import { age, clockOrDate, since, timeOrDate, vitalNumber } from '../../ui/format';
import { FormDone, FormProblem } from '../../ui/forms';
import { Judge } from '../../ui/Judge';
import { clockWords, nextWords, ownerWords, stateWords } from '../../ui/onIt';
import { type Deed, useServices } from '../../ui/services';
import { useDeed } from '../../ui/useDeed';
import { shortWardOf, useWards } from '../../ui/usePatients';
import { words } from '../../ui/words';
import { Timeline } from './Timeline';
import './incident.css';

const text = words.alerts;

interface Props {
  incident: IncidentDocument;
  now: number;
  /** The trends of the patient around the cause; null where there is no patient. */
  vitals: ReactNode;
}

/** One piece of work: what set it off, who is on it, what has happened, and what can be done. */
export function Incident({ incident, now, vitals }: Props) {
  const { wards } = useWards();
  const alerts = [...incident.alerts].sort(byUrgency);
  const top = alerts.find(isStanding) ?? null;
  const look = alerts[0]?.technical ? 'technical' : incident.priority;
  const place = incident.bed === null ? '' : text.toast.bed(incident.bed);
  return (
    <main id="content" className="sheet incident" tabIndex={-1}>
      <div className={`strip strip-${look} incident-strip`}>
        <b className="strip-text">
          <span aria-hidden="true">{text.look[look].sign} </span>
          <span className="hidden-words">{text.look[look].name}: </span>
          {(top ?? alerts[0])?.cause.text ?? incident.name}
        </b>
        {isOpen(incident) && (
          <span className="strip-since">{since(Math.max(0, (now - incident.openedAt) / 1000))}</span>
        )}
      </div>
      <div className="incident-facts">
        <p>
          {incident.patient ? (
            <Link className="incident-patient" to={`/patient/${encodeURIComponent(incident.patient)}`}>
              <b>{incident.patientName ?? text.incident.patient}</b>
            </Link>
          ) : (
            text.incident.noPatient
          )}{' '}
          {incident.ward && (
            <span>
              {shortWardOf(wards, incident.ward)}
              {place && `, ${place}`}
            </span>
          )}
        </p>
        <Where incident={incident} alert={top} now={now} />
        {incident.deliveredAt !== null && (
          <p className="soft">{text.incident.shown(clockOrDate(incident.deliveredAt, now))}</p>
        )}
      </div>
      <Actions
        incident={incident}
        alert={top}
        place={incident.patientName ? `${place}, ${incident.patientName}` : place}
      />
      <div className="incident-columns">
        <div>
          <section className="incident-part" aria-labelledby="incident-timeline">
            <h2 id="incident-timeline">{text.incident.timeline}</h2>
            <Timeline history={incident.history} now={now} />
          </section>
          <section className="incident-part" aria-labelledby="incident-alerts">
            <h2 id="incident-alerts">{text.incident.alerts}</h2>
            <ul className="incident-alerts">
              {alerts.map((one) => (
                <AlertPart key={one.id} alert={one} incident={incident} now={now} />
              ))}
            </ul>
          </section>
        </div>
        {vitals && (
          <section className="incident-vitals" aria-label={text.incident.vitals}>
            {vitals}
          </section>
        )}
      </div>
    </main>
  );
}

function Where({ incident, alert, now }: { incident: IncidentDocument; alert: Alert | null; now: number }) {
  const clock = clockWords(incident, now);
  const next = nextWords(incident, now);
  if (!isOpen(incident))
    return (
      <p>
        <b>{text.state[incident.state]}</b> {incident.resolvedAt !== null && timeOrDate(incident.resolvedAt, now)}{' '}
        {incident.assignee?.name}
      </p>
    );
  return (
    <p className="incident-where">
      <b>{ownerWords(incident, alert, now)}</b>
      {next && <span>{next}</span>}
      {clock ? (
        <span className={clock.overdue ? 'clock-overdue' : ''}>{clock.text}</span>
      ) : (
        incident.respondState === 'met' && <span>{text.reviewMet}</span>
      )}
    </p>
  );
}

/** What can be done now. What is wrong about doing it, the server says. */
function Actions({ incident, alert, place }: { incident: IncidentDocument; alert: Alert | null; place: string }) {
  const { user, respond } = useServices();
  const deed = useDeed();
  const steps = stepsFor(user, incident, isMine(incident, user));
  const ask = (which: Deed): void => respond({ deed: which, alert, incident, place });
  const press = (step: Step): void => {
    if (step === 'claim' || step === 'start') void deed.act(() => deed.api.act(incident.id, step, ''));
    else ask(step);
  };
  if (steps.length === 0) return null;
  return (
    <div className="incident-acts">
      {steps.map((step, index) => (
        <button
          key={step}
          type="button"
          className={index === 0 ? 'button button-press' : 'button'}
          disabled={deed.busy}
          onClick={() => press(step)}
        >
          {text.deed[step]}
        </button>
      ))}
      {alert && maySilence(user, alert) && alert.signal !== 'paused' && (
        <button type="button" className="button" onClick={() => ask('silence')}>
          {text.deed.silence}
        </button>
      )}
      <FormProblem>{deed.problem}</FormProblem>
      <FormDone>{''}</FormDone>
    </div>
  );
}

/** An alert with the values as they were when it was raised, and what it was in the end. */
function AlertPart({ alert, incident, now }: { alert: Alert; incident: IncidentDocument; now: number }) {
  const { values, rule, model, news2 } = alert.cause;
  const look = lookOf(alert);
  const state = stateWords(alert);
  const measured = NUMERIC_VITALS.flatMap((vital) => {
    const one = values[vital];
    return one ? [{ vital, ...one }] : [];
  });
  return (
    <li>
      <p>
        <span className={`alert-mark strip-${look}`}>
          <span aria-hidden="true">{text.look[look].sign}</span>
          <span className="hidden-words">{text.look[look].name}: </span>
        </span>{' '}
        <b>{alert.cause.text}</b>
      </p>
      <p className="soft">
        {clockOrDate(alert.onsetAt, now)}
        {alert.endedAt !== null && ` – ${clockOrDate(alert.endedAt, now)}`}
        {state && ` · ${state}`}
        {rule && ` · ${text.incident.rule(rule, model)}`}
      </p>
      {measured.length > 0 && (
        <dl className="frozen" aria-label={text.incident.frozen}>
          {measured.map(({ vital, value, ageSeconds }) => (
            <div key={vital} className={vital === alert.cause.vital ? 'frozen-wrong' : ''}>
              <dt>{words.vitalShort[vital]}</dt>
              <dd>
                {vitalNumber(vital, value)} {words.vitalUnit[vital]}
                {ageSeconds >= 2 && <small> {text.incident.frozenAge(age(ageSeconds))}</small>}
              </dd>
            </div>
          ))}
          {news2 && (
            <div>
              <dt>{words.patient.news2}</dt>
              <dd>{news2.min === news2.max ? news2.min : `≥${news2.min}, ≤${news2.max}`}</dd>
            </div>
          )}
        </dl>
      )}
      {incident.state !== 'OPEN' && <Judge alert={alert} />}
    </li>
  );
}
