/** Words of the page about what runs. */
const plural = (n: number, one: string, many: string): string => (n === 1 ? `1 ${one}` : `${n} ${many}`);

export const systemWords = {
  title: 'System',
  asOf: (at: string, node: string) => `As of ${at}, as ${node} sees it.`,
  ago: (age: string) => `${age} ago`,
  old: (age: string) => `${age} old`,
  refreshes: 'Asks again every 5 s.',
  lost: (since: string) => `The server has not answered since ${since}`,
  lostHelp: 'What stands here is from then and may be wrong by now. Trying again …',
  unread: (n: number) =>
    `${plural(n, 'row', 'rows')} of the answer cannot be read and ${n === 1 ? 'is' : 'are'} not shown.`,

  warnings: 'Warnings',
  noWarnings: 'No warnings.',
  warningsCount: (n: number) => plural(n, 'warning', 'warnings'),
  since: (at: string, lasted: string) => `since ${at} (${lasted})`,

  storage: 'Storage',
  storageState: { stored: 'Stored', delayed: 'Stored late', away: 'Not being stored' } as Record<string, string>,
  storageSince: (at: string) => `since ${at}`,
  storageWaiting: (n: string) => `${n} waiting`,
  running: 'Nodes up',
  runningOf: (up: number, all: number) => `${up} of ${all}`,
  everyReading: 'Readings a second',
  allDevices: (n: string) => `from ${n} devices`,
  lastReading: 'Last reading',
  letters: 'Dead letters',
  lettersOpen: (n: string) => `${n} waiting`,
  lettersNone: 'None waiting',
  lettersNewest: (at: string) => `newest ${at}`,
  lettersLook: 'Look at them',

  nodes: 'Nodes',
  node: 'Node',
  here: 'answers here',
  state: 'State',
  states: { up: 'Up', draining: 'Draining', gone: 'Gone' } as Record<string, string>,
  was: { up: 'Was up', draining: 'Was draining', gone: 'Gone' } as Record<string, string>,
  roles: 'Roles',
  version: 'Version',
  started: 'Up since',
  heard: 'Heard',
  partitionsOf: 'Partitions',
  devices: 'Devices',
  readings: 'Readings/s',
  memory: 'Memory',
  megabytes: (n: string) => `${n} MB`,
  action: 'Action',

  partitions: 'Partitions',
  noPartitions: 'Readings go straight to their lanes here, over no broker: there are no partitions.',
  partition: 'Partition',
  takenBy: 'Processed by',
  nobody: 'Nobody',
  epoch: 'Epoch',
  sinceWhen: 'Since',
  waiting: 'Waiting',
  readers: 'Readers',
  unknown: 'unknown',

  queues: 'Queues',
  queue: 'Queue',
  queueName: (name: string) =>
    ({
      lanes: 'Lanes (readings to be checked)',
      commits: 'Commits (readings to be stored)',
      outbox: 'Outbox (events to be published)',
    })[name] ?? name.replace(/^consumer:/, 'Consumer '),
  ofCapacity: (n: string, all: string) => `${n} of ${all}`,
  oldest: 'Oldest',
  allNodes: 'all',

  checks: (node: string) => `Checks of ${node}`,
  check: 'Check',
  checkStates: { healthy: 'Healthy', degraded: 'Degraded', unhealthy: 'Unhealthy' } as Record<string, string>,
  finding: 'Finding',

  drain: {
    label: 'Drain',
    of: (node: string) => `Drain ${node} …`,
    title: (node: string) => `Drain ${node}?`,
    help: (node: string) =>
      `${node} takes no new work, hands its devices and partitions over to the other nodes, finishes what it has, and stops. ` +
      'Devices reconnect by themselves, and nothing that was acknowledged is lost. It does not start again by itself.',
    yes: (node: string) => `Yes, drain ${node}`,
    last: (node: string, roles: string) =>
      `No other node that is up does what ${node} does (${roles}). If it drains all the same, nobody does it until another node is started: ` +
      'devices keep their readings and find nobody to send them to, and no alert is raised.',
    force: 'Drain it all the same',
    done: (node: string) => `${node} is draining.`,
    known: {
      'unknown-node': 'There is no such node any more.',
      'outcome-unknown': 'The server did not answer: it is not known whether the node drains. Look at its state here.',
    } as Record<string, string>,
  },
};
