/** The mock's alerts, the incidents behind them, what was sent to people, limits and pauses. Tests raise and change them as they need. */
import { iso } from './mock-administration.mjs';

export const SILVA = { id: 'acc-nurse', name: 'Nurse R. Silva', role: 'nurse' };
const OSEI = { id: 'acc-osei', name: 'Dr B. Osei', role: 'physician' };
export const OPEN = ['OPEN', 'ASSIGNED', 'ACKNOWLEDGED', 'IN_PROGRESS', 'REASSIGNED'];
export const WAITS = ['OPEN', 'ASSIGNED', 'REASSIGNED'];

/** Type, name, category, priority, technical, vital, limit, unit, delay, safe range. */
const KINDS = [
  ['spo2-low', 'Low oxygen saturation', 'respiratory', 'high', false, 'spo2', 90, '%', 15, [80, 94]],
  ['hr-high', 'Tachycardia', 'cardiac', 'medium', false, 'hr', 120, '/min', 10, [100, 160]],
  ['hr-low', 'Bradycardia', 'cardiac', 'medium', false, 'hr', 50, '/min', 10, [30, 60]],
  ['rr-high', 'Fast breathing', 'respiratory', 'medium', false, 'rr', 22, '/min', 20, [18, 35]],
  ['temp-high', 'Fever', 'temperature', 'low', false, 'temp', 38.5, '°C', 60, [37.5, 40]],
  ['news2-7', 'NEWS2 of 7 or more', 'early-warning', 'high', false, null, 7, '', 0, null],
  ['manual', 'Raised by hand', 'operational', 'high', false, null, null, '', 0, null],
  ['device-silent', 'No data from a device', 'technical', 'medium', true, null, null, '', 30, null],
];
const kindOf = (type) => KINDS.find(([code]) => code === type) ?? KINDS[0];

export class Care {
  constructor(ward) {
    this.ward = ward;
    this.number = 0;
    this.started = Date.now();
    this.alerts = new Map();
    this.incidents = new Map();
    this.notifications = new Map();
    /** The tests of the alert path of which screens said that they came. */
    this.tested = [];
    this.pauses = new Map();
    this.overrides = new Map([
      ['p8', { items: [['spo2-low', { limit: 86, delaySeconds: 15, on: true }]], ...OVERRIDE() }],
    ]);
    /** How often limits of a patient or a ward were changed. */
    this.limitVersions = new Map();
    this.delivered = [];
    this.send = () => undefined;
    const ago = (seconds) => this.started - seconds * 1000;
    this.raise('p3', 'spo2-low', {
      text: 'SpO₂ 84 < 90 for 15 s',
      value: 84,
      at: ago(39),
      assignee: SILVA,
      dueIn: 1800,
    });
    this.raise('p3', 'hr-high', { text: 'HR 131 > 120 for 10 s', value: 131, at: ago(20), joins: true });
    this.raise('p6', 'rr-high', {
      text: 'RR 23 > 22 for 20 s',
      value: 23,
      at: ago(362),
      assignee: OSEI,
      acknowledged: 130,
    });
    this.raise('p14', 'hr-high', { text: 'HR 123 > 120 for 10 s', value: 123, at: ago(22) });
    const since = new Date(ago(49)).toTimeString().slice(0, 8);
    this.raise('p10', 'device-silent', { text: `No data from device M-110 since ${since}`, at: ago(49), alone: true });
    this.path = null;
  }

  /** `assignee`: who is on it; none: open. `joins`: the patient's incident. `alone`: nobody is called. `tell`: on the hub. */
  raise(
    patientId,
    type,
    {
      text,
      value = null,
      at = Date.now(),
      assignee = null,
      acknowledged = null,
      joins = false,
      alone = false,
      dueIn = null,
      tell = false,
      priority,
      ...more
    },
  ) {
    const patient = patientId === null ? null : this.ward.find(patientId);
    if (patientId !== null && !patient) return null;
    const [, name, category, usual, technical, vital, limit, unit, delaySeconds] = kindOf(type);
    const number = ++this.number;
    const place = {
      patient: patient?.id ?? null,
      ward: patient?.ward ?? this.ward.wards[0].id,
      bed: patient?.bed ?? null,
    };
    const alert = {
      id: `al${number}`,
      type,
      name,
      category,
      priority: priority ?? usual,
      technical,
      ...place,
      condition: 'active',
      signal: 'on',
      acknowledged: acknowledged !== null,
      cause: {
        text,
        vital,
        value,
        limit,
        unit,
        delaySeconds,
        values: {
          hr: { value: 134, ageSeconds: 0.4 },
          spo2: { value: 84, ageSeconds: 0.4 },
          temp: { value: 39.1, ageSeconds: 900 },
        },
        news2: { min: 8, max: 8 },
        rule: '1',
        model: null,
        inventedByTheMock: true,
      },
      onsetAt: iso(at),
      raisedAt: iso(at + delaySeconds * 500),
      endedAt: null,
      silencedUntil: null,
      silencedBy: null,
      silenceReason: null,
      incident: null,
      judgement: null,
      ...more,
    };
    this.alerts.set(alert.id, alert);
    const known = joins
      ? [...this.incidents.values()].find((one) => one.patient === patientId && OPEN.includes(one.state))
      : null;
    const incident = alone ? null : (known ?? this.open(alert, { patient, at, assignee, acknowledged, dueIn }));
    if (incident) {
      alert.incident = incident.id;
      if (known) this.step(known, 'joined', null, text);
    }
    if (tell) {
      this.send('AlertRaised', alert);
      if (incident) this.tellIncident(incident);
    }
    return alert;
  }

