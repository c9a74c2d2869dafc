/** Toasts as they come and go: without a page, so that their life can be tried. Times in milliseconds. */
import { type Alert, type AlertPriority, type Look, lookOf, rankOf } from '../../live/alertTypes';
import type { News } from '../../live/careStore';

export interface Toast {
  id: string;
  look: Look;
  priority: AlertPriority;
  title: string;
  /** The ward, where there is more than one: beds of two wards may have the same number. Otherwise empty. */
  where: string;
  text: string;
  /** Where it leads; null: nowhere. */
  to: string | null;
  worse: boolean;
  patient: string | null;
  /** The first call for an alert, which may be shown already. */
  call: boolean;
  from: number;
}

/** High stays until somebody closes it or it is over; the others go by themselves. */
const LASTS_MS: Record<AlertPriority, number> = { high: Number.POSITIVE_INFINITY, medium: 20_000, low: 10_000 };
/** A call and the alert that it is about come within this time of each other. */
const TOGETHER_MS = 10_000;
/** What was sent stays no longer: it stands in the list of news. */
const SENT_MS = 120_000;
/** More would cover the heads of the tiles behind them. */
export const MOST_TOASTS = 3;

/** How a toast names a place; made by the page, which knows the words. `wardOf`: empty where there is only one. */
export interface PlaceOf {
  placeOf(alert: Alert): string;
  wardOf(ward: string | null): string;
}

export function toastOf(news: News, now: number, { placeOf, wardOf }: PlaceOf): Toast {
  if (news.kind === 'notification') {
    const { id, kind, priority, title, text, incident, patient, ward } = news.notification;
    const to = incident === null ? '/notifications' : `/incidents/${encodeURIComponent(incident)}`;
    const call = kind === 'assigned';
    return {
      id: `n/${id}`,
      look: priority,
      priority,
      title,
      text,
      to,
      worse: false,
      patient,
      call,
      from: now,
      where: wardOf(ward),
    };
  }
  const { alert, worse } = news;
  const to =
    alert.incident !== null
      ? `/incidents/${encodeURIComponent(alert.incident)}`
      : alert.patient !== null
        ? `/patient/${encodeURIComponent(alert.patient)}`
        : '/alerts';
  const { id, priority, cause, patient } = alert;
  const [look, title, where] = [lookOf(alert), placeOf(alert), wardOf(alert.ward)];
  return { id: `a/${id}`, look, priority, title, text: cause.text, to, worse, patient, call: false, from: now, where };
}

/**
 * The newest first; the same alert again takes the place of what was said of it before. A call and its alert are one: the alert's, which
 * goes when it is acknowledged, with the way to the work.
 */
export function withToast(toasts: readonly Toast[], toast: Toast): Toast[] {
  const twin = toasts.find(
    (one) =>
      one.patient !== null &&
      one.patient === toast.patient &&
      one.call !== toast.call &&
      (one.call || toast.call) &&
      one.priority === toast.priority &&
      toast.from - one.from < TOGETHER_MS,
  );
  if (twin) {
    const [call, alert] = toast.call ? [toast, twin] : [twin, toast];
    return [{ ...alert, to: call.to, from: twin.from }, ...toasts.filter((one) => one !== twin && one.id !== toast.id)];
  }
  return [toast, ...toasts.filter((one) => one.id !== toast.id)];
}

/** Without those whose time is over and those whose alert stands no more or is acknowledged. */
export function stillShown(toasts: readonly Toast[], standing: readonly Alert[], now: number): readonly Toast[] {
  const kept = toasts.filter((one) => {
    if (now - one.from >= LASTS_MS[one.priority]) return false;
    if (!one.id.startsWith('a/')) return now - one.from < SENT_MS;
    const alert = standing.find(({ id }) => `a/${id}` === one.id);
    return alert !== undefined && !alert.acknowledged;
  });
  return kept.length === toasts.length ? toasts : kept;
}

/** Which are shown, the most urgent first and the newest of them on top, and how many more there are. */
export function shownToasts(toasts: readonly Toast[]): { shown: Toast[]; more: number } {
  const order = [...toasts].sort((a, b) => rankOf(a.priority) - rankOf(b.priority) || b.from - a.from);
  return { shown: order.slice(0, MOST_TOASTS), more: Math.max(0, order.length - MOST_TOASTS) };
}
