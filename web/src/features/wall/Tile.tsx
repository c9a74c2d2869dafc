import { memo, useEffect, useRef } from 'react';
import { Link } from 'react-router';
import type { Painter } from '../../draw/painter';
import { readPalette } from '../../draw/palette';
import { SweepSurface, type SweepTrace } from '../../draw/sweep';
import { type Look, lookOf } from '../../live/alertTypes';
import { type LiveStore, type PatientTraces, TRACE_SECONDS } from '../../live/store';
import type { NumericVital } from '../../live/types';
import { ANOMALY_THRESHOLD } from '../../live/types';
import { type PatientView, type VitalView, wrongVitals } from '../../live/view';
import { AlertStrip } from '../../ui/AlertStrip';
import { age, clockOrDate, news2Text, score, timeOrDate, vitalNumber } from '../../ui/format';
import { usePatientView } from '../../ui/hooks';
import { flashOf } from '../../ui/onIt';
import { onThemeChange } from '../../ui/theme';
import { words } from '../../ui/words';
import { Responder } from './Responder';

interface TileProps {
  store: LiveStore;
  painter: Painter;
  patientId: string;
  /** Shown beside the bed where several wards share the wall. */
  ward: string | null;
  index: number;
  focusable: boolean;
}

export const Tile = memo(function Tile({ store, painter, patientId, ward, index, focusable }: TileProps) {
  const view = usePatientView(store, patientId);
  if (!view) return null;
  const lost = view.signal.state === 'lost' || view.signal.state === 'never';
  const [top] = view.alerts;
  const look = top ? lookOf(top) : view.attention?.priority;
  const flash = top && !view.blank ? flashOf(top) : '';
  const concern = top !== undefined || view.incident !== null;
  return (
    <article
      className={`tile-in ${look ? `tile-${look}` : ''} ${flash} ${lost || view.blank ? 'tile-lost' : ''}`}
      data-bed={view.record.bed}
    >
      <div className="tile-top">
        <span className="tile-bed">
          <span className="hidden-words">Bed </span>
          {view.record.bed}
        </span>
        {ward && <span className="tile-ward">{ward}</span>}
        <Link
          className="tile-name"
          to={`/patient/${encodeURIComponent(patientId)}`}
          tabIndex={focusable ? 0 : -1}
          data-tile={index}
        >
          {view.record.shortName}
        </Link>
        <span className="grow" />
        <Chips view={view} />
      </div>
      <AlertStrip view={view} />
      <div className="tile-body">
        <div className={`tile-wave ${concern ? 'tile-concern' : ''}`}>
          <Traces store={store} painter={painter} patientId={patientId} />
          {lost && !view.blank ? (
            <div className="hatch">
              <span>
                {view.signal.lastAt === null
                  ? words.wall.noSignalYet
                  : words.wall.noSignal(clockOrDate(view.signal.lastAt, store.clock.now()))}
                {view.limitsChanged && !concern && ` · ${words.alerts.limitsChanged}`}
              </span>
            </div>
          ) : (
            !concern && (
              <span className="tile-wave-note">
                {words.wall.traces}
                {view.limitsChanged && <b> · {words.alerts.limitsChanged}</b>}
              </span>
            )
          )}
          {concern && <Responder view={view} />}
        </div>
        <Numbers view={view} />
      </div>
      <Foot view={view} now={store.clock.now()} />
    </article>
  );
});

/** What must never be cut off: it stands in the head, and the name gives way to it. */
function Chips({ view }: { view: PatientView }) {
  const { vitals, news2, record } = view;
  const level = (news2?.min ?? 0) >= 7 ? 'chip-7' : (news2?.min ?? 0) >= 5 ? 'chip-5' : '';
  return (
    <>
      {record.status === 'critical' && <span className="chip chip-7">{words.status.critical}</span>}
      {vitals.acvpu?.shown && vitals.acvpu.value !== 'A' && (
        <span className="chip chip-7">{words.wall.consciousness[vitals.acvpu.value]}</span>
      )}
      <span className={`chip ${level}`}>
        {words.patient.news2} {news2Text(news2)}
      </span>
    </>
  );
}

/** How it is measured, and what the model finds: in the foot, where there is room for all of it at once. */
function States({ view }: { view: PatientView }) {
  const { vitals, anomaly, record } = view;
  const driver = anomaly?.drivers[0];
  return (
    <span className="tile-states">
      {vitals.o2?.shown && vitals.o2.value && <span>{words.wall.oxygen}</span>}
      {record.spo2Scale === 2 && (
        <span>
          <span className="states-of">{words.vitalShort.spo2} </span>
          {words.wall.scale2}
        </span>
      )}
      {anomaly && anomaly.score >= ANOMALY_THRESHOLD && (
        <span>
          {words.wall.anomaly(score(anomaly.score))}
          {driver && <span className="states-driver"> · {words.vitalShort[driver.vital]}</span>}
        </span>
      )}
    </span>
  );
}

