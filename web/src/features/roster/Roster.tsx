import { Link } from 'react-router';
import { type Look, lookOf } from '../../live/alertTypes';
import type { LiveStore } from '../../live/store';
import type { NumericVital, Ward } from '../../live/types';
import { type PatientView, type VitalView, wrongVitals } from '../../live/view';
import { AlertStrip } from '../../ui/AlertStrip';
import { isMine } from '../../ui/Bell';
import { stepsFor } from '../../ui/deeds';
import { age, news2Text, vitalNumber } from '../../ui/format';
import { useLive } from '../../ui/hooks';
import { clockWords, flashOf, nextWords, ownerWords } from '../../ui/onIt';
import { useServices } from '../../ui/services';
import { PageState } from '../../ui/states';
import { words } from '../../ui/words';
import './roster.css';

const URGENCY: Record<Look, number> = { high: 0, medium: 2, technical: 3, low: 4 };
/** Whom somebody has called critical stands below the high alerts and above the others. */
const URGENCY_CRITICAL = 1;
const URGENCY_OPEN = 5;
const CALM = 9;

const isCritical = (view: PatientView): boolean => view.record.status === 'critical';
const lookOfView = (view: PatientView): Look | undefined =>
  view.alerts[0] ? lookOf(view.alerts[0]) : view.attention?.priority;

function urgency(view: PatientView): number {
  const look = lookOfView(view);
  return Math.min(
    look ? URGENCY[look] : CALM,
    isCritical(view) ? URGENCY_CRITICAL : CALM,
    view.incident ? URGENCY_OPEN : CALM,
  );
}

/** The ward for a small screen: whom this person is on, who else needs attention, then every bed in its fixed order. */
export function Roster({ store, wards }: { store: LiveStore; wards: readonly Ward[] }) {
  const patients = useLive(store, (s) => s.patients);
  const { user } = useServices();
  const inOrder = byBed(wards, patients);
  if (inOrder.length === 0)
    return (
      <PageState>
        <p>{words.wall.empty}</p>
      </PageState>
    );
  const urgent = inOrder.filter((view) => urgency(view) < CALM).sort((a, b) => urgency(a) - urgency(b));
  const mine = urgent.filter((view) => view.incident !== null && isMine(view.incident, user));
  const raised = urgent.filter((view) => !mine.includes(view));
  const several = wards.length > 1;
  return (
    <div className="roster">
      {mine.length > 0 && (
        <section aria-labelledby="roster-mine">
          <h2 id="roster-mine">{words.roster.mine}</h2>
          <Rows views={mine} wards={several ? wards : []} />
        </section>
      )}
      <section aria-labelledby="roster-attention">
        <h2 id="roster-attention">{words.roster.attention}</h2>
        {raised.length === 0 ? (
          <p className="roster-quiet">{words.roster.nobody}</p>
        ) : (
          <Rows views={raised} wards={several ? wards : []} />
        )}
      </section>
      <section aria-labelledby="roster-all">
        <h2 id="roster-all">{words.roster.all}</h2>
        <Rows views={inOrder} wards={several ? wards : []} />
      </section>
    </div>
  );
}

function byBed(wards: readonly Ward[], patients: ReadonlyMap<string, PatientView>): PatientView[] {
  const place = (view: PatientView): number => {
    const ward = wards.findIndex((one) => one.id === view.record.ward);
    const bed = wards[ward]?.beds.indexOf(view.record.bed) ?? -1;
    return ward * 10_000 + (bed < 0 ? 9_999 : bed);
  };
  return [...patients.values()]
    .filter((view) => wards.some((ward) => ward.id === view.record.ward))
    .sort((a, b) => place(a) - place(b));
}

function Rows({ views, wards }: { views: PatientView[]; wards: readonly Ward[] }) {
  return (
    <ul className="roster-rows">
      {views.map((view) => (
        <li key={view.record.id}>
          <Row view={view} ward={wards.find((one) => one.id === view.record.ward)?.name ?? null} />
        </li>
      ))}
    </ul>
  );
}