  open(alert, { patient, at, assignee, acknowledged, dueIn }) {
    const id = `in${alert.id.slice(2)}`;
    const acknowledgedAt = acknowledged === null ? null : Date.now() - acknowledged * 1000;
    const incident = {
      id,
      number: 100 + this.number,
      patient: alert.patient,
      patientName: patient?.shortName ?? null,
      ward: alert.ward,
      bed: alert.bed,
      type: alert.type,
      name: alert.name,
      category: alert.category,
      priority: alert.priority,
      state: acknowledgedAt ? 'ACKNOWLEDGED' : assignee ? 'ASSIGNED' : 'OPEN',
      role: 'nurse',
      assignee,
      openedAt: iso(at),
      assignedAt: assignee ? iso(at + 500) : null,
      acknowledgedAt: acknowledgedAt && iso(acknowledgedAt),
      reviewedAt: null,
      resolvedAt: null,
      archivedAt: null,
      respondBy: dueIn === null ? null : iso(at + dueIn * 1000),
      respondState: dueIn === null ? 'none' : 'running',
      nextStep: acknowledgedAt
        ? { at: iso(acknowledgedAt + 600_000), what: 're-alert', to: '' }
        : { at: iso(Date.now() + 570_000), what: 'escalate', to: assignee ? 'Dr B. Osei' : 'charge nurse' },
      step: 1,
      version: 1,
      history: [{ at: iso(at), actor: null, step: 'opened', channel: null, note: alert.cause.text }],
    };
    if (assignee) this.entry(incident, 'assigned', null, `to ${assignee.name}, on call, tier 1`);
    if (acknowledgedAt) this.entry(incident, 'acknowledged', assignee, null, acknowledgedAt);
    this.incidents.set(id, incident);
    return incident;
  }

  entry(incident, step, actor, note, at = Date.now()) {
    incident.history.push({
      at: iso(at),
      actor: actor && { id: actor.id, name: actor.name },
      step,
      channel: actor ? 'app' : null,
      note,
    });
  }

  step(incident, step, actor, note) {
    incident.version++;
    this.entry(incident, step, actor, note);
  }

  shown({ history, ...incident }, whole = false) {
    const alerts = [...this.alerts.values()].filter((one) => one.incident === incident.id);
    return { ...incident, alerts, ...(whole ? { history } : {}) };
  }

  tellIncident(incident) {
    this.send('IncidentChanged', this.shown(incident));
  }

  /** Something about an alert is different; told on the hub. */
  change(alert, more) {
    Object.assign(alert, more);
    this.send('AlertChanged', alert);
  }

  of(patient) {
    return [...this.alerts.values()].filter((one) => one.patient === patient && standing(one));
  }

  notify(more) {
    const id = `no${++this.number}`;
    const sent = {
      id,
      kind: 'assigned',
      priority: 'high',
      title: 'Low oxygen saturation, bed 3',
      text: 'SpO₂ 84 < 90 for 15 s',
      incident: 'in1',
      ward: 'ward-1',
      bed: '3',
      patient: 'p3',
      createdAt: iso(),
      stage: 'sent',
      channels: [{ channel: 'in-app', stage: 'sent', attempts: 1, at: iso(), error: null }],
      ...more,
    };
    this.notifications.set(id, sent);
    this.send('Notification', sent);
    return sent;
  }

  /** Of a patient or a ward. */
  limits(id, whose = 'patient') {
    const own = this.overrides.get(id);
    const ward = whose === 'patient' ? this.overrides.get(this.ward.find(id)?.ward) : undefined;
    return KINDS.filter(([, , , , , vital]) => vital).map(([type, , , , , , limit, , delaySeconds]) => {
      const standard = { limit, delaySeconds, on: true };
      const [found, wards] = [own, ward].map((one) => one?.items.find(([code]) => code === type)?.[1]);
      const otherwise = { ...(wards ?? standard), from: wards ? 'ward' : 'default' };
      const by = found ? own : wards ? ward : undefined;
      const said = { owner: by?.owner ?? null, reason: by?.reason ?? null, expiresAt: by?.expiresAt ?? null };
      return {
        type,
        ...otherwise,
        ...found,
        default: standard,
        otherwise,
        ...said,
        from: found ? whose : otherwise.from,
      };
    });
  }
}

const OVERRIDE = () => ({
  owner: 'Dr B. Osei',
  reason: 'chronic lung disease',
  expiresAt: iso(Date.now() + 86_400_000),
});
const standing = (one) => one.condition === 'active' || one.signal === 'latched';

export const KIND_DOCUMENTS = KINDS.map(
  ([type, name, category, priority, technical, vital, limit, unit, delaySeconds, safe]) => ({
    type,
    name,
    category,
    priority,
    technical,
    latching: priority === 'high',
    role: 'nurse',
    responseMinutes: 30,
    rule: '1',
    vital,
    limit,
    unit,
    delaySeconds,
    safeMin: safe?.[0] ?? null,
    safeMax: safe?.[1] ?? null,
    minDelaySeconds: 0,
    maxDelaySeconds: 60,
    overridable: safe !== null,
    canBeOff: type !== 'spo2-low',
    source: 'invented',
  }),
);
