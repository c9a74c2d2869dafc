import { decodeBuckets, decodeDashboard, decodeLatest, decodeReadingPage, decodeRecent } from '../live/messages';
import type { BucketedHistory, Dashboard, Patient, Reading, ReadingPage, RecentTrace } from '../live/types';
import { Http, part, withQuery } from './http';
import {
  decodeEmergency,
  decodeFirstId,
  decodeFound,
  decodeLooks,
  type EmergencyGrant,
  type FoundPatient,
  type Look,
} from './records';

/** Patients, live and past. */
export class Api extends Http {
  /** `ward` null: the whole hospital. */
  dashboard(ward: string | null, signal?: AbortSignal): Promise<Dashboard> {
    return this.get(withQuery('/api/dashboard-data', { ward }), decodeDashboard, signal);
  }

  recent(ward: string | null, minutes: number, signal?: AbortSignal): Promise<RecentTrace[]> {
    return this.get(withQuery('/api/live/recent', { ward, minutes: String(minutes) }), decodeRecent, signal);
  }

  latest(patient: string, signal?: AbortSignal): Promise<{ patient: Patient; recent: Reading[] }> {
    return this.get(`/api/patients/${part(patient)}/vitals/latest`, decodeLatest, signal);
  }

  /** Minimum, mean and maximum in about 600 buckets of the range. Times in milliseconds. */
  buckets(patient: string, start: number, end: number, signal?: AbortSignal): Promise<BucketedHistory> {
    const query = { start: iso(start), end: iso(end), bucket: 'auto' };
    return this.get(withQuery(historyOf(patient), query), decodeBuckets, signal);
  }

  /** Single readings, oldest first; `after` is the cursor of the page before. */
  readings(
    patient: string,
    range: { start: number; end: number; limit: number; after: string | null },
    signal?: AbortSignal,
  ): Promise<ReadingPage> {
    const query = { start: iso(range.start), end: iso(range.end), limit: String(range.limit), after: range.after };
    return this.get(withQuery(historyOf(patient), query), decodeReadingPage, signal);
  }

  /** The id of the one record that a patient's account may see; null if there is none. */
  ownRecord(signal?: AbortSignal): Promise<string | null> {
    return this.get('/api/patients', decodeFirstId, signal).then((found) => found.id);
  }

  /** Who looked at this record, newest first. */
  looks(patient: string, signal?: AbortSignal): Promise<Look[]> {
    return this.get(`/api/patients/${part(patient)}/accesses`, decodeLooks, signal);
  }

  /** A patient outside one's wards, by what stands on the wristband or on the door. */
  findForEmergency(by: { recordNumber: string } | { ward: string; bed: string }): Promise<FoundPatient> {
    return this.get(withQuery('/api/break-glass/patient', by), decodeFound);
  }

  openInEmergency(patient: string, reason: string): Promise<EmergencyGrant> {
    return this.ask('POST', `/api/patients/${part(patient)}/break-glass`, { reason }, decodeEmergency);
  }

  /** Whether this is a demonstration; needs no sign-in. Unknown answers null. */
  async isDemo(signal?: AbortSignal): Promise<boolean | null> {
    try {
      const response = await fetch('/api/demo', { signal: signal ?? null });
      const body: unknown = response.ok ? await response.json() : null;
      return typeof body === 'object' && body !== null && 'demo' in body ? body.demo === true : null;
    } catch {
      return null;
    }
  }
}

const iso = (at: number): string => new Date(at).toISOString();
const historyOf = (patient: string): string => `/api/patients/${part(patient)}/vitals/history`;
