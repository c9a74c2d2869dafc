/** The answers of the mock's administration; what it knows stands in mock-administration.mjs. */
import { ROLES } from './mock-accounts.mjs';
import { DESCRIPTIONS, iso, MINUTE, SCOPES } from './mock-administration.mjs';

const paged = (all, query, most = 50) => {
  const limit = Number(query.get('limit') ?? most);
  const from = Number(query.get('after') ?? 0);
  return { items: all.slice(from, from + limit), next: from + limit < all.length ? String(from + limit) : null };
};
const device = ({ keyList, ...one }) => ({ ...one, keys: keyList.filter((key) => !key.revokedAt).length });

const NEEDS = [
  [/^\/api\/people/, 'people.manage'],
  [/^\/api\/devices/, 'devices.manage'],
  [/^\/api\/audit/, 'audit.read'],
  [/^\/api\/security-events/, 'security.review'],
  [/^\/api\/break-glass\/patient/, 'breakglass.use'],
  [/^\/api\/break-glass/, 'breakglass.review'],
  [/^\/api\/dead-letters/, 'operations.read'],
];

/** Undefined where there is no such address. */
export function answerAdmin(admin, { method, path, query, body, session, reply, send }) {
  const may = ROLES[session.account.role] ?? [];
  const needed = NEEDS.find(([address]) => address.test(path))?.[1];
  if (needed && !may.includes(needed)) return reply.problem(403, 'forbidden', 'Not allowed');
  const segments = path.split('/').slice(2).map(decodeURIComponent);
  const answer = {
    people,
    roles,
    wards,
    devices,
    audit,
    patients,
    'security-events': events,
    'break-glass': emergencies,
    'dead-letters': letters,
  }[segments[0]];
  return answer?.(admin, { method, segments, query, body, session, reply, send, at: `${method} ${segments.length}` });
}

function people(admin, { at, segments, query, body, reply }) {
  const [, id, what] = segments;
  const found = admin.people.find((one) => one.id === id);
  if (id && !found) return reply.problem(404, 'person-not-found', 'No such person');
  switch (at) {
    case 'GET 1': {
      const search = (query.get('search') ?? '').toLowerCase();
      return reply.json(
        200,
        paged(
          admin.people.filter((one) => `${one.user} ${one.name}`.toLowerCase().includes(search)),
          query,
        ),
      );
    }
    case 'POST 1': {
      if (admin.people.some((one) => one.user === body.user))
        return reply.problem(409, 'user-exists', 'There is such a user already');
      const made = {
        id: `s-${admin.people.length + 1}`,
        patient: null,
        disabled: false,
        secondFactor: false,
        passkeys: 0,
        createdAt: iso(),
        lastSignInAt: null,
        version: 1,
        ...body,
      };
      admin.people.push(made);
      return reply.json(201, { ...made, password: 'vetch-lantern-42-mill' });
    }
    case 'PUT 2': {
      if (body.version !== found.version) return reply.problem(409, 'changed-meanwhile', 'Changed meanwhile');
      if (found.role === 'administrator' && (body.role !== 'administrator' || body.disabled))
        return reply.problem(409, 'last-administrator', 'The last administrator');
      Object.assign(found, body, { version: found.version + 1 });
      return reply.json(200, found);
    }
    case 'DELETE 2':
      if (found.role === 'administrator') return reply.problem(409, 'last-administrator', 'The last administrator');
      admin.people = admin.people.filter((one) => one !== found);
      return reply.none();
    case 'POST 3':
      if (what === 'password') return reply.json(200, { password: 'harbour-thistle-17-oak' });
      if (what === 'sign-out') return reply.none();
      return undefined;
    case 'POST 4':
      found.secondFactor = false;
      return reply.none();
    case 'GET 3':
      return reply.json(200, {
        items: [
          {
            id: 'x1',
            createdAt: iso(Date.now() - 3_600_000),
            lastUsedAt: iso(),
            expiresAt: iso(Date.now() + 86_400_000),
            address: '10.1.0.44',
            client: 'Mozilla/5.0 (Windows NT 10.0) Gecko/20100101 Firefox/146.0',
            current: false,
            locked: true,
          },
        ],
        next: null,
      });
  }
  return undefined;
}

