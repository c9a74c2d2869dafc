import type { Partition, SystemCheck, SystemNode, SystemQueue, SystemState } from '../../api/system';
import { age, clockOrDate } from '../../ui/format';
import { type Column, Table } from '../../ui/Table';
import { words } from '../../ui/words';
import { ago, megabytes, rate, whole } from './amounts';

const text = words.system;

/** A state in words; what is wrong has the technical sign and colour besides. */
function State({ children, wrong }: { children: string | undefined; wrong: boolean }) {
  return (
    <span className={wrong ? 'chip chip-technical' : 'chip'}>
      {wrong && <span aria-hidden="true">{words.priority.technical.sign} </span>}
      {children}
    </span>
  );
}

interface NodesProps {
  found: SystemState;
  now: number;
  /** What is shown is too old to be called present. */
  past: boolean;
  /** Null for those who may not, and while nobody knows how things are. */
  drain: ((node: SystemNode) => void) | null;
}

export function Nodes({ found, now, past, drain }: NodesProps) {
  const columns: Column<SystemNode>[] = [
    {
      label: text.node,
      head: true,
      cell: (node) => (
        <>
          {node.name}
          {node.name === found.node && <small>{text.here}</small>}
        </>
      ),
    },
    {
      label: text.state,
      cell: (node) => (
        <State wrong={node.state === 'gone'}>{past ? text.was[node.state] : text.states[node.state]}</State>
      ),
    },
    { label: text.heard, cell: (node) => ago(node.heardAt, now), className: 'nowrap' },
    { label: text.roles, cell: (node) => node.roles.join(', ') },
    { label: text.lastReading, cell: (node) => ago(node.lastReadingAt, now), className: 'nowrap' },
    { label: text.readings, cell: (node) => rate(node.readingsPerSecond), className: 'number' },
    { label: text.devices, cell: (node) => whole(node.devices), className: 'number' },
    { label: text.partitionsOf, cell: (node) => whole(node.partitions), className: 'number' },
    { label: text.memory, cell: (node) => megabytes(node.memoryBytes), className: 'number nowrap' },
    { label: text.started, cell: (node) => clockOrDate(node.startedAt, now), className: 'nowrap' },
    { label: text.version, cell: (node) => node.version },
    ...(drain === null
      ? []
      : [
          {
            label: text.action,
            actions: true,
            cell: (node: SystemNode) =>
              node.state === 'up' && (
                <button type="button" className="button" onClick={() => drain(node)}>
                  {text.drain.label} …<span className="hidden-words"> {node.name}</span>
                </button>
              ),
          },
        ]),
  ];
  return (
    <section aria-labelledby="system-nodes">
      <h2 id="system-nodes">{text.nodes}</h2>
      <Table
        caption={text.nodes}
        columns={columns}
        rows={found.nodes}
        rowKey={(node) => node.name}
        rowClass={(node) => (node.state === 'gone' ? 'row-off' : '')}
      />
    </section>
  );
}

const asked = (value: number | null): string => (value === null ? text.unknown : whole(value));

export function Partitions({ found, now }: { found: SystemState; now: number }) {
  const columns: Column<Partition>[] = [
    { label: text.partition, head: true, cell: (one) => one.number },
    {
      label: text.takenBy,
      cell: (one) => (one.node === null ? <State wrong>{text.nobody}</State> : one.node),
    },
    {
      label: text.sinceWhen,
      cell: (one) => (one.since === null ? words.none : clockOrDate(one.since, now)),
      className: 'nowrap',
    },
    { label: text.waiting, cell: (one) => asked(one.waiting), className: 'number' },
    {
      label: text.readers,
      cell: (one) => (one.consumers === 0 ? <State wrong>0</State> : asked(one.consumers)),
      className: 'number',
    },
    { label: text.epoch, cell: (one) => whole(one.epoch), className: 'number' },
  ];
  return (
    <section aria-labelledby="system-partitions">
      <h2 id="system-partitions">{text.partitions}</h2>
      {found.partitions.length === 0 ? (
        <p className="system-calm">{text.noPartitions}</p>
      ) : (
        <Table
          caption={text.partitions}
          columns={columns}
          rows={found.partitions}
          rowKey={(one) => String(one.number)}
        />
      )}
    </section>
  );
}

const queueColumns: Column<SystemQueue>[] = [
  { label: text.queue, head: true, cell: (queue) => text.queueName(queue.name) },
  { label: text.node, cell: (queue) => queue.node ?? text.allNodes },
  {
    label: text.waiting,
    cell: (queue) =>
      queue.capacity === null ? whole(queue.waiting) : text.ofCapacity(whole(queue.waiting), whole(queue.capacity)),
    className: 'number nowrap',
  },
  {
    label: text.oldest,
    cell: (queue) => (queue.oldestSeconds === null ? words.none : age(queue.oldestSeconds)),
    className: 'number nowrap',
  },
];

export function Queues({ found }: { found: SystemState }) {
  return (
    <section aria-labelledby="system-queues">
      <h2 id="system-queues">{text.queues}</h2>
      <Table
        caption={text.queues}
        columns={queueColumns}
        rows={found.queues}
        rowKey={(queue) => `${queue.name} ${queue.node ?? ''}`}
      />
    </section>
  );
}

const checkColumns: Column<SystemCheck>[] = [
  { label: text.check, head: true, cell: (check) => check.name },
  {
    label: text.state,
    cell: (check) => <State wrong={check.status !== 'healthy'}>{text.checkStates[check.status]}</State>,
  },
  { label: text.finding, cell: (check) => check.text },
];

export function Checks({ found }: { found: SystemState }) {
  return (
    <section aria-labelledby="system-checks">
      <h2 id="system-checks">{text.checks(found.node)}</h2>
      <Table
        caption={text.checks(found.node)}
        columns={checkColumns}
        rows={found.checks}
        rowKey={(check) => check.name}
      />
    </section>
  );
}
