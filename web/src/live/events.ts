/** Security events as they happen, for those who look after them. Everything it starts, stop() ends. */
import { whole } from './decode';
import { Hub } from './hub';
import { securityEvent } from './messages';
import type { SecurityEvent } from './types';

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
      connected: () => sources.missed(),
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
