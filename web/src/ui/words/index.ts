/** Every word on the screen, in one folder: plain, and the ones a nurse uses. */
import type { Consciousness, News2Parameter, NumericVital, Priority, VitalKey } from '../../live/types';
import { accessWords } from './access';
import { accountWords } from './account';
import { adminWords } from './admin';
import { alertWords } from './alerts';
import { analyticsWords } from './analytics';
import { handoverWords, notifyWords, oncallWords } from './duty';
import { emergencyWords, lookedWords } from './emergency';
import { deliveryWords, webhookWords } from './outside';
import { patientsWords } from './patients';
import { scheduleWords } from './schedules';
import { systemWords } from './system';

const vitalShort: Record<VitalKey, string> = {
  hr: 'HR',
  spo2: 'SpO₂',
  rr: 'RR',
  sbp: 'BP',
  dbp: 'BP',
  temp: '°C',
  etco2: 'EtCO₂',
  glucose: 'Glucose',
  acvpu: 'Consciousness',
  o2: 'Oxygen',
};

const vitalName: Record<VitalKey, string> = {
  hr: 'Pulse',
  spo2: 'SpO₂',
  rr: 'Respiration',
  sbp: 'Systolic pressure',
  dbp: 'Diastolic pressure',
  temp: 'Temperature',
  etco2: 'EtCO₂',
  glucose: 'Glucose',
  acvpu: 'Consciousness',
  o2: 'Oxygen',
};

const vitalUnit: Record<NumericVital, string> = {
  hr: '/min',
  spo2: '%',
  rr: '/min',
  sbp: 'mmHg',
  dbp: 'mmHg',
  temp: '°C',
  etco2: 'mmHg',
  glucose: 'mmol/L',
};

const consciousness: Record<Consciousness, string> = {
  A: 'Alert',
  C: 'New confusion',
  V: 'Responds to voice',
  P: 'Responds to pain',
  U: 'Unresponsive',
};

const news2Parameter: Record<News2Parameter, string> = {
  rr: 'Respiration',
  spo2: 'SpO₂',
  o2: 'Oxygen',
  sbp: 'Systolic pressure',
  hr: 'Pulse',
  acvpu: 'Consciousness',
  temp: 'Temperature',
};

const priority: Record<Priority, { sign: string; shape: string; name: string }> = {
  high: { sign: '***', shape: '▲', name: 'high' },
  medium: { sign: '**', shape: '◆', name: 'medium' },
  technical: { sign: '●', shape: '●', name: 'technical' },
};

const sex: Record<string, string> = { female: 'female', male: 'male', other: 'other', unknown: 'sex not recorded' };

const status: Record<string, string> = {
  admitted: 'Admitted',
  stable: 'Stable',
  observation: 'Observation',
  critical: 'Critical',
  discharged: 'Discharged',
};

const deviceState = { online: 'online', silent: 'silent', offline: 'offline' } as const;

const role: Record<string, string> = {
  administrator: 'Administrator',
  physician: 'Physician',
  specialist: 'Specialist',
  nurse: 'Nurse',
  'charge-nurse': 'Charge nurse',
  technician: 'Technician',
  analyst: 'Analyst',
  patient: 'Patient',
  device: 'Device',
  service: 'Service',
};

