import { believed, fields, list, number, oneOf, optional, text, time, whole } from '../live/decode';
import { Http, part } from './http';
import { ApiProblem } from './problem';

export const NODE_STATES = ['up', 'draining', 'gone'] as const;
export const CHECK_STATES = ['healthy', 'degraded', 'unhealthy'] as const;

/** One running server. Times in milliseconds. */
export interface SystemNode {
  name: string;
  roles: string[];
  version: string;
  startedAt: number;
  heardAt: number;
  state: (typeof NODE_STATES)[number];
  partitions: number | null;
  /** Null, with the next two, on a node that takes no devices. */
  devices: number | null;
  readingsPerSecond: number | null;
  lastReadingAt: number | null;
  memoryBytes: number | null;
}

/** A share of the patients, and who processes it. */
export interface Partition {
  number: number;
  /** Null: nobody. */
  node: string | null;
  epoch: number | null;
  since: number | null;
  /** Null, as `consumers`: the broker could not be asked. */
  waiting: number | null;
  consumers: number | null;
}

export interface SystemQueue {
  /** `lanes`, `commits`, `outbox`, or `consumer:` and its name. */
  name: string;
  /** Null: it is not one node's. */
  node: string | null;
  waiting: number;
  capacity: number | null;
  oldestSeconds: number | null;
}

export interface SystemCheck {
  name: string;
  status: (typeof CHECK_STATES)[number];
  text: string;
}

export interface SystemWarning {
  kind: string;
  text: string;
  since: number;
}

export interface SystemState {
  /** The node that answered, and its clock. */
  node: string;
  now: number;
  storage: { state: 'stored' | 'delayed' | 'away'; since: number; waiting: number };
  nodes: SystemNode[];
  /** Empty where envelopes do not go over a broker. */
  partitions: Partition[];
  queues: SystemQueue[];
  checks: SystemCheck[];
  deadLetters: { open: number; newestAt: number | null };
  warnings: SystemWarning[];
  /** How many rows could not be read: they are missing above, and the page says so. */
  unread: number;
}

function node(value: unknown): SystemNode {
  const f = fields(value);
  return {
    name: text(f.name),
    roles: list(f.roles).map(text),
    version: text(f.version),
    startedAt: time(f.startedAt),
    heardAt: time(f.heardAt),
    state: oneOf(NODE_STATES, f.state),
    partitions: optional(number, f.partitions),
    devices: optional(number, f.devices),
    readingsPerSecond: optional(number, f.readingsPerSecond),
    lastReadingAt: optional(time, f.lastReadingAt),
    memoryBytes: optional(number, f.memoryBytes),
  };
}

function partition(value: unknown): Partition {
  const f = fields(value);
  return {
    number: number(f.number),
    node: optional(text, f.node),
    epoch: optional(number, f.epoch),
    since: optional(time, f.since),
    waiting: optional(number, f.waiting),
    consumers: optional(number, f.consumers),
  };
}

function queue(value: unknown): SystemQueue {
  const f = fields(value);
  return {
    name: text(f.name),
    node: optional(text, f.node),
    waiting: number(f.waiting),
    capacity: optional(number, f.capacity),
    oldestSeconds: optional(number, f.oldestSeconds),
  };
}

function check(value: unknown): SystemCheck {
  const f = fields(value);
  return { name: text(f.name), status: oneOf(CHECK_STATES, f.status), text: optional(text, f.text) ?? '' };
}

function warning(value: unknown): SystemWarning {
  const f = fields(value);
  return { kind: text(f.kind), text: text(f.text), since: time(f.since) };
}

/** GET /api/system. A row that cannot be read is left out and counted. */
export const decodeSystem = whole((value): SystemState => {
  const f = fields(value);
  let unread = 0;
  const rows = <T>(given: unknown, decode: (one: unknown) => T): T[] =>
    list(given).flatMap((one) => {
      const row = believed(() => decode(one));
      if (row === undefined) unread++;
      return row ?? [];
    });
  const storage = fields(f.storage);
  const letters = fields(f.deadLetters);
  const byName = (a: { name: string }, b: { name: string }): number => a.name.localeCompare(b.name, 'en');
  const state = {
    node: text(f.node),
    now: time(f.now),
    storage: {
      state: oneOf(['stored', 'delayed', 'away'] as const, storage.state),
      since: time(storage.since),
      waiting: number(storage.waiting),
    },
    // In an order of their own, so that no row changes its place from one answer to the next.
    nodes: rows(f.nodes, node).sort(byName),
    partitions: rows(f.partitions, partition).sort((a, b) => a.number - b.number),
    queues: rows(f.queues, queue),
    checks: rows(f.checks, check).sort(byName),
    deadLetters: { open: number(letters.open), newestAt: optional(time, letters.newestAt) },
    warnings: rows(f.warnings, warning),
  };
  return { ...state, unread };
});

const decodeDraining = whole((value): string => text(fields(value).state));
/** An answer that takes longer is none: the next question may find the way. */
const ANSWER_MS = 8_000;

/** What runs: nodes, partitions, queues and checks, in which no patient stands. */
export class SystemApi extends Http {
  async state(signal: AbortSignal): Promise<SystemState> {
    const limit = AbortSignal.timeout(ANSWER_MS);
    try {
      return await this.get('/api/system', decodeSystem, AbortSignal.any([signal, limit]));
    } catch (error) {
      if (limit.aborted && !signal.aborted) throw new ApiProblem(0, '', 'The server does not answer.');
      throw error;
    }
  }

  /** Has a node hand over what it does, and stop. `force`: even if nobody else does that. */
  drain(name: string, force: boolean): Promise<string> {
    return this.ask('POST', `/api/system/nodes/${part(name)}/drain`, force ? { force } : {}, decodeDraining);
  }
}
