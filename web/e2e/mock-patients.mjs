/** The mock's records of patients: registered, admitted, moved, discharged, merged, imported; and the devices that they wear. */
import { iso, MINUTE } from './mock-administration.mjs';

const PRESENT = ['admitted', 'stable', 'observation', 'critical'];
const plain = (text) => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
const short = (name) => {
  const [family, given = ''] = name.split(', ');
  return given ? `${family}, ${given[0]}.` : family;
};
/** As the server does it with `Patients:SamePatientGapMinutes`. */
const GAP_MINUTES = 10;

export class Registry {
  constructor(ward) {
    this.ward = ward;
    this.number = 0;
    this.records = new Map();
    /** Devices and when they were last heard: a spare one, and one that p4 wore until it fell silent. */
    this.devices = new Map([
      ['M-150', null],
      ['M-160', Date.now() - 25 * MINUTE],
    ]);
    for (const patient of ward.patients) {
      this.devices.set(patient.device, Date.now());
      const admittedAt = iso(Date.now() - 51 * 60 * MINUTE);
      this.records.set(patient.id, {
        id: patient.id,
        recordNumber: patient.recordNumber,
        name: patient.name,
        dateOfBirth: patient.dateOfBirth,
        sex: patient.sex,
        status: patient.status,
        statusSince: iso(Date.now() - 95 * MINUTE),
        ward: patient.ward,
        bed: patient.bed,
        version: 1,
        consent: { research: patient.id !== 'p2', app: false },
        mergedInto: null,
        aliases: [],
        encounters: [
          {
            id: `e-${patient.id}`,
            admittedAt,
            dischargedAt: null,
            dischargedTo: null,
            places: [{ ward: patient.ward, bed: patient.bed, from: admittedAt, until: null }],
            statuses: [
              {
                status: patient.status,
                since: iso(Date.now() - 95 * MINUTE),
                by: 'Dr B. Osei',
                note: 'After the round.',
              },
              { status: 'admitted', since: admittedAt, by: 'Nurse R. Silva', note: null },
            ],
            devices: [{ device: patient.device, from: admittedAt, until: null }],
          },
        ],
      });
    }
    const worn = this.records.get('p4')?.encounters[0].devices;
    worn?.push({ device: 'M-160', from: iso(Date.now() - 40 * 60 * MINUTE), until: iso(Date.now() - 25 * MINUTE) });
    // Somebody who went home a month ago, and the same person registered a second time by mistake.
    for (const [id, recordNumber, name, left] of [
      ['q1', '20-40001', 'Okafor, Chidi', 30],
      ['q2', '20-40002', 'Okafor, Adaeze', null],
    ])
      this.records.set(id, {
        ...this.fresh({ recordNumber, name, dateOfBirth: '1936-01-14', sex: 'female' }, id),
        encounters: left
          ? [
              {
                id: `e-${id}`,
                admittedAt: iso(Date.now() - (left + 4) * 86_400_000),
                dischargedAt: iso(Date.now() - left * 86_400_000),
                dischargedTo: 'home',
                places: [],
                statuses: [],
                devices: [],
              },
            ]
          : [],
      });
  }

  fresh({ recordNumber, name, dateOfBirth, sex, consent }, id = `n${++this.number}`) {
    return {
      id,
      recordNumber,
      name,
      dateOfBirth,
      sex,
      status: 'discharged',
      statusSince: null,
      ward: null,
      bed: null,
      version: 1,
      consent: consent ?? { research: false, app: false },
      mergedInto: null,
      aliases: [],
      encounters: [],
    };
  }

  /** As it goes to the page. */
  shown({ encounters, aliases, ...record }) {
    const open = encounters.find((one) => one.dischargedAt === null);
    return { ...record, encounter: open ? { id: open.id, admittedAt: open.admittedAt } : null };
  }

  inBed(ward, bed) {
    return [...this.records.values()].find((one) => one.ward === ward && one.bed === bed) ?? null;
  }

  hasBed(ward, bed) {
    return this.ward.wards.some((one) => one.id === ward && one.beds.includes(bed));
  }

  wornBy(device) {
    return (
      [...this.records.values()].find((one) =>
        one.encounters.some((stay) => stay.devices.some((worn) => worn.device === device && worn.until === null)),
      ) ?? null
    );
  }

  matches(record, words) {
    const parts = [...plain(record.name).split(/[\s,.-]+/), plain(record.recordNumber), ...record.aliases.map(plain)];
    return plain(words)
      .split(/[\s,]+/)
      .filter(Boolean)
      .every((word) => parts.some((part) => part.startsWith(word)));
  }