function Numbers({ view }: { view: PatientView }) {
  const { vitals } = view;
  const wrong = wrongVitals(view);
  const pressure = [vitals.sbp, vitals.dbp].map((one) => text('sbp', one)).join('/');
  const noPressure = !vitals.sbp?.shown && !vitals.dbp?.shown;
  return (
    <dl className="numbers">
      {(['hr', 'spo2', 'rr'] as const).map((key) => (
        <div key={key} className={`num num-${key} ${inverse(vitals[key], wrong.get(key))}`}>
          <dt>
            {words.vitalShort[key]} <UnitOrAge vital={key} one={vitals[key]} foot={view.signal.ageSeconds} />
          </dt>
          <dd className={vitals[key]?.shown ? '' : 'num-none'}>{text(key, vitals[key])}</dd>
        </div>
      ))}
      <div className={`num num-bp ${inverse(vitals.sbp, wrong.get('sbp') ?? wrong.get('dbp'))}`}>
        <dt>{words.vitalShort.sbp}</dt>
        <dd className={noPressure ? 'num-none' : ''}>{noPressure ? words.absent : pressure}</dd>
      </div>
      <div className={`num num-temp ${inverse(vitals.temp, wrong.get('temp'))}`}>
        <dt>{words.vitalUnit.temp}</dt>
        <dd className={vitals.temp?.shown ? '' : 'num-none'}>{text('temp', vitals.temp)}</dd>
      </div>
    </dl>
  );
}

const text = (key: NumericVital, one: VitalView | undefined): string =>
  one?.shown ? vitalNumber(key, one.value) : words.absent;

const inverse = (one: VitalView | undefined, look: Look | undefined): string =>
  look && one?.shown ? `num-inverse inverse-${look}` : '';

/** One vital that lags behind the others says so itself, in the place of its unit, since there is no room for both; where all lag, the foot does. */
function UnitOrAge({ vital, one, foot }: { vital: NumericVital; one: VitalView | undefined; foot: number }) {
  if (one?.state !== 'delayed' || one.ageSeconds - foot < 2) return words.vitalUnit[vital];
  return <small>{age(one.ageSeconds)}</small>;
}

function Foot({ view, now }: { view: PatientView; now: number }) {
  const { sbp, temp } = view.vitals;
  const oldTemperature = temp && temp.ageSeconds >= 120;
  return (
    <div className="tile-foot">
      {sbp && <span>{words.wall.bpAt(timeOrDate(sbp.at, now))}</span>}
      {oldTemperature && <span>{words.wall.tempAt(timeOrDate(temp.at, now))}</span>}
      <States view={view} />
      <span className="grow" />
      {view.device && <span className="tile-device">{view.device.id}</span>}
      <span className="tile-age">{freshness(view)}</span>
    </div>
  );
}

function freshness(view: PatientView): string {
  if (view.blank || view.signal.state === 'never') return words.absent;
  return view.signal.state === 'live' ? words.live : words.ageOld(age(view.signal.ageSeconds));
}

/** Bands and ranges are the same on every tile, so that two beds compare; what is beyond runs along the band's edge. */
function sweepTraces(traces: PatientTraces): SweepTrace[] {
  const colours = readPalette(document.documentElement);
  return [
    { source: traces.hr, colour: colours.hr, low: 40, high: 150, top: 0.03, bottom: 0.4 },
    { source: traces.spo2, colour: colours.spo2, low: 80, high: 100, top: 0.48, bottom: 0.66 },
    { source: traces.rr, colour: colours.rr, low: 5, high: 35, top: 0.73, bottom: 0.95 },
  ];
}

function Traces({ store, painter, patientId }: { store: LiveStore; painter: Painter; patientId: string }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const traces = store.tracesOf(patientId);
    if (!canvas.current || !traces) return;
    const surface = new SweepSurface(canvas.current, sweepTraces(traces), TRACE_SECONDS);
    const remove = painter.add(surface);
    const forget = onThemeChange(() => surface.setTraces(sweepTraces(traces)));
    return () => {
      forget();
      remove();
    };
  }, [store, painter, patientId]);
  return <canvas ref={canvas} />;
}
