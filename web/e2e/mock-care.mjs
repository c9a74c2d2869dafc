/** The mock's alerts, the incidents behind them, what was sent to people, limits and pauses. Tests raise and change them as they need. */
import { iso } from './mock-administration.mjs';

const SILVA = { id: 'acc-nurse', name: 'Nurse R. Silva', role: 'nurse' };
const OSEI = { id: 'acc-osei', name: 'Dr B. Osei', role: 'physician' };
const OPEN = ['OPEN', 'ASSIGNED', 'ACKNOWLEDGED', 'IN_PROGRESS', 'REASSIGNED'];
const WAITS = ['OPEN', 'ASSIGNED', 'REASSIGNED'];

/** Type, name, category, priority, technical, vital, limit, unit, delay, safe range. */
const KINDS = [
  ['spo2-low', 'Low oxygen saturation', 'respiratory', 'high', false, 'spo2', 90, '%', 15, [80, 94]],
  ['hr-high', 'Tachycardia', 'cardiac', 'medium', false, 'hr', 120, '/min', 10, [100, 160]],
  ['hr-low', 'Bradycardia', 'cardiac', 'medium', false, 'hr', 50, '/min', 10, [30, 60]],
  ['rr-high', 'Fast breathing', 'respiratory', 'medium', false, 'rr', 22, '/min', 20, [18, 35]],
  ['temp-high', 'Fever', 'temperature', 'low', false, 'temp', 38.5, '°C', 60, [37.5, 40]],
  ['news2-7', 'NEWS2 of 7 or more', 'early-warning', 'high', false, null, 7, '', 0, null],
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
    this.pauses = new Map();
    this.overrides = new Map([
      ['p8', { items: [['spo2-low', { limit: 86, delaySeconds: 15, on: true }]], ...OVERRIDE() }],
    ]);
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
        : { at: iso(Date.now() + 95_000), what: 'escalate', to: assignee ? 'Dr B. Osei' : 'charge nurse' },
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

  limits(patient) {
    const own = this.overrides.get(patient);
    return KINDS.filter(([, , , , , vital]) => vital).map(([type, , , , , , limit, , delaySeconds]) => {
      const standard = { limit, delaySeconds, on: true };
      const found = own?.items.find(([code]) => code === type)?.[1];
      const said = found
        ? { owner: own.owner, reason: own.reason, expiresAt: own.expiresAt }
        : { owner: null, reason: null, expiresAt: null };
      return { type, ...(found ?? standard), default: standard, from: found ? 'patient' : 'default', ...said };
    });
  }
}

const OVERRIDE = () => ({
  owner: 'Dr B. Osei',
  reason: 'chronic lung disease',
  expiresAt: iso(Date.now() + 86_400_000),
});
const standing = (one) => one.condition === 'active' || one.signal === 'latched';