function roles(_admin, { reply }) {
  return reply.json(200, {
    items: Object.entries(ROLES).map(([role, permissions]) => ({
      role,
      permissions: permissions.map((permission) => ({
        permission,
        scope: SCOPES[role] ?? 'hospital',
        description: DESCRIPTIONS[permission] ?? permission,
      })),
    })),
    next: null,
  });
}

function wards(admin, { at, segments, body, reply }) {
  const count = (ward) => admin.ward.patients.filter((one) => one.ward === ward.id).length;
  switch (at) {
    case 'GET 1':
      return reply.json(200, { items: admin.wards.map((one) => ({ ...one, patients: count(one) })), next: null });
    case 'POST 1':
      if (admin.wards.some((one) => one.id === body.id))
        return reply.problem(409, 'ward-exists', 'There is such a ward already');
      admin.wards.push(body);
      return reply.json(201, { ...body, patients: 0 });
    case 'PUT 2': {
      const ward = admin.wards.find((one) => one.id === segments[1]);
      const lost = admin.ward.patients.some((one) => one.ward === ward.id && !body.beds.includes(one.bed));
      if (lost) return reply.problem(409, 'bed-occupied', 'There is a patient in a bed that would go');
      Object.assign(ward, body);
      return reply.json(200, { ...ward, patients: count(ward) });
    }
  }
  return undefined;
}

function devices(admin, { at, segments, query, body, reply }) {
  const found = admin.devices.find((one) => one.id === segments[1]);
  if (segments[1] && !found) return reply.problem(404, 'device-not-found', 'No such device');
  const key = (hours) => ({
    keyId: `k-${Math.floor(Math.random() * 1e6)}`,
    algorithm: body?.algorithm ?? 'hmac-sha256',
    createdAt: iso(),
    expiresAt: hours ?? null,
    revokedAt: null,
  });
  switch (at) {
    case 'GET 1': {
      const search = (query.get('search') ?? '').toLowerCase();
      return reply.json(
        200,
        paged(admin.devices.filter((one) => one.id.toLowerCase().includes(search)).map(device), query),
      );
    }
    case 'GET 2':
      return reply.json(200, { ...device(found), keyList: found.keyList });
    case 'POST 1': {
      if (admin.devices.some((one) => one.id === body.id))
        return reply.problem(409, 'device-exists', 'There is such a device already');
      const first = key();
      admin.devices.push({
        id: body.id,
        createdAt: iso(),
        revokedAt: null,
        patient: null,
        ward: null,
        keyList: [first],
      });
      return reply.json(201, {
        device: body.id,
        token: 'tok_4c6f72656d',
        keyId: first.keyId,
        algorithm: first.algorithm,
        key: '9f'.repeat(32),
      });
    }
    case 'POST 3': {
      const made = key();
      if (body.overlapHours !== undefined)
        for (const one of found.keyList) one.expiresAt = iso(Date.now() + body.overlapHours * 3_600_000);
      found.keyList.unshift(made);
      return reply.json(201, { device: found.id, keyId: made.keyId, algorithm: made.algorithm, key: 'a7'.repeat(32) });
    }
    case 'DELETE 2':
      found.revokedAt = iso();
      return reply.none();
    case 'DELETE 4': {
      const one = found.keyList.find((each) => each.keyId === segments[3]);
      one.revokedAt = iso();
      return reply.none();
    }
  }
  return undefined;
}

function audit(admin, { at, query, reply }) {
  if (at === 'POST 2')
    return reply.json(200, {
      rows: admin.audit.length,
      whole: admin.whole,
      fault: admin.whole ? null : { no: 4711, what: 'its hash does not follow from the row before' },
      checkpoint: { no: 4990, at: iso(Date.now() - 600_000) },
    });
  const asked = (name, value) => !query.get(name) || value.includes(query.get(name));
  const rows = admin.audit.filter(
    (one) =>
      asked('actor', `${one.actor.user} ${one.actor.name}`) &&
      asked('action', one.action) &&
      asked('outcome', one.outcome) &&
      asked('patient', one.patients.join()) &&
      (!query.get('from') || one.at >= query.get('from')) &&
      (!query.get('to') || one.at <= query.get('to')),
  );
  return reply.json(200, paged(rows, query, 100));
}

function events(admin, { at, segments, query, body, session, reply }) {
  if (at === 'GET 1') {
    const open = query.get('open') === 'true';
    return reply.json(200, { items: admin.events.filter((one) => !open || !one.acknowledgedAt), next: null });
  }
  const found = admin.events.find((one) => one.id === segments[1]);
  Object.assign(found, { acknowledgedBy: session.account.name, acknowledgedAt: iso(), note: body.note });
  return reply.none();
}