  list(query) {
    const search = query.get('search');
    const wanted = (name, value) => !query.get(name) || query.get(name) === value;
    return [...this.records.values()]
      .filter(
        (one) =>
          one.mergedInto === null &&
          (!search || this.matches(one, search)) &&
          wanted('ward', one.ward) &&
          wanted('status', one.status) &&
          wanted('present', String(one.bed !== null)),
      )
      .sort((a, b) => (a.bed === null ? 1 : 0) - (b.bed === null ? 1 : 0) || Number(a.bed) - Number(b.bed))
      .map((one) => this.shown(one));
  }

  beds(id) {
    const ward = this.ward.wards.find((one) => one.id === id);
    return ward?.beds.map((bed) => {
      const there = this.inBed(id, bed);
      return {
        bed,
        patient: there && { id: there.id, name: short(there.name), status: there.status, since: there.statusSince },
      };
    });
  }

  /** Into the ward's live part, or out of it. */
  live(record) {
    const { patients } = this.ward;
    const known = patients.find((one) => one.id === record.id);
    if (record.bed === null) this.ward.patients = patients.filter((one) => one !== known);
    else if (known) Object.assign(known, this.liveFields(record));
    else
      patients.push({
        ...this.ward.admit(record.ward, '1'),
        ...this.liveFields(record),
        id: record.id,
        spo2Scale: 1,
        device: null,
      });
  }

  liveFields({ name, recordNumber, dateOfBirth, sex, ward, bed, status }) {
    return { name, shortName: short(name), recordNumber, dateOfBirth, sex, ward, bed, status };
  }

  give(record, status, by, note = null) {
    Object.assign(record, { status, statusSince: iso() });
    record.encounters
      .find((one) => one.dischargedAt === null)
      ?.statuses.unshift({ status, since: iso(), by, note: note ?? null });
  }

  place(record, ward, bed, status, by) {
    const now = iso();
    let stay = record.encounters.find((one) => one.dischargedAt === null);
    if (!stay) {
      stay = { id: `e-${record.id}-${now}`, admittedAt: now, dischargedAt: null, dischargedTo: null };
      Object.assign(stay, { places: [], statuses: [], devices: [] });
      record.encounters.unshift(stay);
    }
    for (const place of stay.places) place.until ??= now;
    stay.places.unshift({ ward, bed, from: now, until: null });
    Object.assign(record, { ward, bed });
    if (status) this.give(record, status, by);
    this.live(record);
  }
}

/** Undefined where there is no such address. */
export function answerPatients(registry, parts) {
  const { method, segments } = parts;
  const [root, id, what] = segments;
  if (root === 'wards' && what === 'beds' && method === 'GET') {
    const beds = registry.beds(id);
    return beds ? parts.reply.json(200, { items: beds }) : parts.reply.problem(404, 'ward-not-found', 'No such ward');
  }
  if (root !== 'patients' || what === 'break-glass' || what === 'accesses') return undefined;
  if (id === undefined) return all(registry, parts);
  if (id === 'import') return bulk(registry, parts);
  return one(registry, parts);
}

const NEEDS = {
  '': 'patients.register',
  status: 'patients.status',
  critical: 'patients.status',
  admit: 'patients.move',
  transfer: 'patients.move',
  discharge: 'patients.move',
  device: 'devices.bind',
  merge: 'patients.merge',
};

function all(registry, { method, query, body, may, session, reply, tell }) {
  if (method === 'GET') {
    if (!may.includes('patients.read')) return undefined;
    const limit = Number(query.get('limit') ?? 50);
    const from = Number(query.get('after') ?? 0);
    const found = registry.list(query);
    return reply.json(200, {
      items: found.slice(from, from + limit),
      next: from + limit < found.length ? String(from + limit) : null,
    });
  }
  if (!may.includes('patients.register')) return reply.problem(403, 'forbidden', 'Not allowed');
  const errors = wrong(body);
  if (errors) return reply.problem(400, 'invalid-parameter', 'Some fields cannot be taken', {}, { errors });
  const taken = [...registry.records.values()].find((one) => one.recordNumber === body.recordNumber);
  if (taken)
    return reply.problem(409, 'record-number-taken', 'There is such a record number', {}, { patient: taken.id });
  if (body.ward && !registry.hasBed(body.ward, body.bed)) return reply.problem(409, 'unknown-bed', 'No such bed');
  if (body.ward && registry.inBed(body.ward, body.bed)) return reply.problem(409, 'bed-occupied', 'The bed is taken');
  const made = registry.fresh(body);
  registry.records.set(made.id, made);
  if (body.ward) registry.place(made, body.ward, body.bed, body.status ?? 'admitted', session.account.name);
  tell('PatientCreated', made);
  return reply.json(201, registry.shown(made), { location: `/api/patients/${made.id}`, etag: '"1"' });
}

