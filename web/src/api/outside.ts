import { type AlertPriority, PRIORITIES } from '../live/alertTypes';
import { fields, flag, list, number, oneOf, optional, text, time, whole } from '../live/decode';
import { type Page, page } from './adminShapes';
import { Http, part, withQuery } from './http';

/** Of what another system can be told. */
export const KINDS = ['assigned', 'escalated', 're-alert', 'overdue', 'coverage', 'digest', 'test'] as const;

export interface Webhook {
  id: string;
  name: string;
  address: string;
  /** Empty: everything but tests. */
  kinds: string[];
  priorities: AlertPriority[];
  enabled: boolean;
  owner: string | null;
  createdAt: number;
  /** How many messages to it were given up. */
  failed: number;
  version: number;
}

export interface WebhookChange {
  name: string;
  address: string;
  kinds: readonly string[];
  priorities: readonly AlertPriority[];
  enabled: boolean;
}

/** The secret is told when it is drawn, and never again. */
export interface Drawn {
  webhook: Webhook;
  secret: string | null;
}

/** One message on one way. */
export interface Delivery {
  id: string;
  kind: string;
  priority: AlertPriority;
  account: string | null;
  channel: string;
  destination: string;
  stage: string;
  attempts: number;
  error: string | null;
  at: number;
}

function webhook(value: unknown): Webhook {
  const f = fields(value);
  return {
    id: text(f.id),
    name: text(f.name),
    address: text(f.address),
    kinds: list(f.kinds ?? []).map(text),
    priorities: list(f.priorities).map((one) => oneOf(PRIORITIES, one)),
    enabled: flag(f.enabled),
    owner: optional((one) => optional(text, fields(one).name), f.owner),
    createdAt: time(f.createdAt),
    failed: optional(number, f.failed) ?? 0,
    version: number(f.version),
  };
}

export const decodeWebhooks = page(webhook);
const decodeDrawn = whole(
  (value): Drawn => ({ webhook: webhook(value), secret: optional(text, fields(value).secret) }),
);

export const decodeDeliveries = page((value): Delivery => {
  const f = fields(value);
  return {
    id: text(f.id),
    kind: text(f.kind),
    priority: oneOf(PRIORITIES, f.priority),
    account: optional((one) => optional(text, fields(one).name), f.account),
    channel: text(f.channel),
    destination: optional(text, f.destination) ?? '',
    stage: text(f.stage),
    attempts: optional(number, f.attempts) ?? 0,
    error: optional(text, f.error),
    at: time(f.at ?? f.queuedAt),
  };
});

/** Other systems that are told, and what could not be delivered to anybody. */
export class OutsideApi extends Http {
  webhooks(signal?: AbortSignal): Promise<Page<Webhook>> {
    return this.get('/api/webhooks', decodeWebhooks, signal);
  }

  addWebhook(change: WebhookChange): Promise<Drawn> {
    return this.ask('POST', '/api/webhooks', change, decodeDrawn);
  }

  changeWebhook(id: string, change: WebhookChange & { version: number; newSecret: boolean }): Promise<Drawn> {
    return this.ask('PUT', `/api/webhooks/${part(id)}`, change, decodeDrawn);
  }

  removeWebhook(id: string): Promise<void> {
    return this.tell('DELETE', `/api/webhooks/${part(id)}`);
  }

  testWebhook(id: string): Promise<void> {
    return this.tell('POST', `/api/webhooks/${part(id)}/test`, {});
  }

  attempts(id: string, after: string | null, signal?: AbortSignal): Promise<Page<Delivery>> {
    return this.get(withQuery(`/api/webhooks/${part(id)}/attempts`, { limit: '50', after }), decodeDeliveries, signal);
  }

  failed(after: string | null, signal?: AbortSignal): Promise<Page<Delivery>> {
    return this.get(withQuery('/api/failed-deliveries', { limit: '50', after }), decodeDeliveries, signal);
  }

  sendAgain(id: string): Promise<void> {
    return this.tell('POST', `/api/failed-deliveries/${part(id)}/send-again`, {});
  }
}
