/** The mock's schedules, what people are on duty as, and swaps. */
import { iso } from './mock-administration.mjs';
import { previewOf } from './mock-preview.mjs';

/** Undefined where there is no such address. */
export function answerSchedules(duty, parts) {
  const { method, segments, may, reply } = parts;
  if (method !== 'GET' && !may.includes('oncall.manage')) return reply.problem(403, 'forbidden', 'Not allowed');
  if (segments[1] === 'staff') return staff(duty, parts);
  return segments[1] === 'swaps' ? swaps(duty, parts) : schedules(duty, parts);
}

function staff(duty, { method, segments, body, ifMatch, reply }) {
  if (method === 'GET') return reply.json(200, { items: duty.staff, next: null });
  const person = duty.staff.find((one) => one.id === segments[2]);
  if (!person) return reply.problem(404, 'colleague-not-found', 'No such colleague');
  if (ifMatch && ifMatch !== `"${person.version}"`) return reply.problem(412, 'version-changed', 'Somebody changed it');
  const counts = duty.schedules.find(
    ({ role, tier, layers }) =>
      layers.some(({ members }) => members.some(({ id }) => id === person.id)) &&
      !body.duties.some((one) => one.role === role && one.tier === tier) &&
      person.duties.some((one) => one.role === role && one.tier === tier),
  );
  if (counts) return reply.problem(409, 'duty-in-use', `${counts.name} counts on ${person.name}`);
  Object.assign(person, { duties: body.duties, channels: body.channels, version: person.version + 1 });
  return reply.json(200, person);
}

function swaps(duty, { method, segments, body, reply }) {
  const id = segments[2];
  if (method === 'GET') return reply.json(200, { items: duty.swaps, next: null });
  if (method === 'DELETE') {
    duty.swaps = duty.swaps.filter((one) => one.id !== id);
    return reply.none();
  }
  const side = (one) => ({ ...one, person: duty.staff.find((each) => each.id === one.person) });
  const swap = { ...body, id: `sw${duty.swaps.length + 1}`, first: side(body.first), second: side(body.second) };
  duty.swaps.push(swap);
  return reply.json(201, swap);
}

function schedules(duty, { method, segments, query, body, ifMatch, reply }) {
  const preview = segments.at(-1) === 'preview';
  const id = preview && segments.length === 3 ? undefined : segments[2];
  const ended = query.get('ended') === 'true';
  if (method === 'GET' && !id)
    return reply.json(200, { items: duty.schedules.filter((one) => ended || !one.endedAt), next: null });
  const found = duty.schedules.find((one) => one.id === id);
  if (id && !found) return reply.problem(404, 'schedule-not-found', 'No such schedule');
  if (method === 'GET') return reply.json(200, found);
  if (method === 'DELETE') {
    if (ifMatch && ifMatch !== `"${found.version}"`)
      return reply.problem(412, 'version-changed', 'Somebody changed it');
    found.endedAt = iso();
    return reply.none();
  }
  const what = found ?? { ward: body.ward, role: body.role, tier: body.tier };
  const stranger = body.layers
    .flatMap(({ members }) => members)
    .map((member) => duty.staff.find((one) => one.id === member))
    .find((one) => !one.duties.some(({ role, tier }) => role === what.role && tier === what.tier));
  if (stranger)
    return reply.problem(409, 'member-without-duty', `${stranger.name} is not ${what.role}, tier ${what.tier}`);
  const layers = body.layers.map((one) => ({
    ...one,
    members: one.members.map((member) => ({ id: member, name: duty.staff.find((each) => each.id === member).name })),
  }));
  if (found && ifMatch !== `"${found.version}"`) return reply.problem(412, 'version-changed', 'Somebody changed it');
  if (preview) {
    duty.previews.push(body);
    const own = [...duty.overrides.values()].filter((one) => one.schedule === id);
    const [from, until] = ['from', 'until'].map((one) => Date.parse(query.get(one)));
    return reply.json(200, previewOf(layers, own, what.tier, from, until));
  }
  if (found) {
    Object.assign(found, { name: body.name, zone: body.zone, layers, version: found.version + 1 });
    return reply.json(200, found);
  }
  const made = { id: `sc${duty.schedules.length + 1}`, ...body, layers, version: 1, endedAt: null };
  duty.schedules.push(made);
  return reply.json(201, made);
}
