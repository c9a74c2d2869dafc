/** Who is on an alert, what comes next, and by when somebody must have been at the bedside: in words that count by the second. */
import { type Alert, type Incident, isSounding, lookOf } from '../live/alertTypes';
import { age, duration, shortTime, since, timeOrDate } from './format';
import { words } from './words';

const text = words.alerts;
const CLOSE_SECONDS = 120;
/** So long it may take until it is known who is called. */
const CALLING_MS = 10_000;

/** 0:21 while it is close, otherwise 23 min. */
const left = (seconds: number): string =>
  seconds < CLOSE_SECONDS ? since(seconds) : duration(Math.floor(seconds / 60) * 60);

/** `alert`: the one in question; null where the work goes on without one that stands. */
export function ownerWords(incident: Incident | null, alert: Alert | null, now: number): string {
  if (!incident) {
    const justNow = alert !== null && !alert.technical && now - alert.raisedAt < CALLING_MS;
    if (alert?.incident && alert.judgement) return text.resolved;
    return alert?.incident ? text.unknown : justNow ? text.calling : text.none;
  }
  const { state, assignee, acknowledgedAt } = incident;
  if (!assignee || state === 'OPEN') return text.nobody;
  if (state === 'IN_PROGRESS') {
    const started = incident.startedAt ?? acknowledgedAt ?? incident.assignedAt ?? incident.openedAt;
    return `${assignee.name} · ${text.atIt(timeOrDate(started, now))}`;
  }
  if (state === 'ACKNOWLEDGED' && acknowledgedAt !== null)
    return `${assignee.name} · ${text.acknowledgedAgo(since(Math.max(0, (now - acknowledgedAt) / 1000)))}`;
  return `${assignee.name} · ${text.notAcknowledged}`;
}

/** Empty where nothing happens by itself. */
export function nextWords(incident: Incident | null, now: number): string {
  const next = incident?.nextStep;
  if (!incident || !next) return '';
  const seconds = Math.ceil((next.at - now) / 1000);
  if (seconds <= 0) return text.nextNow;
  if (next.what === 're-alert') return text.reAlert(left(seconds));
  return incident.assignee ? text.escalates(next.to, left(seconds)) : text.goesTo(next.to, left(seconds));
}

export interface ClockWords {
  text: string;
  overdue: boolean;
}

/** The response clock. Null where there is none, or where it has been met. */
export function clockWords(incident: Incident | null, now: number): ClockWords | null {
  if (!incident || incident.respondBy === null || incident.respondState === 'met' || incident.respondState === 'none')
    return null;
  const what = incident.type.startsWith('news2') ? text.news2 : '';
  const seconds = Math.ceil((incident.respondBy - now) / 1000);
  return seconds > 0
    ? { text: text.reviewDue(what, left(seconds)), overdue: false }
    : { text: text.reviewOverdue(what, age(-seconds)), overdue: true };
}

/** What is not as usual about an alert: silenced, ended, acknowledged. Empty where nothing is. */
export function stateWords(alert: Alert): string {
  if (alert.signal === 'latched') return text.ended;
  if (alert.signal === 'paused')
    return alert.silencedUntil === null ? text.silenced('…') : text.silenced(shortTime(alert.silencedUntil));
  return alert.acknowledged ? text.acknowledged : '';
}

/** Without the delay, which nobody reads from afar. */
export const shortCause = (alert: Alert): string => alert.cause.text.replace(/ for \d[^<>]*$/, '');

/** Flashing goes with the tone: what is silenced or acknowledged stands still, and so does what is technical or low. */
export const flashOf = (alert: Alert): string => {
  const look = lookOf(alert);
  return isSounding(alert) && (look === 'high' || look === 'medium') ? `flash-${look}` : '';
};
