/** What runs in the mock: two nodes that share four partitions, and a third that has gone. Tests change it as they need. */
import { ROLES } from './mock-accounts.mjs';
import { iso } from './mock-administration.mjs';

const ago = (seconds) => iso(Date.now() - seconds * 1000);
const ROLES_OF_ALL = ['gateway', 'monitor', 'web', 'worker'];

export class System {
  constructor(ward) {
    this.ward = ward;
    this.started = Date.now();
    this.nodes = [
      { name: 'ward-a', roles: ROLES_OF_ALL, state: 'up', devices: 9, up: 86_400 * 3 },
      { name: 'ward-b', roles: ROLES_OF_ALL, state: 'up', devices: 6, up: 7_200 },
      { name: 'figures-1', roles: ['worker'], state: 'gone', devices: null, up: 86_400, silent: 200 },
    ];
    this.partitions = [
      { number: 0, node: 'ward-a', waiting: 0, consumers: 1 },
      { number: 1, node: 'ward-a', waiting: 0, consumers: 1 },
      { number: 2, node: 'ward-b', waiting: 3, consumers: 1 },
      { number: 3, node: null, waiting: 12, consumers: 0 },
    ];
    this.warnings = [
      {
        kind: 'partition-without-consumer',
        text: 'Partition 3 has 12 messages and nobody who reads them.',
        since: ago(252),
      },
      { kind: 'node-gone', text: 'figures-1 has not been heard for more than 15 s.', since: ago(185) },
      { kind: 'dead-letters', text: '3 dead letters wait for somebody who looks at them.', since: ago(3_700) },
    ];
    this.letters = 3;
  }

  node({ name, roles, state, devices, up, silent = 1 }) {
    const heard = Math.max(this.started - silent * 1000, silent > 15 ? 0 : Date.now() - silent * 1000);
    const gateway = devices !== null;
    return {
      name,
      roles,
      version: '0.1.0',
      startedAt: iso(this.started - up * 1000),
      heardAt: iso(heard),
      state,
      partitions: this.partitions.filter((one) => one.node === name).length,
      devices,
      readingsPerSecond: gateway ? devices * 0.99 : null,
      lastReadingAt: gateway ? ago(0.4) : null,
      memoryBytes: 123_456_789,
    };
  }

  answer() {
    return {
      node: 'ward-a',
      now: iso(),
      storage: { ...this.ward.storage, waiting: this.ward.storage.state === 'stored' ? 0 : 4312 },
      nodes: this.nodes.map((one) => this.node(one)),
      partitions: this.partitions.map((one) => ({ ...one, epoch: 7, since: iso(this.started - 3_600_000) })),
      queues: [
        { name: 'lanes', node: 'ward-a', waiting: 2, capacity: 4096, oldestSeconds: null },
        { name: 'commits', node: 'ward-a', waiting: 0, capacity: 8192, oldestSeconds: null },
        { name: 'lanes', node: 'ward-b', waiting: 0, capacity: 4096, oldestSeconds: null },
        { name: 'commits', node: 'ward-b', waiting: 0, capacity: 8192, oldestSeconds: null },
        { name: 'outbox', node: null, waiting: 1, capacity: null, oldestSeconds: 0.2 },
        { name: 'consumer:analytics', node: null, waiting: 0, capacity: null, oldestSeconds: null },
      ],
      checks: [
        { name: 'database', status: 'healthy', text: 'Answers in 0.4 ms.' },
        { name: 'broker', status: 'degraded', text: 'One of three brokers does not answer.' },
        { name: 'storage', status: 'healthy', text: 'The last reading was stored 0.2 s ago.' },
      ],
      deadLetters: { open: this.letters, newestAt: this.letters > 0 ? ago(3_700) : null },
      warnings: this.warnings,
    };
  }

  drain(name, force) {
    const found = this.nodes.find((one) => one.name === name && one.state !== 'gone');
    if (!found) return [404, { type: 'urn:wardwatch:unknown-node', title: 'No such node', status: 404 }];
    const others = this.nodes.filter((one) => one !== found && one.state === 'up');
    const covered = found.roles.every((role) => others.some((one) => one.roles.includes(role)));
    if (!covered && !force)
      return [409, { type: 'urn:wardwatch:last-node', title: 'No other node has its roles', status: 409 }];
    found.state = 'draining';
    return [202, { name, state: 'draining' }];
  }
}

/** Undefined where there is no such address. */
export function answerSystem(system, { method, path, body, session, reply }) {
  const may = ROLES[session.account.role] ?? [];
  const drain = /^\/api\/system\/nodes\/([^/]+)\/drain$/.exec(path);
  if (path !== '/api/system' && !drain) return undefined;
  if (!may.includes(drain ? 'operations.manage' : 'operations.read'))
    return reply.problem(403, 'forbidden', 'Not allowed');
  if (!drain) return reply.json(200, system.answer());
  if (method !== 'POST') return undefined;
  return reply.json(...system.drain(decodeURIComponent(drain[1]), body.force === true));
}
