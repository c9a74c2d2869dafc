import { decodeBuckets, decodeDashboard, decodeLatest, decodeReadingPage, decodeRecent } from '../live/messages';
import type { BucketedHistory, Dashboard, Patient, Reading, ReadingPage, RecentTrace } from '../live/types';
import { problemOf, type Session, SignedOut } from './session';

/** Why a request brought nothing, in the terms a page needs to say so. */
export class ApiProblem extends Error {
  /** HTTP status; 0 when the server did not answer, -1 when its answer could not be read. */
  readonly status: number;
  readonly type: string;

  constructor(status: number, type: string, message: string) {
    super(message);
    this.status = status;
    this.type = type;
  }
}

/** Everything is asked of the server through here, with the session's token. */
export class Api {
  private readonly session: Session;

  constructor(session: Session) {
    this.session = session;
  }

  /** `ward` null: the whole hospital. */
  dashboard(ward: string | null, signal?: AbortSignal): Promise<Dashboard> {
    return this.get(withQuery('/api/dashboard-data', { ward }), decodeDashboard, signal);
  }

  recent(ward: string | null, minutes: number, signal?: AbortSignal): Promise<RecentTrace[]> {
    return this.get(withQuery('/api/live/recent', { ward, minutes: String(minutes) }), decodeRecent, signal);
  }

  latest(patient: string, signal?: AbortSignal): Promise<{ patient: Patient; recent: Reading[] }> {
    return this.get(`/api/patients/${encodeURIComponent(patient)}/vitals/latest`, decodeLatest, signal);
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

  private async get<T>(path: string, decode: (value: unknown) => T | null, signal?: AbortSignal): Promise<T> {
    let response = await this.send(path, signal);
    if (response.status === 401) {
      await this.session.renew();
      response = await this.send(path, signal);
      if (response.status === 401) throw new SignedOut();
    }
    if (!response.ok) {
      const problem = await problemOf(response);
      throw new ApiProblem(response.status, problem.type, problem.detail || problem.title);
    }
    const decoded = decode(await response.json().catch(() => null));
    if (decoded === null) throw new ApiProblem(-1, '', 'The answer could not be read.');
    return decoded;
  }

  private async send(path: string, signal?: AbortSignal): Promise<Response> {
    const token = await this.session.validToken();
    try {
      return await fetch(path, { headers: { authorization: `Bearer ${token}` }, signal: signal ?? null });
    } catch (error) {
      if (signal?.aborted) throw error;
      throw new ApiProblem(0, '', 'The server does not answer.');
    }
  }
}

const iso = (at: number): string => new Date(at).toISOString();
const historyOf = (patient: string): string => `/api/patients/${encodeURIComponent(patient)}/vitals/history`;

function withQuery(path: string, query: Record<string, string | null>): string {
  const given = Object.entries(query).filter((pair): pair is [string, string] => pair[1] !== null);
  return given.length === 0 ? path : `${path}?${new URLSearchParams(given)}`;
}