function emergencies(admin, { at, segments, query, body, session, reply }) {
  if (at === 'GET 2') {
    const found = admin.ward.patients.find((one) =>
      query.get('recordNumber')
        ? one.recordNumber === query.get('recordNumber')
        : one.ward === query.get('ward') && one.bed === query.get('bed'),
    );
    return found ? reply.json(200, admin.short(found)) : reply.problem(404, 'patient-not-found', 'No such patient');
  }
  if (at === 'GET 1') {
    const open = query.get('open') === 'true';
    return reply.json(200, { items: admin.emergencies.filter((one) => !open || !one.verdict), next: null });
  }
  const found = admin.emergencies.find((one) => one.id === segments[1]);
  Object.assign(found, { ...body, reviewedBy: session.account.name, reviewedAt: iso() });
  return reply.none();
}

function patients(admin, { at, segments, body, session, reply, send }) {
  const [, id, what] = segments;
  if (at === 'GET 1') {
    const own = session.account.role === 'patient' ? admin.ward.patients.filter((one) => one.id === 'p3') : [];
    return reply.json(200, { items: own.map((one) => ({ id: one.id, name: one.name })), next: null });
  }
  const found = admin.ward.find(id);
  if (at === 'POST 3' && what === 'break-glass') {
    if (body.reason.length < 10) return reply.problem(400, 'invalid-parameter', 'The reason is too short');
    const until = iso(Date.now() + 4 * 3_600_000);
    admin.grants.add(`${session.account.user}/${id}`);
    admin.emergencies.unshift({
      id: `b${admin.emergencies.length + 1}`,
      at: iso(),
      until,
      actor: { id: 's-9', user: session.account.user, name: session.account.name },
      patient: admin.short(found),
      reason: body.reason,
      reviewedBy: null,
      reviewedAt: null,
      verdict: null,
      note: null,
    });
    send('Notification', {
      kind: 'break-glass',
      patient: id,
      ward: found.ward,
      text: `${session.account.name} opened the record in bed ${found.bed} by emergency access`,
      at: iso(),
    });
    return reply.json(201, { patient: id, until });
  }
  if (at === 'GET 3' && what === 'accesses')
    return reply.json(200, {
      items: [0, 1, 2, 40, 300].map((minutes, index) => ({
        at: iso(Date.now() - minutes * MINUTE),
        name: index < 3 ? 'Nurse R. Silva' : 'Dr B. Osei',
        role: index < 3 ? 'nurse' : 'physician',
        action: index === 3 ? 'history.read' : 'patient.read',
        purpose: index === 4 ? 'break-glass' : null,
      })),
      next: null,
    });
  return undefined;
}

function letters(admin, { at, segments, query, body, session, reply }) {
  const [, id, what] = segments;
  const shown = ({ payload, ...one }) => one;
  if (at === 'GET 1') {
    const wanted = (name, value) => !query.get(name) || query.get(name) === value;
    const found = admin.letters.filter(
      (one) =>
        wanted('source', one.source) &&
        wanted('settled', String(one.settled !== null)) &&
        (!query.get('reason') || one.reason.startsWith(query.get('reason'))),
    );
    return reply.json(200, paged(found.map(shown), query));
  }
  const found = admin.letters.find((one) => one.id === id);
  if (!found) return reply.problem(404, 'dead-letter-not-found', 'No such dead letter');
  if (at === 'GET 2')
    return reply.json(200, {
      deadLetter: shown(found),
      topic: found.source === 'device' ? 'hospital/demo/ward/ward-1/patient/p3' : null,
      payload: found.payload ?? null,
    });
  if (found.settled) return reply.problem(409, 'already-settled', 'Settled already');
  const settle = (settled) => Object.assign(found, { settled, settledAt: iso(), settledBy: session.account.name });
  if (what === 'replay') {
    if (found.reason === 'unknown-key') return reply.json(200, { outcome: 'refused', reason: 'unknown-key' });
    settle('replayed');
    return reply.json(200, { outcome: 'handled', reason: null });
  }
  if (what !== 'drop' || !body.reason) return reply.problem(400, 'invalid-parameter', 'A reason is due');
  settle('dropped');
  return reply.json(200, shown(found));
}