const KIND_DOCUMENTS = KINDS.map(
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

/** Undefined where there is no such address. */
export function answerCare(care, { method, segments, query, body, may, session, reply }) {
  const [root, id, deed] = segments;
  const list = (items) => reply.json(200, { items, next: null });
  const reads = may.includes('patients.read') || may.includes('alerts.technical');
  const me = {
    id: session.account.user === 'nurse' ? SILVA.id : `acc-${session.account.user}`,
    name: session.account.name,
    role: 'nurse',
  };
  if (root === 'wards' && deed === 'sound-pause') return pause(care, { method, id, body, me, may, reply });
  if ((root === 'patients' || root === 'wards') && deed === 'limits')
    return limits(care, { method, id, body, me, may, reply });
  if (!reads) return undefined;
  const sees = (one) => may.includes('patients.read') || one.technical || one.category === 'technical';
  if (root === 'alert-types') return list(KIND_DOCUMENTS);
  if (root === 'sound-pauses')
    return list([...care.pauses.values()].filter((one) => Date.parse(one.until) > Date.now()));
  if (root === 'alerts') {
    if (!id) {
      const wanted = (name, value) => !query.get(name) || query.get(name) === value;
      return list(
        [...care.alerts.values()].filter(
          (one) =>
            sees(one) &&
            wanted('ward', one.ward) &&
            wanted('patient', one.patient) &&
            wanted('condition', one.condition),
        ),
      );
    }
    return onAlert(care, { method, alert: care.alerts.get(id), deed, body, me, may, reply });
  }
  if (root === 'incidents') {
    if (!id)
      return list(
        incidentsOf(care, query, me)
          .filter(sees)
          .map((one) => care.shown(one)),
      );
    return onIncident(care, { method, incident: care.incidents.get(id), deed, body, me, may, reply });
  }
  if (root === 'notifications' && id !== 'rules' && id !== 'push-key' && id !== 'push-subscriptions' && id !== 'test') {
    if (!id) return list([...care.notifications.values()].reverse());
    const sent = care.notifications.get(id);
    if (!sent || !['delivered', 'seen'].includes(deed))
      return reply.problem(404, 'notification-not-found', 'No such notification');
    care.delivered.push(`${id} ${deed}`);
    if (sent.stage !== 'seen') sent.stage = deed;
    return reply.none();
  }
  return undefined;
}

function incidentsOf(care, query, me) {
  const state = query.get('state') ?? 'open';
  const wanted = (name, value) => !query.get(name) || query.get(name) === value;
  return [...care.incidents.values()].filter((one) => {
    const open = OPEN.includes(one.state);
    const which = state === 'closed' ? !open : state === 'mine' ? open && one.assignee?.name === me.name : open;
    return which && ['ward', 'priority', 'patient'].every((name) => wanted(name, one[name]));
  });
}

function pause(care, { method, id, body, me, may, reply }) {
  if (!may.includes('alerts.act')) return reply.problem(403, 'forbidden', 'Not allowed');
  if (method === 'DELETE') {
    care.pauses.delete(id);
    care.send('SoundChanged', { ward: id, until: iso(), by: me.name });
    return reply.none();
  }
  if (!(body.seconds <= 120)) return reply.problem(400, 'invalid-parameter', 'At most 120 seconds');
  const pause = { ward: id, until: iso(Date.now() + body.seconds * 1000), by: me.name };
  care.pauses.set(id, pause);
  care.send('SoundChanged', pause);
  return reply.json(200, pause);
}

function limits(care, { method, id, body, me, may, reply }) {
  if (method === 'GET') return reply.json(200, { items: care.limits(id) });
  if (!may.includes('alerts.limits')) return reply.problem(403, 'forbidden', 'Not allowed');
  const far = Date.parse(body.expiresAt) - Date.now() > 7 * 86_400_000;
  if (far || !body.reason) return reply.problem(400, 'invalid-parameter', 'The expiry is at most 7 days away');
  const items = body.overrides.map(({ type, ...setting }) => [type, setting]);
  if (items.length === 0) care.overrides.delete(id);
  else care.overrides.set(id, { items, owner: me.name, reason: body.reason, expiresAt: body.expiresAt });
  return reply.json(200, { items: care.limits(id) });
}

function onAlert(care, { method, alert, deed, body, me, may, reply }) {
  if (!alert) return reply.problem(404, 'alert-not-found', 'No such alert');
  if (method === 'GET') return reply.json(200, alert);
  if (!may.includes('alerts.act')) return reply.problem(403, 'forbidden', 'Not allowed');
  if (deed === 'silence' && method === 'POST') {
    if (!(body.seconds >= 60 && body.seconds <= 3600) || !body.reason)
      return reply.problem(400, 'invalid-parameter', 'One minute to one hour, with a reason');
    const until = iso(Date.now() + body.seconds * 1000);
    care.change(alert, { signal: 'paused', silencedUntil: until, silencedBy: me.name, silenceReason: body.reason });
  } else if (deed === 'silence')
    care.change(alert, { signal: 'on', silencedUntil: null, silencedBy: null, silenceReason: null });
  else if (deed === 'judge') care.change(alert, { judgement: body.judgement });
  else return undefined;
  return reply.json(200, alert);
}

function onIncident(care, { method, incident, deed, body, me, may, reply }) {
  if (!incident) return reply.problem(404, 'incident-not-found', 'No such incident');
  if (method === 'GET') return reply.json(200, care.shown(incident, true));
  if (!may.includes('alerts.act')) return reply.problem(403, 'forbidden', 'Not allowed');
  const refused = (detail) => reply.problem(409, 'incident-step-refused', detail);
  const waits = WAITS.includes(incident.state);
  if (!OPEN.includes(incident.state)) return refused('It is resolved already.');
  if (deed === 'acknowledge') {
    if (!waits) return refused(`${incident.assignee.name} has acknowledged it already.`);
    Object.assign(incident, { state: 'ACKNOWLEDGED', assignee: incident.assignee ?? me, acknowledgedAt: iso() });
    incident.nextStep = { at: iso(Date.now() + 600_000), what: 're-alert', to: '' };
    for (const one of care.alerts.values())
      if (one.incident === incident.id)
        care.change(one, { acknowledged: true, signal: one.signal === 'latched' ? 'off' : one.signal });
  } else if (deed === 'claim') Object.assign(incident, { state: 'REASSIGNED', assignee: me, assignedAt: iso() });
  else if (deed === 'start') {
    if (incident.state !== 'ACKNOWLEDGED') return refused('Acknowledge it first.');
    incident.state = 'IN_PROGRESS';
  } else if (deed === 'review')
    Object.assign(incident, { reviewedAt: iso(), respondState: incident.respondBy ? 'met' : 'none' });
  else if (deed === 'resolve') {
    if (waits) return refused('It is not acknowledged yet: acknowledge it first.');
    Object.assign(incident, { state: 'RESOLVED', resolvedAt: iso(), nextStep: null });
  } else if (deed !== 'comment') return undefined;
  const names = {
    acknowledge: 'acknowledged',
    claim: 'reassigned',
    start: 'started',
    review: 'reviewed',
    resolve: 'resolved',
    comment: 'commented',
  };
  care.step(incident, names[deed], me, body.note ?? (deed === 'review' ? `${body.finding} – ${body.actions}` : null));
  care.tellIncident(incident);
  return reply.json(200, care.shown(incident));
}
