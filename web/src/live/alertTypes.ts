/** Alerts, the work they cause, and who is told of it: what the server says, after validation. Times are milliseconds since 1970. */
import type { Bounds, NumericVital, VitalKey } from './types';

export const PRIORITIES = ['high', 'medium', 'low'] as const;
export type AlertPriority = (typeof PRIORITIES)[number];

/** How an alert is drawn: by its priority, or as technical where it is about a device or the installation. */
export type Look = AlertPriority | 'technical';

export type Judgement = 'real' | 'no-action' | 'artefact';
export const JUDGEMENTS: readonly Judgement[] = ['real', 'no-action', 'artefact'];

/** What was so when the alert was raised. It never changes afterwards. */
export interface AlertCause {
  text: string;
  /** Null where no single vital is concerned, or one that is not drawn here. */
  vital: VitalKey | null;
  value: number | null;
  limit: number | null;
  unit: string;
  delaySeconds: number;
  values: { [K in NumericVital]?: { value: number; ageSeconds: number } };
  news2: Bounds | null;
  rule: string;
  model: string | null;
}

/** Four things that are never mixed: whether the condition holds, what it signals, what staff said, and (incident) who is on it. */
export interface Alert {
  id: string;
  type: string;
  name: string;
  category: string;
  priority: AlertPriority;
  technical: boolean;
  /** Null: the ward's or the installation's own. */
  patient: string | null;
  ward: string | null;
  bed: string | null;
  condition: 'active' | 'ended';
  /** paused: silenced. latched: ended, and to be acknowledged all the same. */
  signal: 'on' | 'paused' | 'latched' | 'off';
  acknowledged: boolean;
  cause: AlertCause;
  onsetAt: number;
  raisedAt: number;
  endedAt: number | null;
  silencedUntil: number | null;
  silencedBy: string | null;
  silenceReason: string | null;
  incident: string | null;
  judgement: Judgement | null;
  /** The synthetic patient that proves the alert path: never shown among the others, never heard. */
  canary: boolean;
}

export const INCIDENT_STATES = ['OPEN', 'ASSIGNED', 'ACKNOWLEDGED', 'IN_PROGRESS', 'RESOLVED', 'REASSIGNED'] as const;
export type IncidentState = (typeof INCIDENT_STATES)[number];

export interface Person {
  id: string;
  name: string;
}

export interface IncidentStep {
  at: number;
  actor: Person | null;
  step: string;
  channel: string | null;
  note: string | null;
}

export interface Incident {
  id: string;
  number: number;
  alerts: Alert[];
  patient: string | null;
  patientName: string | null;
  ward: string | null;
  bed: string | null;
  type: string;
  name: string;
  category: string;
  priority: AlertPriority;
  technical: boolean;
  state: IncidentState;
  /** Who responds to this kind of alert. */
  role: string;
  assignee: (Person & { role: string }) | null;
  openedAt: number;
  assignedAt: number | null;
  /** When a screen first showed a notification of it. */
  deliveredAt: number | null;
  acknowledgedAt: number | null;
  startedAt: number | null;
  reviewedAt: number | null;
  resolvedAt: number | null;
  archivedAt: number | null;
  /** By when somebody must have been at the bedside. Acknowledging does not stop it. */
  respondBy: number | null;
  respondState: 'running' | 'met' | 'overdue' | 'none';
  nextStep: { at: number; what: 'escalate' | 're-alert'; to: string } | null;
  /** What it was in the end. */
  outcome: Judgement | null;
  version: number;
  /** That of the synthetic patient: nobody's work. */
  canary: boolean;
  /** Told for one incident only. */
  history: IncidentStep[];
}

export const STAGES = ['queued', 'sent', 'delivered', 'seen', 'failed', 'withdrawn'] as const;
export type Stage = (typeof STAGES)[number];

export interface StaffNotification {
  id: string;
  kind: string;
  priority: AlertPriority;
  title: string;
  text: string;
  incident: string | null;
  ward: string | null;
  bed: string | null;
  patient: string | null;
  createdAt: number;
  stage: Stage;
  channels: { channel: string; stage: Stage; attempts: number; at: number | null; error: string | null }[];
}

/** Somebody has paused the sound of a ward. A new alarm of higher priority sounds all the same. */
export interface SoundPause {
  ward: string;
  /** When it began; null where it is not told. */
  from: number | null;
  until: number;
  by: string;
}

/** When an alert last went the whole way, from a synthetic bed to a receipt. */
export interface AlertPath {
  ward: string;
  provenAt: number | null;
  state: 'proven' | 'late' | 'broken';
}

export const lookOf = ({ technical, priority }: Pick<Alert, 'technical' | 'priority'>): Look =>
  technical ? 'technical' : priority;

/** Whether it is still to be seen: what has ended and waits for nobody is history. */
export const isStanding = (alert: Alert): boolean => alert.condition === 'active' || alert.signal === 'latched';

/** Whether it is to be heard: it is neither silenced nor acknowledged. What latches is heard until somebody acknowledges it. */
export const isSounding = (alert: Alert): boolean =>
  (alert.signal === 'on' || alert.signal === 'latched') && !alert.acknowledged && isStanding(alert);

export const isOpen = (incident: Incident): boolean => incident.state !== 'RESOLVED' && incident.archivedAt === null;

const RANK: Record<AlertPriority, number> = { high: 0, medium: 1, low: 2 };
export const rankOf = (priority: AlertPriority): number => RANK[priority];

/** The most urgent first: by priority; then what is about the patient, what holds, what nobody has acknowledged, what is older. */
export function byUrgency(a: Alert, b: Alert): number {
  return (
    RANK[a.priority] - RANK[b.priority] ||
    Number(a.technical) - Number(b.technical) ||
    Number(a.condition === 'ended') - Number(b.condition === 'ended') ||
    Number(a.acknowledged) - Number(b.acknowledged) ||
    a.onsetAt - b.onsetAt ||
    a.id.localeCompare(b.id)
  );
}

export function incidentsByUrgency(a: Incident, b: Incident): number {
  return RANK[a.priority] - RANK[b.priority] || a.openedAt - b.openedAt || a.id.localeCompare(b.id);
}
