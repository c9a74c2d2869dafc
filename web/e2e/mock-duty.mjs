/** The mock's duty: schedules, overrides, coverage, rules of notification, hand-overs. */
import { iso } from './mock-administration.mjs';
import { answerSchedules } from './mock-schedules.mjs';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
export const PEOPLE = [
  { id: 'acc-nurse', name: 'Nurse R. Silva' },
  { id: 'acc-lee', name: 'Nurse K. Lee' },
  { id: 'acc-osei', name: 'Dr B. Osei' },
  { id: 'acc-weiss', name: 'Dr H. Weiss' },
];

export class Duty {
  constructor(ward, care) {
    this.ward = ward;
    this.care = care;
    const schedule = (id, name, role, tier, of) => ({
      id,
      name,
      ward: of,
      role,
      tier,
      zone: 'Europe/Berlin',
      layers: [
        {
          rotation: 'custom',
          length: 12,
          unit: 'hours',
          handOver: '07:00',
          start: '2026-01-05',
          members: PEOPLE.slice(0, 2),
          restrictions: [],
        },
      ],
      version: 1,
      endedAt: null,
    });
    this.schedules = [
      schedule('sc1', 'Nurses, ward 1', 'nurse', 1, 'ward-1'),
      schedule('sc2', 'Nurses, ward 1, second', 'nurse', 2, 'ward-1'),
      schedule('sc3', 'Cardiologists', 'cardiologist', 1, null),
    ];
    this.overrides = new Map();
    this.number = 0;
    this.swaps = [];
    this.staff = PEOPLE.map((one) => ({
      ...one,
      role: 'nurse',
      wards: ['ward-1'],
      disabled: false,
      duties: [{ role: 'nurse', tier: 1, wards: ['ward-1'] }],
      channels: ['in-app'],
      version: 1,
    }));
    /** What was asked to be previewed. */
    this.previews = [];
    this.handovers = [];
    this.rules = {
      mail: null,
      channels: { high: ['in-app', 'push', 'mail'], medium: ['in-app', 'push'], low: ['in-app'] },
      quiet: null,
      browsers: 0,
      mailServer: true,
    };
    this.subscriptions = [];
    this.tests = 0;
  }

  /** Day and night in turn, with a gap in one night of the second tier. */
  rotation(tier, from, until) {
    const rows = [];
    for (let at = Math.floor(from / (12 * HOUR)) * 12 * HOUR; at < until; at += 12 * HOUR) {
      const turn = Math.round(at / (12 * HOUR)) + tier;
      const gap = tier === 2 && Math.floor(at / (12 * HOUR)) % 14 === 5;
      const person = gap ? null : PEOPLE[turn % PEOPLE.length];
      const [start, end] = [Math.max(at, from), Math.min(at + 12 * HOUR, until)];
      rows.push({ from: iso(start), until: iso(end), tier, person, source: gap ? 'gap' : 'rotation' });
    }
    return rows;
  }

  calendar(id, from, until) {
    const { tier } = this.schedules.find((one) => one.id === id);
    const rotation = this.rotation(tier, from, until);
    const inside = [...this.overrides.values()]
      .filter((one) => one.schedule === id && Date.parse(one.from) < until && Date.parse(one.until) > from)
      .map(({ from: start, until: end, person }) => ({ from: start, until: end, tier, person, source: 'override' }));
    const final = rotation.flatMap((row) => {
      const over = inside.find((one) => one.from < row.until && one.until > row.from);
      if (!over) return [row];
      const cut = { ...over, from: [over.from, row.from].sort()[1], until: [over.until, row.until].sort()[0] };
      return [{ ...row, until: cut.from }, cut, { ...row, from: cut.until }].filter((one) => one.from < one.until);
    });
    return { final, rotation: rotation.filter((one) => one.person), overrides: inside };
  }

  now() {
    const at = Date.now();
    const rows = [1, 2]
      .flatMap((tier) => this.rotation(tier, at - DAY, at + DAY))
      .filter((one) => Date.parse(one.from) <= at && Date.parse(one.until) > at);
    const items = rows
      .filter((one) => one.person)
      .map(({ tier, person, from, until, source }) => ({
        ward: 'ward-1',
        role: 'nurse',
        tier,
        person,
        from,
        until,
        source,
        schedule: 'sc1',
      }));
    return { at: iso(at), items, gaps: [{ ward: null, role: 'neurologist', tier: 1 }] };
  }

