import { type Alert, lookOf } from '../../live/alertTypes';
import type { PatientView } from '../../live/view';
import { AttentionStrip } from '../../ui/Attention';
import { isMine } from '../../ui/Bell';
import { maySilence, stepsFor } from '../../ui/deeds';
import { shortTime, since } from '../../ui/format';
import { clockWords, flashOf, nextWords, ownerWords, stateWords } from '../../ui/onIt';
import { type Deed, useServices } from '../../ui/services';
import { words } from '../../ui/words';

const text = words.alerts;

/** Every alert of the patient, the most urgent with who is on it, what comes next, and what can be done. */
export function AlertBar({ view }: { view: PatientView }) {
  const { user, respond } = useServices();
  const { alerts, incident, record, blank } = view;
  const [top, ...others] = alerts;
  if (!top && !incident) return <AttentionStrip view={view} className="patient-strip" />;
  const now = view.second * 1000;
  const clock = blank ? null : clockWords(incident, now);
  const next = blank ? '' : nextWords(incident, now);
  const steps = stepsFor(user, incident, incident !== null && isMine(incident, user));
  const ask = (deed: Deed, alert: Alert | null) => (): void =>
    respond({ deed, alert, incident, place: text.list.place(record.bed, record.shortName) });
  const look = top ? lookOf(top) : (incident?.priority ?? 'low');
  return (
    <section className="alert-bar" aria-label={text.list.title}>
      <div className={`strip strip-${look} ${top && !blank ? flashOf(top) : ''} patient-strip`}>
        <span className="alert-bar-what">
          <b>
            <span aria-hidden="true">{text.look[look].sign} </span>
            <span className="hidden-words">{text.look[look].name}: </span>
            {top
              ? blank
                ? words.wall.lastKnown(top.cause.text)
                : top.cause.text
              : `${incident?.name}: ${text.endedShort}`}
          </b>
          {top && !blank && <span>{since(Math.max(0, (now - top.onsetAt) / 1000))}</span>}
          {top && stateWords(top) && <span>{silenceWords(top)}</span>}
        </span>
        <span className="alert-bar-who">
          {ownerWords(incident, top ?? null, now)}
          {next && ` · ${next}`}
          {clock && <span className={clock.overdue ? 'clock-overdue' : ''}>{clock.text}</span>}
        </span>
        <span className="alert-bar-acts">
          {steps.includes('acknowledge') && (
            <button type="button" className="button button-press" onClick={ask('acknowledge', top ?? null)}>
              {text.deed.acknowledge}
            </button>
          )}
          {steps.includes('review') && (
            <button type="button" className="button button-press" onClick={ask('review', top ?? null)}>
              {text.deed.review}
            </button>
          )}
          {(steps.length > 0 || (top && maySilence(user, top))) && (
            <button type="button" className="button" onClick={ask('more', top ?? null)}>
              {text.deed.more}
            </button>
          )}
        </span>
      </div>
      {others.length > 0 && (
        <ul className="alert-bar-others">
          {others.map((one) => (
            <li key={one.id}>
              <span className={`alert-mark strip-${lookOf(one)}`}>
                <span aria-hidden="true">{text.look[lookOf(one)].sign}</span>
                <span className="hidden-words">{text.look[lookOf(one)].name}: </span>
              </span>
              {one.cause.text}
              {!blank && <span className="soft">{since(Math.max(0, (now - one.onsetAt) / 1000))}</span>}
              {stateWords(one) && <b>{silenceWords(one)}</b>}
              {maySilence(user, one) && (
                <button type="button" className="button button-plain" onClick={ask('more', one)}>
                  {text.deed.more}
                  <span className="hidden-words"> {one.cause.text}</span>
                </button>
              )}
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

const silenceWords = (alert: Alert): string =>
  alert.signal === 'paused' && alert.silencedUntil !== null
    ? text.silencedBy(shortTime(alert.silencedUntil), alert.silencedBy ?? '', alert.silenceReason ?? '')
    : stateWords(alert);
