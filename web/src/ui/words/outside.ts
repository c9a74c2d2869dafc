/** Words of other systems that are told, and of messages that could not be delivered. */
export const webhookWords = {
  intro:
    'Other systems that are told of incidents, such as a pager gateway. What leaves the house says that there is something and how urgent it is, never about whom.',
  add: 'Add a webhook',
  edit: (name: string) => `Webhook: ${name}`,
  none: 'No other system is told.',
  name: 'Name',
  nameHint: 'What it is, such as “Pager gateway”.',
  address: 'Address',
  addressHint: 'Begins with https://. Only addresses that the installation allows are reached.',
  kinds: 'Of what it is told',
  kindsHint: 'None chosen: of everything but tests.',
  everything: 'everything',
  priorities: 'Of which priorities',
  enabled: 'Switched on',
  on: 'on',
  off: 'switched off',
  state: 'State',
  owner: 'Made by',
  failed: (n: number) => (n === 0 ? 'none given up' : n === 1 ? '1 message given up' : `${n} messages given up`),
  secretOnce: 'The secret that signs its messages, shown only now',
  secretHelp: 'Enter it in the other system. It is not shown again; a new one can be drawn.',
  newSecret: 'Draw a new secret',
  newSecretHelp: 'The present one stops signing at once: the other system refuses messages until it has the new one.',
  missing: 'Enter a name and an address, and choose at least one priority.',
  remove: 'Remove',
  removeWhich: (name: string) => `Remove “${name}”?`,
  removeHelp: 'It is told nothing any more, and what waits for it is not sent. This cannot be taken back.',
  look: 'What was sent',
  lookAt: (name: string) => `What was sent to ${name}`,
  test: 'Send a test',
  tested: 'A test is on its way; what became of it appears below.',
  noneSent: 'Nothing was sent yet.',
  saved: 'Saved.',
  known: {
    'address-refused':
      'This address cannot be reached from here: its name is unknown, or the installation does not allow it.',
    'too-many-webhooks': 'There are as many webhooks as there may be: remove one first.',
    'webhook-not-found': 'This webhook has been removed meanwhile.',
  } as Record<string, string>,

  attempts: {
    at: 'Time',
    what: 'What',
    stage: 'What became of it',
    attempts: 'Attempts',
    who: 'For whom',
    channel: 'Way',
    to: 'Where to',
    of: (kind: string, priority: string) => `${kind}, ${priority.toLowerCase()} priority`,
  },

  faults: {
    'timed-out': 'no answer in time',
    'no-connection': 'no connection',
    'name-unknown': 'the name is unknown',
    'tls-failed': 'the connection is not secure',
    'address-refused': 'the address is not allowed',
    redirected: 'it points elsewhere',
    'subscription-ended': 'the browser takes no more',
    'smtp-unreadable': 'the mail server cannot be understood',
    'no-mail-server': 'there is no mail server',
    'domain-refused': 'the domain is refused',
    defect: 'a defect',
  } as Record<string, string>,
  fault: (error: string) =>
    error.startsWith('status-')
      ? `answered with ${error.slice('status-'.length)}`
      : error.startsWith('smtp-')
        ? `mail server: ${error.slice('smtp-'.length)}`
        : error,
} as const;

export const deliveryWords = {
  intro: 'Messages to people and other systems that were tried as often as they may be, and given up.',
  table: 'Messages that were given up',
  none: 'Every message has reached somebody or waits for its turn.',
  again: 'Send again',
  queued: 'It is on its way again.',
  known: {
    'delivery-not-failed': 'It was sent again meanwhile.',
    'delivery-not-found': 'It is not there any more.',
  } as Record<string, string>,
} as const;