export const words = {
  product: 'Wardwatch',
  alerts: alertWords,
  notify: notifyWords,
  oncall: oncallWords,
  schedules: scheduleWords,
  handover: handoverWords,
  analytics: analyticsWords,
  system: systemWords,
  webhooks: webhookWords,
  deliveries: deliveryWords,
  skip: 'Skip to the content',
  vitalShort,
  vitalName,
  vitalUnit,
  consciousness,
  news2Parameter,
  priority,
  sex,
  status,
  deviceState,
  role,
  absent: '--',
  none: '–',
  live: 'live',
  ageOld: (age: string) => `${age} old`,
  bedsidePrimary: 'The bedside monitor stays primary.',

  signIn: accessWords.signIn,
  lock: accessWords.lock,
  enrol: accessWords.enrol,
  account: accountWords,
  admin: adminWords,
  emergency: emergencyWords,
  looked: lookedWords,
  patients: patientsWords,

  wall: {
    allWards: 'All wards',
    ward: 'Ward',
    beds: (beds: number, patients: number) =>
      `${beds} ${beds === 1 ? 'bed' : 'beds'} · ${patients} ${patients === 1 ? 'patient' : 'patients'}`,
    displayOnly: 'No primary alarm · bedside monitor is primary',
    displayOnlyShort: 'Wardwatch is no primary alarm',
    demo: 'Demo data',
    free: (bed: string) => `${bed} · free`,
    empty: 'No patient is in this ward. Beds fill here as patients are admitted.',
    noWard: (id: string) => `There is no ward “${id}”, or you may not see it.`,
    traces: '10 min trend',
    noSignal: (since: string) => `no signal since ${since}`,
    noSignalYet: 'no reading yet',
    bpAt: (time: string) => `BP ${time}`,
    tempAt: (time: string) => `°C ${time}`,
    grid: 'Beds',
    openPatient: (name: string) => `Open ${name}`,
    spo2Scale2: 'SpO₂ scale 2',
    scale2: 'scale 2',
    oxygen: 'O₂',
    /** Short, since it stands beside name and score. */
    consciousness: { A: 'Alert', C: 'New confusion', V: 'Voice only', P: 'Pain only', U: 'Unresponsive' },
    anomaly: (score: string) => `Anomaly ${score}`,
    lastKnown: (text: string) => `last known: ${text}`,
    announceCritical: (bed: string) => `Bed ${bed} is set critical`,
    announce: (name: string, bed: string, text: string) => `${name} priority, bed ${bed}: ${text}`,
  },

  roster: {
    title: 'Patients',
    mine: 'Yours',
    attention: 'Needs attention',
    all: 'All beds',
    nobody: 'Nobody needs attention now.',
    bed: (bed: string) => `Bed ${bed}`,
  },

  nav: {
    label: 'Main',
    wall: 'Wall',
    record: 'My record',
    ward: 'Ward',
    patients: 'Patients',
    beds: 'Beds',
    find: 'Find',
    account: 'Account',
    back: (ward: string) => `← ${ward}`,
  },

  find: {
    title: 'Find a patient',
    label: 'Name or bed',
    hint: 'Type a name, a bed or a record number',
    none: 'No patient matches. Names, beds and record numbers of the patients you may see are searched.',
    all: 'Search all patients, also those who have left',
    loading: 'Loading the patients …',
    failed: 'The list of patients cannot be loaded now.',
    row: (ward: string, bed: string) => `${ward}, bed ${bed}`,
    close: 'Close',
  },

  keys: {
    title: 'Keys',
    rows: [
      ['← ↑ → ↓', 'move between beds'],
      ['Enter', 'open the patient'],
      ['A', 'acknowledge the alert of the bed'],
      ['/', 'find a patient'],
      ['Esc', 'back'],
      ['?', 'show these keys'],
      [accessWords.lock.keys, 'lock this page'],
      ['← →', 'in the trends: earlier, later'],
      ['+ −', 'in the trends: closer, wider'],
      ['0', 'in the trends: back to the chosen range'],
    ] as const,
  },

  storage: {
    stored: 'All readings stored',
    delayed: (since: string) => `Readings are being stored late since ${since}`,
    away: (since: string) => `Readings are not being stored since ${since}`,
    delayedShort: 'Storing late',
    awayShort: 'Not being stored',
    delayedHelp: 'Values are shown live all the same. Devices are told only after their readings are stored.',
    awayHelp:
      'Values are shown live all the same. Devices keep what is not stored and send it again. Tell technical staff.',
    unknown: 'Storage state unknown',
  },

  link: {
    lost: (since: string) => `Live connection lost since ${since}`,
    lostHelp: 'Numbers may be old. Look at the bedside monitors; this page reconnects by itself.',
    blankHelp: 'No numbers are shown. Look at the bedside monitors; this page reconnects by itself.',
  },

  unsaved: {
    title: 'Leave without saving?',
    help: 'What you have entered here is not saved.',
    stay: 'Stay here',
    drop: 'Leave and lose it',
  },

  action: {
    save: 'Save',
    cancel: 'Cancel',
    done: 'Done',
    copy: 'Copy',
    copied: 'Copied.',
    notCopied: 'The browser did not allow it: select the text and copy it yourself.',
    away: 'The server does not answer; nothing was changed. Try again in a moment.',
    tooMany: 'Too many attempts. Wait a minute, then try again.',
    other: (detail: string) => `This was not done${detail ? `: ${detail}` : '.'}`,
    byType: {
      'sign-in-failed': 'The password is wrong.',
      'changed-meanwhile': 'Somebody else has changed this meanwhile. Close, look at it again, then change it.',
      'session-not-found': 'This session has ended already.',
    } as Record<string, string>,
  },

  problem: {
    loading: 'Loading …',
    away: 'The server does not answer. Bedside monitors work on without it. Trying again …',
    notFound: 'This patient is not here, or you may not see the record.',
    gone: 'This is not there, or not any more.',
    forbidden: 'You may not see this.',
    unreadable: 'The server’s answer cannot be read. Reload the page; if it stays so, tell technical staff.',
    other: (detail: string) => `This could not be loaded${detail ? `: ${detail}` : '.'}`,
    retry: 'Try again',
    crash: 'This page has failed and shows nothing, rather than something wrong. Look at the bedside monitors.',
    reload: 'Reload',
    noRecord: 'There is no record for this account. Ask the ward to connect it with yours.',
    noPage: 'There is no such page.',
    noPageShort: 'No such page',
    toWall: 'To the wall',
  },

  patient: {
    years: (n: number) => (n === 1 ? '1 year' : `${n} years`),
    months: (n: number) => (n === 1 ? '1 month' : `${n} months`),
    days: (n: number) => (n === 1 ? '1 day' : `${n} days`),
    record: (number: string) => `record ${number}`,
    place: (ward: string, bed: string) => `${ward}, bed ${bed}`,
    now: 'Now',
    noSignal: (since: string) => `no signal since ${since}`,
    bloodPressure: 'BP',
    temperature: 'Temperature',
    zeroPoints: (range: string) => `0 points ${range}`,
    onOxygen: 'on oxygen',
    onAir: 'on air',
    neverMeasured: 'not measured',
    last: (value: string) => `last ${value}`,
    news2: 'NEWS2',
    news2Missing: (min: string, max: string) => `no value: ${min}–${max}`,
    news2Points: (points: string) => `${points}`,
    news2Incomplete: 'Values are missing: only bounds are known.',
    news2None: 'No score now.',
    news2Last: (value: string, at: string) => `Last ${value} at ${at}.`,
    news2Scale: (scale: number) => `SpO₂ scale ${scale}`,
    news2Source: 'NEWS2: Royal College of Physicians, 2017. Grey figures: range that scores 0.',
    anomaly: 'Anomaly',
    anomalyNone: 'No score now.',
    anomalyAll: 'all vitals present',
    anomalyPart: (percent: number) => `${percent} % of the vitals present`,
    anomalyMissing: (names: string) => `without ${names}`,
    anomalyModel: (model: string) => `0 usual – 1 unusual; drawn from 0.60. Model ${model}`,
    driversNote: 'What drove it (+ towards unusual)',
    device: 'Device',
    deviceNone: 'No device is bound to this patient.',
    deviceSince: (state: string, since: string) => `${state} since ${since}`,
    lastReading: 'Last reading',
    clockOffset: 'Device clock',
    clockAhead: (s: string) => `${s} s ahead`,
    clockBehind: (s: string) => `${s} s behind`,
    clockRight: 'right',
    notes: 'Data notes',
    noteReadings: (n: number) => `Last ${n} readings in memory`,
    noteLate: (n: number) => (n === 0 ? 'none late' : n === 1 ? '1 late' : `${n} late`),
    noteLateSpan: (from: string, to: string) => `measured ${from} – ${to}`,
    noteGaps: 'Gaps in the range shown',
    noteGapsCount: (n: number, length: string) => (n === 0 ? 'none' : `${n}, together ${length}`),
    noteStorage: 'Storage',
    noteUnread: 'Values this page could not read',
    events: 'Anomalies in the range shown',
    eventsNone: 'None.',
    eventsMore: (n: number) => `and ${n} earlier ones, in the chart`,
    episode: (score: string, from: string, to: string | null) =>
      to === null ? `${score} at ${from}` : `up to ${score}, ${from} – ${to}`,
    more: 'Other values',
    recordSection: 'Record',
    dateOfBirth: 'Date of birth',
    bed: 'Bed',
    previous: 'Previous bed',
    next: 'Next bed',
  },

  trends: {
    title: 'Trends',
    ranges: { '1h': '1 h', '6h': '6 h', '24h': '24 h', '7d': '7 d', custom: 'range…' },
    from: 'From',
    to: 'To',
    show: 'Show',
    badRange: 'The end must be after the start, and at most 366 days later.',
    chart: 'Chart',
    table: 'Table',
    earlier: 'Earlier',
    later: 'Later',
    closer: 'Closer',
    wider: 'Wider',
    reset: 'Reset',
    bucketNote: (bucket: string) => `line: mean of ${bucket}, band: lowest to highest`,
    rawNote: 'line: single readings',
    gapNote: 'dark band: no data, drawn as a gap',
    anomalyNote: '▲ anomaly over 0.60',
    empty: 'No readings in this range.',
    emptyHelp: 'Choose a longer range, or look whether the device is online.',
    help: 'Trends. Arrow keys move earlier and later, plus and minus zoom, zero goes back to the chosen range.',
    anomaly: 'Anomaly',
    bloodPressure: 'BP mmHg',
    atPointer: (time: string) => `At ${time}`,
    anomalies: 'Anomalies; left and right arrows step through them',
    anomalyAt: (time: string, score: string, more: number) =>
      `${time}: anomaly ${score}${more > 0 ? ` (and ${more} more nearby)` : ''}`,
    refreshFailed: 'The newest part could not be loaded; what is shown ends where the line ends.',
  },

  table: {
    rows: 'Rows',
    asDrawn: 'As drawn',
    single: 'Every reading',
    time: 'Time',
    bp: 'BP',
    count: 'Readings',
    late: 'Late',
    lateYes: 'late',
    news2: 'NEWS2',
    anomaly: 'Anomaly',
    caption: (bucket: string) => `Each row is ${bucket}: mean, with lowest to highest in brackets`,
    captionSingle: 'Every reading, oldest first',
    previous: 'Previous page',
    next: 'Next page',
    page: (page: number, pages: number | null) => (pages === null ? `Page ${page}` : `Page ${page} of ${pages}`),
  },
} as const;