function Row({ view, ward }: { view: PatientView; ward: string | null }) {
  const { vitals, signal, record } = view;
  const level = (view.news2?.min ?? 0) >= 7 ? 'chip-7' : (view.news2?.min ?? 0) >= 5 ? 'chip-5' : '';
  const wrong = wrongVitals(view);
  const look = lookOfView(view);
  const [top] = view.alerts;
  const flash = top && !view.blank ? flashOf(top) : '';
  return (
    <div className={`roster-row ${look ? `roster-${look}` : ''} ${flash}`} data-bed={record.bed}>
      <Link className="roster-open" to={`/patient/${encodeURIComponent(record.id)}`}>
        <span className="roster-head">
          <b className="roster-bed">
            <span className="hidden-words">Bed </span>
            {record.bed}
          </b>
          <span className="roster-name">{record.shortName}</span>
          {ward && <span className="roster-ward">{ward.split(' · ')[0]}</span>}
          <span className="grow" />
          {isCritical(view) && <span className="chip chip-7">{words.status.critical}</span>}
          <span className={`chip ${level}`}>
            {words.patient.news2} {news2Text(view.news2)}
          </span>
        </span>
        <AlertStrip view={view} className="roster-strip" />
        {(top || view.incident) && <OnIt view={view} />}
        <span className="roster-numbers">
          <Reading name="hr" one={vitals.hr} look={wrong.get('hr')} />
          <Reading name="spo2" one={vitals.spo2} look={wrong.get('spo2')} />
          <Reading name="rr" one={vitals.rr} look={wrong.get('rr')} />
          <span className="grow" />
          <span className="roster-age">
            {view.blank || signal.lastAt === null
              ? words.absent
              : signal.state === 'live'
                ? words.live
                : words.ageOld(age(signal.ageSeconds))}
          </span>
        </span>
      </Link>
      <Acknowledge view={view} />
    </div>
  );
}

/** Who is on it, what comes next, and the response clock, on a line. */
function OnIt({ view }: { view: PatientView }) {
  const now = view.second * 1000;
  const clock = clockWords(view.incident, now);
  const next = view.blank ? '' : nextWords(view.incident, now);
  return (
    <span className="roster-on-it">
      <b>{ownerWords(view.incident, view.alerts[0] ?? null, now)}</b>
      {next && <span> · {next}</span>}
      {clock && !view.blank && (
        <span className={clock.overdue ? 'roster-clock clock-overdue' : 'roster-clock'}>{clock.text}</span>
      )}
    </span>
  );
}

/** At the reach of a thumb, and asked once more before it counts. */
function Acknowledge({ view }: { view: PatientView }) {
  const { user, respond } = useServices();
  const { incident, record } = view;
  const steps = stepsFor(user, incident, incident !== null && isMine(incident, user));
  if (!incident || steps.length === 0) return null;
  const waits = steps.includes('acknowledge');
  const ask = (): void =>
    respond({
      deed: waits ? 'acknowledge' : 'more',
      alert: view.alerts[0] ?? null,
      incident,
      place: words.alerts.list.place(record.bed, record.shortName),
    });
  return (
    <button type="button" className={`button roster-act ${waits ? 'button-press' : ''}`} onClick={ask}>
      {waits ? words.alerts.deed.acknowledge : words.alerts.deed.more}
      <span className="hidden-words"> {words.roster.bed(record.bed)}</span>
    </button>
  );
}

interface ReadingProps {
  name: NumericVital;
  one: VitalView | undefined;
  look: Look | undefined;
}

function Reading({ name, one, look }: ReadingProps) {
  return (
    <span className={`roster-number num-${name} ${look && one?.shown ? `inverse-${look}` : ''}`}>
      <small>{words.vitalShort[name]}</small> {one?.shown ? vitalNumber(name, one.value) : words.absent}
    </span>
  );
}
