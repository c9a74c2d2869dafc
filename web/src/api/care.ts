import {
  alertPath as alertPathShape,
  alert as alertShape,
  decodeAlert,
  decodeIncident,
  decodeItems,
  incident as incidentShape,
  notification as notificationShape,
  soundPause,
} from '../live/alertMessages';
import type {
  Alert,
  AlertPath,
  AlertPriority,
  Incident,
  Judgement,
  SoundPause,
  StaffNotification,
} from '../live/alertTypes';
import type { Page } from './adminShapes';
import { type AlertKind, decodeLimits, kindShape, type LimitChange, type Limits } from './careShapes';
import { Http, part, type Version, withQuery } from './http';

/** More than stand on any ward at once; should there be more, they are asked for as well. */
const PAGE = '200';
const MOST_PAGES = 10;

const decodeAlerts = decodeItems(alertShape);
const decodeIncidents = decodeItems(incidentShape);
const decodeNotifications = decodeItems(notificationShape);
const decodePauses = decodeItems(soundPause);
const decodePaths = decodeItems(alertPathShape);
const decodeKinds = decodeItems(kindShape);

export type IncidentDeed = 'acknowledge' | 'start' | 'claim' | 'comment';

/** Alerts, the work that they cause, and what is done about them. */
export class CareApi extends Http {
  /** Everything that stands, of one ward or of all in reach. */
  async standing(ward: string | null, signal?: AbortSignal): Promise<{ alerts: Alert[]; incidents: Incident[] }> {
    const [alerts, incidents] = await Promise.all([
      this.every((after) => this.alerts({ ward, condition: 'active', after }, signal)),
      this.every((after) => this.incidents({ ward, state: 'open', after }, signal)),
    ]);
    return { alerts, incidents };
  }

  alerts(query: Record<string, string | null>, signal?: AbortSignal): Promise<Page<Alert>> {
    return this.get(withQuery('/api/alerts', { limit: PAGE, ...query }), decodeAlerts, signal);
  }

  /** How far it is proven that the alerts of the wards in reach arrive. */
  async paths(signal?: AbortSignal): Promise<AlertPath[]> {
    return (await this.get('/api/alert-path', decodePaths, signal)).items;
  }

  /** A test alert has come to this screen. */
  tested(notification: string): Promise<void> {
    return this.tell('POST', '/api/alert-path/receipts', { notification });
  }

  alert(id: string, signal?: AbortSignal): Promise<Alert> {
    return this.get(`/api/alerts/${part(id)}`, decodeAlert, signal);
  }

  /** By hand; it goes the same way as any other. */
  raise(patient: string, priority: AlertPriority, text: string): Promise<Alert> {
    return this.ask('POST', '/api/alerts', { patient, priority, text }, decodeAlert);
  }

  /** Of one that was raised by hand. */
  end(id: string): Promise<void> {
    return this.tell('POST', `/api/alerts/${part(id)}/end`, {});
  }

  silence(id: string, seconds: number, reason: string): Promise<void> {
    return this.tell('POST', `/api/alerts/${part(id)}/silence`, { seconds, reason });
  }

  endSilence(id: string): Promise<void> {
    return this.tell('DELETE', `/api/alerts/${part(id)}/silence`);
  }

  judge(id: string, judgement: Judgement): Promise<void> {
    return this.tell('POST', `/api/alerts/${part(id)}/judge`, { judgement });
  }

  incidents(query: Record<string, string | null>, signal?: AbortSignal): Promise<Page<Incident>> {
    return this.get(withQuery('/api/incidents', { limit: PAGE, ...query }), decodeIncidents, signal);
  }

  incident(id: string, signal?: AbortSignal): Promise<Incident> {
    return this.get(ofIncident(id), decodeIncident, signal);
  }

  act(id: string, deed: IncidentDeed, note: string): Promise<void> {
    return this.tell('POST', `${ofIncident(id)}/${deed}`, note ? { note } : {});
  }

  review(id: string, finding: string, actions: string): Promise<void> {
    return this.tell('POST', `${ofIncident(id)}/review`, { finding, actions });
  }

  resolve(id: string, outcome: Judgement, note: string): Promise<void> {
    return this.tell('POST', `${ofIncident(id)}/resolve`, { outcome, ...(note ? { note } : {}) });
  }

  async pauses(ward: string | null, signal?: AbortSignal): Promise<SoundPause[]> {
    return (await this.get(withQuery('/api/sound-pauses', { ward }), decodePauses, signal)).items;
  }

  pause(ward: string, seconds: number): Promise<void> {
    return this.tell('POST', `/api/wards/${part(ward)}/sound-pause`, { seconds });
  }

  endPause(ward: string): Promise<void> {
    return this.tell('DELETE', `/api/wards/${part(ward)}/sound-pause`);
  }

  async notifications(signal?: AbortSignal): Promise<StaffNotification[]> {
    return (await this.get('/api/notifications?limit=100', decodeNotifications, signal)).items;
  }

  delivered(id: string): Promise<void> {
    return this.tell('POST', `/api/notifications/${part(id)}/delivered`, {});
  }

  seen(id: string): Promise<void> {
    return this.tell('POST', `/api/notifications/${part(id)}/seen`, {});
  }

  async kinds(signal?: AbortSignal): Promise<AlertKind[]> {
    return (await this.get('/api/alert-types', decodeKinds, signal)).items;
  }

  /** `of`: a patient's or a ward's. */
  limits(of: 'patients' | 'wards', id: string, signal?: AbortSignal): Promise<Limits> {
    return this.get(`/api/${of}/${part(id)}/limits`, decodeLimits, signal);
  }

  setLimits(of: 'patients' | 'wards', id: string, change: LimitChange, version: Version): Promise<void> {
    return this.tell('PUT', `/api/${of}/${part(id)}/limits`, change, version);
  }

  private async every<T>(load: (after: string | null) => Promise<Page<T>>): Promise<T[]> {
    const all: T[] = [];
    let after: string | null = null;
    for (let page = 0; page < MOST_PAGES; page++) {
      const { items, next }: Page<T> = await load(after);
      all.push(...items);
      if (next === null) break;
      after = next;
    }
    return all;
  }
}

const ofIncident = (id: string): string => `/api/incidents/${part(id)}`;