function wrong({ recordNumber, name, dateOfBirth }) {
  const errors = {};
  if (!recordNumber) errors.recordNumber = ['A record number is due.'];
  if (!name?.includes(', ')) errors.name = ['Family and given name are due.'];
  if (dateOfBirth < '1900') errors.dateOfBirth = ['Before 1900.'];
  return Object.keys(errors).length > 0 ? errors : null;
}

/** `""` for the record itself. */
function one(registry, parts) {
  const { method, segments, query, body, may, session, ifMatch, reply, tell } = parts;
  const [, id, what = '', device] = segments;
  const record = registry.records.get(id);
  if (!record || !(may.includes('patients.read') || may.includes('own.read')))
    return reply.problem(404, 'patient-not-found', 'No such patient');
  const answer = () => reply.json(200, registry.shown(record), { etag: `"${record.version}"` });
  if (method === 'GET') {
    if (what === '') return answer();
    if (what === 'encounters') return reply.json(200, { items: record.encounters, next: null });
    if (what !== 'devices') return undefined;
    const worn = record.encounters.flatMap((stay) => stay.devices);
    const items = worn.map((each) => {
      const heard = registry.devices.get(each.device) ?? null;
      return { ...each, lastReadingAt: heard && iso(heard) };
    });
    return reply.json(200, { items, next: null });
  }
  if (!NEEDS[what] || !may.includes(NEEDS[what])) return reply.problem(403, 'forbidden', 'Not allowed');
  if (what === 'device')
    return method === 'PUT' ? bind(registry, record, parts) : unbind(registry, record, device, parts);
  if (what !== 'critical') {
    if (!ifMatch) return reply.problem(428, 'version-required', 'If-Match is due');
    if (ifMatch !== `"${record.version}"`) return reply.problem(412, 'version-changed', 'Changed meanwhile');
  }
  const refusal = change(registry, record, what, { body, query, by: session.account.name });
  if (refusal) return reply.problem(refusal.status ?? 409, refusal.type, refusal.type, {}, refusal.more);
  record.version++;
  registry.live(record);
  if (what === 'status') tell('StatusUpdated', record);
  else if (what === 'critical') tell('PatientCritical', record);
  else if (what !== '') tell('PatientMoved', record);
  return answer();
}

/** Answers why it is refused, or nothing. */
function change(registry, record, what, { body, by }) {
  const here = record.bed !== null;
  if (what === '') {
    const errors = wrong(body);
    if (errors) return { status: 400, type: 'invalid-parameter', more: { errors } };
    const { recordNumber, name, dateOfBirth, sex, consent } = body;
    const other = [...registry.records.values()].find((one) => one !== record && one.recordNumber === recordNumber);
    if (other) return { type: 'record-number-taken', more: { patient: other.id } };
    Object.assign(record, { recordNumber, name, dateOfBirth, sex, consent });
    return null;
  }
  if (what === 'merge') return merge(registry, record, body);
  if (what !== 'admit' && !here) return { type: 'not-admitted' };
  if (what === 'admit' && here) return { type: 'already-admitted' };
  if (what === 'status') {
    if (!PRESENT.includes(body.status)) return { status: 400, type: 'invalid-parameter' };
    registry.give(record, body.status, by, body.note);
  } else if (what === 'critical') registry.give(record, 'critical', by, body.note);
  else if (what === 'discharge') discharge(registry, record, body.to);
  else {
    if (!registry.hasBed(body.ward, body.bed)) return { type: 'unknown-bed' };
    if (registry.inBed(body.ward, body.bed)) return { type: 'bed-occupied' };
    registry.place(record, body.ward, body.bed, what === 'admit' ? (body.status ?? 'admitted') : null, by);
  }
  return null;
}

function discharge(registry, record, to) {
  const stay = record.encounters.find((one) => one.dischargedAt === null);
  for (const part of [...stay.places, ...stay.devices]) part.until ??= iso();
  Object.assign(stay, { dischargedAt: iso(), dischargedTo: to ?? null });
  Object.assign(record, { status: 'discharged', statusSince: iso(), ward: null, bed: null });
  registry.live(record);
}

