import type { Measured, NumericVital, Vitals } from '../../live/types';
import { type PatientView, type VitalView, wrongVitals } from '../../live/view';
import { age, clockOrDate, timeOrDate, vitalNumber } from '../../ui/format';
import { words } from '../../ui/words';

/** Ranges that score no points in NEWS2 (Royal College of Physicians, 2017); SpO2 on scale 2 is 88-92 %. */
const ZERO_POINTS: { [K in NumericVital]?: string } = {
  hr: '51 – 90',
  spo2: '96 –',
  rr: '12 – 20',
  sbp: '111 – 219',
  temp: '36.1 – 38.0',
};
const ZERO_POINTS_SPO2_SCALE_2 = '88 – 92';

/** The numbers as they are now, each with its age and the range that needs no attention. */
export function Now({ view, now }: { view: PatientView; now: number }) {
  const { vitals, record } = view;
  const wrong = wrongVitals(view);
  const oxygen = vitals.o2?.shown ? (vitals.o2.value ? words.patient.onOxygen : words.patient.onAir) : null;
  const spo2Range = record.spo2Scale === 2 ? ZERO_POINTS_SPO2_SCALE_2 : ZERO_POINTS.spo2;
  return (
    <section className="card now" aria-labelledby="now-title">
      <h2 id="now-title">
        {words.patient.now}
        <span className="grow" />
        <span className="h2-note">{freshness(view, now)}</span>
      </h2>
      <dl className="now-list">
        {(['hr', 'spo2', 'rr'] as const).map((key) => (
          <Row
            key={key}
            kind={key}
            label={`${words.vitalShort[key]} ${words.vitalUnit[key]}`}
            text={vitals[key] ? vitalNumber(key, vitals[key].value) : null}
            one={vitals[key]}
            now={now}
            range={(key === 'spo2' ? spo2Range : ZERO_POINTS[key]) ?? null}
            extra={key === 'spo2' ? oxygen : null}
            inverse={wrong.get(key) ?? null}
          />
        ))}
        <Row
          kind="bp"
          label={`${words.patient.bloodPressure} ${words.vitalUnit.sbp}`}
          text={pressureText(vitals.sbp, vitals.dbp)}
          one={vitals.sbp ?? vitals.dbp}
          now={now}
          range={ZERO_POINTS.sbp ?? null}
          extra={null}
          inverse={wrong.get('sbp') ?? wrong.get('dbp') ?? null}
          timed
        />
        <Row
          kind="temp"
          label={`${words.patient.temperature} ${words.vitalUnit.temp}`}
          text={vitals.temp ? vitalNumber('temp', vitals.temp.value) : null}
          one={vitals.temp}
          now={now}
          range={ZERO_POINTS.temp ?? null}
          extra={null}
          inverse={wrong.get('temp') ?? null}
          timed
        />
      </dl>
    </section>
  );
}

function pressureText(sbp: VitalView | undefined, dbp: VitalView | undefined): string | null {
  if (!sbp && !dbp) return null;
  const part = (one: VitalView | undefined): string => (one ? vitalNumber('sbp', one.value) : words.absent);
  return `${part(sbp)}/${part(dbp)}`;
}

function freshness(view: PatientView, now: number): string {
  const { signal } = view;
  if (view.blank) return words.absent;
  if (signal.state === 'never') return words.wall.noSignalYet;
  if (signal.state === 'lost' && signal.lastAt !== null) return words.patient.noSignal(clockOrDate(signal.lastAt, now));
  return signal.state === 'live' ? words.live : words.ageOld(age(signal.ageSeconds));
}

interface RowProps {
  kind: string;
  label: string;
  text: string | null;
  one: VitalView | undefined;
  now: number;
  range: string | null;
  extra: string | null;
  inverse: string | null;
  /** Taken now and then: shows its time always. */
  timed?: boolean;
}

function Row({ kind, label, text, one, now, range, extra, inverse, timed = false }: RowProps) {
  const shown = one?.shown === true && text !== null;
  return (
    <div className={`now-row vital-${kind} ${inverse && shown ? `inverse-${inverse}` : ''}`}>
      <dt>{label}</dt>
      <dd className={shown ? 'now-value' : 'now-value now-none'}>{shown ? text : words.absent}</dd>
      <dd className="now-notes">
        {one && !shown && text !== null && <span>{words.patient.last(`${text}, ${clockOrDate(one.at, now)}`)}</span>}
        {shown && timed && (
          <span>
            {timeOrDate(one.at, now)}
            {one.ageSeconds >= 2 && `, ${words.ageOld(age(one.ageSeconds))}`}
          </span>
        )}
        {shown && !timed && one.state === 'delayed' && <span>{words.ageOld(age(one.ageSeconds))}</span>}
        {!one && <span>{words.patient.neverMeasured}</span>}
        {extra && <span>{extra}</span>}
        {range && <span className="now-range">{range}</span>}
      </dd>
    </div>
  );
}

/** Consciousness, oxygen and the optional vitals: as words, with their time. */
export function OtherValues({ view, now }: { view: PatientView; now: number }) {
  const { acvpu, o2, etco2, glucose } = view.vitals;
  const rows: { name: string; value: string; at: number | null; shown: boolean }[] = [];
  const add = (name: string, value: string, one: Omit<Measured<unknown>, 'state'> & { shown: boolean }): void => {
    rows.push({ name, value, at: one.at, shown: one.shown });
  };
  if (acvpu) add(words.vitalName.acvpu, words.consciousness[acvpu.value], acvpu);
  if (o2) add(words.vitalName.o2, o2.value ? words.patient.onOxygen : words.patient.onAir, o2);
  if (etco2) add(words.vitalName.etco2, `${vitalNumber('etco2', etco2.value)} ${words.vitalUnit.etco2}`, etco2);
  if (glucose)
    add(words.vitalName.glucose, `${vitalNumber('glucose', glucose.value)} ${words.vitalUnit.glucose}`, glucose);
  if (rows.length === 0) return null;
  return (
    <section className="card-part" aria-labelledby="more-title">
      <h2 id="more-title">{words.patient.more}</h2>
      <dl className="facts">
        {rows.map((row) => (
          <div key={row.name}>
            <dt>{row.name}</dt>
            <dd>
              {row.shown ? row.value : words.absent}
              {row.at !== null && <small> {timeOrDate(row.at, now)}</small>}
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

/** Names of the vitals a score had to do without. */
export function missingVitals(vitals: Vitals | PatientView['vitals'], wanted: readonly (keyof Vitals)[]): string[] {
  return wanted.filter((key) => !vitals[key]).map((key) => words.vitalName[key]);
}
