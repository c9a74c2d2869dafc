/** What the mock answers about alerts, incidents, notifications, limits and pauses. */
import { iso } from './mock-administration.mjs';
import { KIND_DOCUMENTS, OPEN, SILVA, WAITS } from './mock-care.mjs';

/** Undefined where there is no such address. */
export function answerCare(care, { method, segments, query, body, may, session, ifMatch, reply }) {
  const [root, id, deed] = segments;
  const list = (items) => reply.json(200, { items, next: null });
  const reads = may.includes('patients.read') || may.includes('alerts.technical');
  const me = {
    id: `acc-${session.account.user}`,
    name: session.account.name,
    role: 'nurse',
  };
  if (root === 'wards' && deed === 'sound-pause') return pause(care, { method, id, body, me, may, reply });
  if ((root === 'patients' || root === 'wards') && deed === 'limits')
    return limits(care, { method, root, id, body, me, may, ifMatch, reply });
  if (!reads) return undefined;
  const sees = (one) => may.includes('patients.read') || one.technical || one.category === 'technical';
  if (root === 'alert-types') return list(KIND_DOCUMENTS);
  if (root === 'alert-path') {
    if (id !== 'receipts') return list(care.path ?? []);
    care.tested.push(body.notification);
    return reply.none();
  }
  if (root === 'sound-pauses')
    return list([...care.pauses.values()].filter((one) => Date.parse(one.until) > Date.now()));
  if (root === 'alerts') {
    if (!id && method === 'POST') return raise(care, { body, may, reply });
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
    care.send('SoundChanged', { ward: id, from: iso(), until: iso(), by: me.name });
    return reply.none();
  }
  if (!(body.seconds <= 120)) return reply.problem(400, 'invalid-parameter', 'At most 120 seconds');
  const pause = { ward: id, from: iso(), until: iso(Date.now() + body.seconds * 1000), by: me.name };
  care.pauses.set(id, pause);
  care.send('SoundChanged', pause);
  return reply.json(200, pause);
}

function limits(care, { method, root, id, body, me, may, ifMatch, reply }) {
  const [whose, days] = root === 'wards' ? ['ward', 90] : ['patient', 7];
  const version = () => care.limitVersions.get(id) ?? 0;
  const shown = () => ({ items: care.limits(id, whose), version: version() });
  if (method === 'GET') return reply.json(200, shown());
  if (!may.includes('alerts.limits')) return reply.problem(403, 'forbidden', 'Not allowed');
  const far = Date.parse(body.expiresAt) - Date.now() > days * 86_400_000;
  if (far || !body.reason) return reply.problem(400, 'invalid-parameter', `The expiry is at most ${days} days away`);
  if (ifMatch && ifMatch !== `"${version()}"`) return reply.problem(412, 'version-changed', 'Somebody changed them');
  care.limitVersions.set(id, version() + 1);
  const items = body.overrides.map(({ type, ...setting }) => [type, setting]);
  if (items.length === 0) care.overrides.delete(id);
  else care.overrides.set(id, { items, owner: me.name, reason: body.reason, expiresAt: body.expiresAt });
  return reply.json(200, shown());
}

/** By hand: told at once, and its incident goes to the one who looks after the patient. */
function raise(care, { body, may, reply }) {
  if (!may.includes('alerts.act')) return reply.problem(403, 'forbidden', 'Not allowed');
  if (!(body.text?.length >= 3)) return reply.problem(400, 'invalid-parameter', 'text must have 3 to 200 characters.');
  const { text, priority } = body;
  const alert = care.raise(body.patient, 'manual', { text, priority, assignee: SILVA, tell: true });
  return alert ? reply.json(201, alert) : reply.problem(404, 'patient-not-found', 'No such patient');
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
  } else if (deed === 'end') {
    if (alert.type !== 'manual') return reply.problem(409, 'alert-measured', 'It is measured');
    care.change(alert, { condition: 'ended', signal: alert.acknowledged ? 'off' : 'latched', endedAt: iso() });
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
    Object.assign(incident, { state: 'RESOLVED', resolvedAt: iso(), nextStep: null, outcome: body.outcome });
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
