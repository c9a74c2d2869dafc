/** Security events, and what changes about patients, as they happen. Everything these start, stop() ends. */
import { whole } from './decode';
import { Hub } from './hub';
import { decodePatientNews, isPatientNews, securityEvent } from './messages';
import { LINK_LOST_SECONDS } from './store';
import type { PatientNews, SecurityEvent } from './types';

const decodeSecurityEvent = whole(securityEvent);

export class EventFeed {
  private readonly hub: Hub;

  constructor(sources: {
    token(): Promise<string>;
    refused(): Promise<boolean>;
    event(event: SecurityEvent): void;
    missed(): void;
  }) {
    this.hub = new Hub({
      scope: '',
      token: () => sources.token(),
      refused: () => sources.refused(),
      listening: () => sources.missed(),
      on: {
        SecurityEvent: (raw) => {
          const event = decodeSecurityEvent(raw);
          if (event) sources.event(event);
        },
      },
    });
  }

  start(): void {
    this.hub.start();
  }

  stop(): void {
    this.hub.stop();
  }
}

const NEWS: readonly (readonly [message: string, kind: PatientNews['kind']])[] = [
  ['PatientCreated', 'created'],
  ['PatientCritical', 'critical'],
  ['PatientMoved', 'moved'],
  ['StatusUpdated', 'status'],
];

type Handlers = Readonly<Record<string, (raw: unknown) => void>>;

/** The hub's messages about patients that are no measurements. `measured` takes those that are and have the same name. */
export function patientNews(tell: (news: PatientNews) => void, measured: (raw: unknown) => void): Handlers {
  const one = (kind: PatientNews['kind'], raw: unknown): void => {
    const news = decodePatientNews(kind, raw);
    if (news) tell(news);
  };
  const handlers = NEWS.map(([name, kind]) => {
    const handle = (raw: unknown): void => (kind === 'status' && !isPatientNews(raw) ? measured(raw) : one(kind, raw));
    return [name, handle] as const;
  });
  return Object.fromEntries(handlers);
}

/** What changes about patients, for lists and the bed map. */
export class PatientFeed {
  private readonly hub: Hub;
  private readonly tellLost: (lost: boolean) => void;
  private silence: ReturnType<typeof setTimeout> | undefined;
  private lost = false;

  constructor(sources: {
    /** Query of the hub's address: `ward=…`, or empty for all patients in reach. */
    scope: string;
    token(): Promise<string>;
    refused(): Promise<boolean>;
    news(news: PatientNews): void;
    /** Something may have happened while nobody listened; `anew`: for longer than the page took to open. */
    missed(anew: boolean): void;
    /** Whether nobody can tell at the moment whether anything has changed: the server has been silent for too long. */
    lost(lost: boolean): void;
  }) {
    this.tellLost = (lost) => sources.lost(lost);
    this.hub = new Hub({
      scope: sources.scope,
      token: () => sources.token(),
      refused: () => sources.refused(),
      listening: (anew) => sources.missed(anew),
      on: {
        ...patientNews(
          (news) => sources.news(news),
          () => undefined,
        ),
        Heartbeat: () => this.hear(),
      },
    });
  }

  start(): void {
    this.hub.start();
    this.hear();
  }

  stop(): void {
    clearTimeout(this.silence);
    this.hub.stop();
  }

  /** The heart beats every two seconds; without it for longer than a page waits, the connection is lost. */
  private hear(): void {
    clearTimeout(this.silence);
    this.silence = setTimeout(() => this.tell(true), LINK_LOST_SECONDS * 1000);
    this.tell(false);
  }

  private tell(lost: boolean): void {
    if (lost === this.lost) return;
    this.lost = lost;
    this.tellLost(lost);
  }
}
