import { describe, expect, test } from 'vitest';
import { decodeSystem } from './system';

const AT = '2026-11-22T02:00:00.000Z';
const node = (name: string, more: object = {}) => ({
  name,
  roles: ['gateway', 'monitor', 'web', 'worker'],
  version: '0.1.0',
  startedAt: AT,
  heardAt: AT,
  state: 'up',
  partitions: 3,
  devices: 15,
  readingsPerSecond: 14.9,
  lastReadingAt: AT,
  memoryBytes: 123456789,
  ...more,
});
const answer = (more: object = {}) => ({
  node: 'ward-a',
  now: AT,
  storage: { state: 'stored', since: AT, waiting: 0 },
  nodes: [node('ward-b'), node('ward-a')],
  partitions: [
    { number: 1, node: null, epoch: 7, since: AT, waiting: null, consumers: null },
    { number: 0, node: 'ward-a', epoch: 7, since: AT, waiting: 0, consumers: 1 },
  ],
  queues: [{ name: 'lanes', node: 'ward-a', waiting: 0, capacity: 4096, oldestSeconds: null }],
  checks: [{ name: 'storage', status: 'healthy', text: 'Stored 0.2 s ago.' }],
  deadLetters: { open: 0, newestAt: null },
  warnings: [{ kind: 'outbox-old', text: 'The oldest event has waited for 40 s.', since: AT }],
  ...more,
});

describe('what runs', () => {
  test('is read, each list in an order of its own that answers do not change', () => {
    const system = decodeSystem(answer());
    expect(system?.nodes.map((one) => one.name)).toEqual(['ward-a', 'ward-b']);
    expect(system?.partitions.map((one) => one.number)).toEqual([0, 1]);
    expect(system?.now).toBe(Date.parse(AT));
    expect(system?.unread).toBe(0);
  });

  test('what nobody knows is absent and no zero', () => {
    const worker = { devices: null, readingsPerSecond: null, lastReadingAt: null };
    const system = decodeSystem(answer({ nodes: [node('w', worker)] }));
    expect(system?.nodes[0]).toMatchObject(worker);
    expect(system?.partitions[1]).toMatchObject({ node: null, waiting: null, consumers: null });
  });

  test('without a broker there are no partitions', () => {
    expect(decodeSystem(answer({ partitions: [] }))?.partitions).toEqual([]);
  });

  test('a row that cannot be believed takes no other with it, and is counted', () => {
    const system = decodeSystem(answer({ nodes: [node('ward-a'), node('ward-b', { state: 'asleep' }), null] }));
    expect(system?.nodes.map((one) => one.name)).toEqual(['ward-a']);
    expect(system?.unread).toBe(2);
  });

  test('a warning of a kind that this page does not know is a warning all the same', () => {
    const warnings = [{ kind: 'something-new', text: 'Look here.', since: AT }];
    expect(decodeSystem(answer({ warnings }))?.warnings[0]?.text).toBe('Look here.');
  });

  test('without its clock or its storage it is no answer', () => {
    expect(decodeSystem(answer({ now: 'soon' }))).toBe(null);
    expect(decodeSystem(answer({ storage: { state: 'fine', since: AT, waiting: 0 } }))).toBe(null);
    expect(decodeSystem(null)).toBe(null);
  });
});