function merge(registry, record, { duplicate }) {
  const other = registry.records.get(duplicate);
  if (!other) return { status: 404, type: 'patient-not-found' };
  if (other.mergedInto || record.mergedInto) return { type: 'already-merged' };
  if (other.bed !== null && record.bed !== null) return { type: 'both-admitted' };
  other.mergedInto = record.id;
  record.aliases.push(other.recordNumber);
  record.encounters.push(...other.encounters);
  return null;
}

function bind(registry, record, { body, reply }) {
  const { device, confirmSamePatient, takeFrom } = body;
  if (!registry.devices.has(device)) return reply.problem(404, 'device-not-found', 'No such device');
  if (record.bed === null) return reply.problem(409, 'patient-not-on-ward', 'Not on a ward');
  const now = registry.wornBy(device);
  if (now && now !== record && takeFrom !== now.id)
    return reply.problem(409, 'device-bound', 'On somebody else', {}, { patient: now.id });
  const heard = registry.devices.get(device);
  const before = record.encounters.some((stay) => stay.devices.some((one) => one.device === device));
  const gapMinutes = heard === null ? 0 : Math.round((Date.now() - heard) / MINUTE);
  if (before && gapMinutes > GAP_MINUTES && !confirmSamePatient)
    return reply.problem(
      409,
      'same-patient-question',
      'Still the same patient?',
      {},
      { lastSeenAt: iso(heard), gapMinutes },
    );
  if (now) off(registry, now, device);
  const stay = record.encounters.find((one) => one.dischargedAt === null);
  stay.devices.unshift({ device, from: iso(), until: null });
  registry.ward.find(record.id).device = device;
  return reply.json(200, { device, from: iso(), until: null });
}

function off(registry, record, device) {
  for (const stay of record.encounters) for (const one of stay.devices) if (one.device === device) one.until ??= iso();
  const live = registry.ward.find(record.id);
  if (live?.device === device) live.device = null;
}

function unbind(registry, record, device, { reply }) {
  if (registry.wornBy(device) !== record) return reply.problem(409, 'device-not-bound', 'Not on this patient');
  off(registry, record, device);
  return reply.none();
}

const HEAD = ['record_number', 'name', 'date_of_birth', 'sex'];

function bulk(registry, { query, body, may, session, reply, tell }) {
  if (!may.includes('patients.import')) return reply.problem(403, 'forbidden', 'Not allowed');
  const rows = String(body)
    .replace(/^\ufeff/, '')
    .split(/\r?\n/)
    .filter(Boolean)
    .map((line) => [...line.matchAll(/(?:^|[,;])(?:"([^"]*)"|([^,;]*))/g)].map((cell) => cell[1] ?? cell[2]));
  const [head, ...data] = rows;
  if (HEAD.some((name, index) => head?.[index] !== name))
    return reply.problem(400, 'invalid-parameter', 'The columns are not those of an import');
  const problems = [];
  const fresh = [];
  let unchanged = 0;
  for (const [index, cells] of data.entries()) {
    const [recordNumber, name, dateOfBirth, sex, ward, bed, status] = cells;
    const row = index + 2;
    const known = [...registry.records.values()].find((one) => one.recordNumber === recordNumber);
    const bad = cells.findIndex((cell) => /^[=+\-@]/.test(cell));
    if (bad >= 0) problems.push({ row, field: head[bad], problem: 'It begins like a formula.' });
    else if (!/^\d{4}-\d\d-\d\d$/.test(dateOfBirth))
      problems.push({ row, field: 'date_of_birth', problem: 'It is no date such as 1962-03-04.' });
    else if (known && known.name !== name)
      problems.push({ row, field: 'record_number', problem: 'It is registered with other data.' });
    else if (ward && (!registry.hasBed(ward, bed) || registry.inBed(ward, bed)))
      problems.push({ row, field: 'bed', problem: 'There is no such free bed.' });
    else if (known) unchanged++;
    else fresh.push({ recordNumber, name, dateOfBirth, sex, ward, bed, status });
  }
  const answer = { rows: data.length, registered: fresh.length, unchanged, problems: problems.slice(0, 100) };
  const full = { ...answer, problemCount: problems.length };
  if (problems.length > 0) {
    const refused = { ...full, registered: 0 };
    return reply.problem(422, 'import-refused', 'Nothing was taken over', {}, refused);
  }
  if (query.get('dryRun') === 'true') return reply.json(200, full);
  for (const each of fresh) {
    const made = registry.fresh(each);
    registry.records.set(made.id, made);
    if (each.ward) registry.place(made, each.ward, each.bed, each.status || 'admitted', session.account.name);
    tell('PatientCreated', made);
  }
  return reply.json(200, full);
}