  coverage(id) {
    const beds = this.ward.wards.find((one) => one.id === id)?.beds ?? [];
    const items = beds.flatMap((bed) =>
      ['spo2-low', 'hr-high', 'news2-7', 'stroke'].map((type) => ({
        ward: id,
        bed,
        type,
        steps: [
          { after: 0, to: 'nurse, tier 1', people: [PEOPLE[0]] },
          { after: 60, to: 'charge nurse', people: [{ id: 'acc-charge', name: 'Charge nurse M. Lind' }] },
        ],
        hole:
          type === 'stroke'
            ? `No neurologist from 22:00 to 06:00: bed ${bed} would go straight to the charge nurse.`
            : null,
      })),
    );
    return { items, holes: items.filter((one) => one.hole).length, checkedAt: iso() };
  }
}

/** Undefined where there is no such address. */
export function answerDuty(duty, parts) {
  const { method, segments, query, body, may, session, reply } = parts;
  const [root, what, id] = segments;
  const list = (items) => reply.json(200, { items, next: null });
  if (root === 'notifications') return notifications(duty, parts);
  if (root === 'wards' && id === 'handovers') {
    if (method === 'GET') return list(duty.handovers.filter((one) => one.ward === what));
    const one = {
      id: `ho${duty.handovers.length + 1}`,
      ward: what,
      givenBy: me(session),
      givenAt: iso(),
      takenBy: null,
      takenAt: null,
      notes: body.notes ?? '',
      summary: { incidents: 3, limits: 1, silences: 0, holes: 16 },
    };
    duty.handovers.unshift(one);
    return reply.json(201, one);
  }
  if (root === 'handovers' && id === 'sign') {
    const one = duty.handovers.find((each) => each.id === what);
    if (!one) return reply.problem(404, 'handover-not-found', 'No such hand-over');
    if (one.givenBy.id === me(session).id)
      return reply.problem(409, 'handover-own', 'One cannot hand over to oneself.');
    Object.assign(one, { takenBy: me(session), takenAt: iso() });
    return reply.json(200, one);
  }
  if (root !== 'oncall') return undefined;
  if (!may.includes('oncall.read')) return reply.problem(403, 'forbidden', 'Not allowed');
  if (what === 'now') return reply.json(200, duty.now());
  if (what === 'coverage') return reply.json(200, duty.coverage(query.get('ward')));
  if (what === 'schedules' && segments[3] === 'calendar')
    return reply.json(200, duty.calendar(id, Date.parse(query.get('from')), Date.parse(query.get('until'))));
  if (what === 'schedules' || what === 'staff' || what === 'swaps') return answerSchedules(duty, parts);
  if (what === 'feeds')
    return reply.json(201, { id: 'fe1', name: body.name, createdAt: iso(), lastUsedAt: null, token: 'tok-1' });
  if (what?.endsWith('.ics')) {
    parts.response.writeHead(200, { 'content-type': 'text/calendar' });
    parts.response.end('BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n');
    return undefined;
  }
  if (method === 'GET' && what === 'overrides') return list([...duty.overrides.values()]);
  if (!may.includes('oncall.manage')) return reply.problem(403, 'forbidden', 'Not allowed');
  if (what === 'overrides' && method === 'POST') {
    if (!(Date.parse(body.until) > Date.parse(body.from)))
      return reply.problem(400, 'invalid-parameter', 'The end is before the beginning');
    const one = {
      id: `ov${++duty.number}`,
      ...body,
      person: PEOPLE.find((each) => each.id === body.person),
      by: me(session),
      endedAt: null,
    };
    duty.overrides.set(one.id, one);
    return reply.json(201, one);
  }
  if (what === 'overrides' && method === 'DELETE') {
    duty.overrides.delete(id);
    return reply.none();
  }
  return undefined;
}

const me = (session) => ({ id: `acc-${session.account.user}`, name: session.account.name });

function notifications(duty, { method, segments, body, reply }) {
  const [, what] = segments;
  if (what === 'rules') {
    if (method === 'PUT') Object.assign(duty.rules, body, { channels: { ...duty.rules.channels, ...body.channels } });
    return reply.json(200, duty.rules);
  }
  if (what === 'push-key')
    return reply.json(200, {
      key: 'BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4',
    });
  if (what === 'push-subscriptions') {
    if (method === 'GET') return reply.json(200, { items: duty.subscriptions, next: null });
    if (method === 'DELETE') duty.subscriptions = duty.subscriptions.filter((one) => one.id !== segments[2]);
    else duty.subscriptions.push({ id: `ps${duty.subscriptions.length + 1}`, endpoint: body.endpoint });
    return method === 'DELETE' ? reply.none() : reply.json(201, duty.subscriptions.at(-1));
  }
  if (what === 'test') {
    duty.tests++;
    duty.care.notify({
      kind: 'test',
      priority: 'medium',
      title: 'Test',
      text: 'You asked for this test.',
      incident: null,
      patient: null,
      bed: null,
    });
    return reply.none();
  }
  return undefined;
}
