import { Link } from 'react-router';
import type { LiveStore } from '../../live/store';
import type { NumericVital, Ward } from '../../live/types';
import type { PatientView, VitalView } from '../../live/view';
import { AttentionStrip } from '../../ui/Attention';
import { age, news2Text, vitalNumber } from '../../ui/format';
import { useLive } from '../../ui/hooks';
import { PageState } from '../../ui/states';
import { words } from '../../ui/words';
import './roster.css';

const URGENCY = { high: 0, medium: 2, technical: 3 } as const;
/** Whom somebody has called critical stands below the high alerts and above the others. */
const URGENCY_CRITICAL = 1;

const isCritical = (view: PatientView): boolean => view.record.status === 'critical';
const urgency = (view: PatientView): number =>
  Math.min(view.attention ? URGENCY[view.attention.priority] : 9, isCritical(view) ? URGENCY_CRITICAL : 9);

/** The ward for a small screen: who needs attention, then every bed in its fixed order. */
export function Roster({ store, wards }: { store: LiveStore; wards: readonly Ward[] }) {
  const patients = useLive(store, (s) => s.patients);
  const inOrder = byBed(wards, patients);
  if (inOrder.length === 0)
    return (
      <PageState>
        <p>{words.wall.empty}</p>
      </PageState>
    );
  const raised = inOrder
    .filter((view) => view.attention !== null || isCritical(view))
    .sort((a, b) => urgency(a) - urgency(b));
  const several = wards.length > 1;
  return (
    <div className="roster">
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
  const concerned = view.attention?.vital;
  return (
    <Link
      className={`roster-row ${view.attention ? `roster-${view.attention.priority}` : ''}`}
      to={`/patient/${encodeURIComponent(record.id)}`}
      data-bed={record.bed}
    >
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
      <AttentionStrip view={view} className="roster-strip" />
      <span className="roster-numbers">
        <Reading name="hr" one={vitals.hr} inverse={concerned === 'hr'} />
        <Reading name="spo2" one={vitals.spo2} inverse={concerned === 'spo2'} />
        <Reading name="rr" one={vitals.rr} inverse={concerned === 'rr'} />
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
  );
}

function Reading({ name, one, inverse }: { name: NumericVital; one: VitalView | undefined; inverse: boolean }) {
  return (
    <span className={`roster-number num-${name} ${inverse && one?.shown ? 'roster-inverse' : ''}`}>
      <small>{words.vitalShort[name]}</small> {one?.shown ? vitalNumber(name, one.value) : words.absent}
    </span>
  );
}
