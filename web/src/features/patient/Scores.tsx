import type { CSSProperties } from 'react';
import type { Anomaly, Bounds, News2, News2Parameter } from '../../live/types';
import { ANOMALY_THRESHOLD, NEWS2_PARAMETERS } from '../../live/types';
import type { PatientView } from '../../live/view';
import { clockOrDate, news2Text, score, signed } from '../../ui/format';
import { words } from '../../ui/words';

/** The early warning score, parameter by parameter; with a value missing, its bounds and which one is missing. */
export function News2Card({ view, now }: { view: PatientView; now: number }) {
  const current = view.news2;
  return (
    <section className="card-part" aria-labelledby="news2-title">
      <h2 id="news2-title">
        {words.patient.news2}
        <b className={`score ${level(current)}`}>{news2Text(current)}</b>
        <span className="grow" />
        {current && <span className="h2-note">{words.patient.news2Scale(current.scale)}</span>}
      </h2>
      {current ? (
        <>
          {!current.complete && <p className="note">{words.patient.news2Incomplete}</p>}
          <dl className="bars">
            {NEWS2_PARAMETERS.map((key) => (
              <ParameterRow key={key} parameter={key} bounds={current.parameters[key]} />
            ))}
          </dl>
        </>
      ) : (
        <p className="note">
          {words.patient.news2None} {view.lastNews2 && lastNews2(view.lastNews2, now)}
        </p>
      )}
      <p className="note">{words.patient.news2Source}</p>
    </section>
  );
}

const lastNews2 = (last: News2, now: number): string =>
  words.patient.news2Last(news2Text(last), clockOrDate(last.at, now));

const level = (news2: News2 | null): string =>
  news2 === null ? '' : news2.min >= 7 ? 'score-7' : news2.min >= 5 ? 'score-5' : '';

/** No parameter scores more than 3. */
const MOST_POINTS = 3;

function ParameterRow({ parameter, bounds }: { parameter: News2Parameter; bounds: Bounds | undefined }) {
  const missing = !bounds || bounds.min !== bounds.max;
  const low = bounds?.min ?? 0;
  const high = bounds?.max ?? MOST_POINTS;
  return (
    <div className={missing ? 'bar-row bar-missing' : 'bar-row'}>
      <dt>{words.news2Parameter[parameter]}</dt>
      <dd>
        <span className="bar-track" aria-hidden="true">
          <i
            className={`bar-fill points-${Math.min(low, MOST_POINTS)}`}
            style={{ width: `${(low / MOST_POINTS) * 100}%` }}
          />
          {missing && (
            <i
              className="bar-open"
              style={{ left: `${(low / MOST_POINTS) * 100}%`, width: `${((high - low) / MOST_POINTS) * 100}%` }}
            />
          )}
        </span>
        <span className="bar-value">{missing ? words.patient.news2Missing(String(low), String(high)) : low}</span>
      </dd>
    </div>
  );
}

/** The anomaly score with what drove it, how complete its inputs were, and which model gave it. */
export function AnomalyCard({ view, now }: { view: PatientView; now: number }) {
  const current = view.anomaly;
  const last = view.lastAnomaly;
  return (
    <section className="card-part" aria-labelledby="anomaly-title">
      <h2 id="anomaly-title">
        {words.patient.anomaly}
        <b className={`score score-small ${current && current.score >= ANOMALY_THRESHOLD ? 'score-raised' : ''}`}>
          {current ? score(current.score) : words.none}
        </b>
        <span className="grow" />
        {current && <span className="h2-note">{completeness(current)}</span>}
      </h2>
      {current ? (
        <>
          <p className="note">{words.patient.driversNote}</p>
          <Drivers anomaly={current} />
          <p className="note">{words.patient.anomalyModel(current.model)}</p>
        </>
      ) : (
        <p className="note">
          {words.patient.anomalyNone} {last && words.patient.news2Last(score(last.score), clockOrDate(last.at, now))}
        </p>
      )}
    </section>
  );
}

const completeness = (anomaly: Anomaly): string =>
  anomaly.completeness >= 0.995
    ? words.patient.anomalyAll
    : words.patient.anomalyPart(Math.round(anomaly.completeness * 100));

/** A contribution of this size fills the bar. */
const FULL_BAR = 0.4;

function Drivers({ anomaly }: { anomaly: Anomaly }) {
  return (
    <dl className="bars">
      {anomaly.drivers.map(({ vital, contribution }) => {
        const width: CSSProperties = { width: `${Math.min(1, Math.abs(contribution) / FULL_BAR) * 100}%` };
        return (
          <div key={vital} className="bar-row">
            <dt>{words.vitalName[vital]}</dt>
            <dd>
              <span className="bar-track" aria-hidden="true">
                <i className={`bar-fill ${contribution > 0 ? `driver-${vital}` : 'driver-down'}`} style={width} />
              </span>
              <span className="bar-value">{signed(contribution)}</span>
            </dd>
          </div>
        );
      })}
    </dl>
  );
}
