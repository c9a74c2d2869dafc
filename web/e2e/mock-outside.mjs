/** The mock's webhooks and undelivered messages, and the budgets of wards. */
import { iso } from './mock-administration.mjs';

const ROBIN = { id: 'acc-admin', name: 'Administrator A. Berg' };

export class Outside {
  constructor() {
    this.number = 1;
    this.webhooks = [
      {
        id: 'wh1',
        name: 'Pager gateway',
        address: 'https://pager.example/hook',
        kinds: [],
        priorities: ['high', 'medium'],
        enabled: true,
        owner: ROBIN,
        createdAt: iso(),
        failed: 1,
        version: 1,
      },
    ];
    this.attempts = [delivery('de1', 'failed', 'status-500', 'Pager gateway')];
    this.failed = [delivery('de2', 'failed', 'smtp-550', 'mail of Ines Falk', 'mail')];
    /** By ward; none: the installation's. */
    this.budgets = new Map();
  }
}

const delivery = (id, stage, error, destination, channel = 'webhook') => ({
  id,
  notification: `no-${id}`,
  kind: 'escalated',
  priority: 'high',
  account: ROBIN,
  channel,
  destination,
  stage,
  attempts: 10,
  gathered: 1,
  error,
  queuedAt: iso(),
  at: iso(),
});

/** Undefined where there is no such address. */
export function answerOutside(outside, parts) {
  const { method, segments, body, may, reply } = parts;
  const [root, id, deed] = segments;
  if (root === 'wards' && deed === 'alert-budget') {
    if (!may.includes('alerts.limits')) return reply.problem(403, 'forbidden', 'Not allowed');
    if (body.alertsPerBedDay === null) outside.budgets.delete(id);
    else outside.budgets.set(id, body.alertsPerBedDay);
    return reply.json(200, {});
  }
  if (root === 'failed-deliveries') {
    if (method === 'GET') return reply.json(200, { items: outside.failed, next: null });
    if (!outside.failed.some((one) => one.id === id)) return reply.problem(409, 'delivery-not-failed', 'Sent again');
    outside.failed = outside.failed.filter((one) => one.id !== id);
    return reply.json(202, {});
  }
  if (root !== 'webhooks') return undefined;
  if (!may.includes('webhooks.manage')) return reply.problem(403, 'forbidden', 'Not allowed');
  return webhooks(outside, { method, id, deed, body, reply });
}

function webhooks(outside, { method, id, deed, body, reply }) {
  const found = outside.webhooks.find((one) => one.id === id);
  if (id && !found) return reply.problem(404, 'webhook-not-found', 'No such webhook');
  if (deed === 'attempts') return reply.json(200, { items: outside.attempts, next: null });
  if (deed === 'test') {
    outside.attempts.unshift({ ...delivery(`de${++outside.number + 1}`, 'sent', null, found.name), kind: 'test' });
    return reply.json(202, { id: 'no9' });
  }
  if (method === 'GET') return reply.json(200, found ?? { items: outside.webhooks, next: null });
  if (method === 'DELETE') {
    outside.webhooks = outside.webhooks.filter((one) => one !== found);
    return reply.none();
  }
  if (body.address.includes('10.0.0.1')) return reply.problem(400, 'address-refused', 'Not allowed');
  const { name, address, kinds, priorities, enabled } = body;
  if (!found) {
    const made = { id: `wh${++outside.number}`, owner: ROBIN, createdAt: iso(), failed: 0, version: 1 };
    Object.assign(made, { name, address, kinds, priorities, enabled });
    outside.webhooks.push(made);
    return reply.json(201, { ...made, secret: 'whsec_first' });
  }
  if (body.version !== found.version) return reply.problem(409, 'changed-meanwhile', 'Changed');
  Object.assign(found, { name, address, kinds, priorities, enabled, version: found.version + 1 });
  return reply.json(200, { ...found, secret: body.newSecret ? 'whsec_second' : null });
}
