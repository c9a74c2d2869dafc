import { fields, flag, list, number, optional, text, whole } from '../live/decode';
import { Http, part } from './http';

/** The channels that one may choose beside the app itself. */
export const CHANNELS = ['push', 'mail'] as const;
export type Channel = (typeof CHANNELS)[number];

export interface Quiet {
  from: string;
  until: string;
  zone: string;
}

export interface Rules {
  mail: string | null;
  /** Beside in-app; high goes by every channel. */
  medium: Channel[];
  low: Channel[];
  quiet: Quiet | null;
  browsers: number;
  mailServer: boolean;
}

const channels = (value: unknown): Channel[] => CHANNELS.filter((one) => list(value ?? []).includes(one));

export const decodeRules = whole((value): Rules => {
  const f = fields(value);
  const given = fields(f.channels);
  return {
    mail: optional(text, f.mail),
    medium: channels(given.medium),
    low: channels(given.low),
    quiet: optional((one) => {
      const q = fields(one);
      return { from: text(q.from), until: text(q.until), zone: text(q.zone) };
    }, f.quiet),
    browsers: optional(number, f.browsers) ?? 0,
    mailServer: optional(flag, f.mailServer) ?? true,
  };
});

const decodeKey = whole((value): string => text(fields(value).key));
const decodeSubscription = whole((value): { id: string } => ({ id: text(fields(value).id) }));

/** How this person is told. */
export class NotifyApi extends Http {
  rules(signal?: AbortSignal): Promise<Rules> {
    return this.get('/api/notifications/rules', decodeRules, signal);
  }

  setRules({ mail, medium, low, quiet }: Pick<Rules, 'mail' | 'medium' | 'low' | 'quiet'>): Promise<Rules> {
    return this.ask('PUT', '/api/notifications/rules', { mail, channels: { medium, low }, quiet }, decodeRules);
  }

  test(): Promise<void> {
    return this.tell('POST', '/api/notifications/test', {});
  }

  /** The key with which a browser subscribes, in base64url. */
  pushKey(): Promise<string> {
    return this.get('/api/notifications/push-key', decodeKey);
  }

  /** The same browser again answers the same id. */
  subscribe(subscription: unknown): Promise<{ id: string }> {
    return this.ask('POST', '/api/notifications/push-subscriptions', subscription, decodeSubscription);
  }

  unsubscribe(id: string): Promise<void> {
    return this.tell('DELETE', `/api/notifications/push-subscriptions/${part(id)}`);
  }
}
