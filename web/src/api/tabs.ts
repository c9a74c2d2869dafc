/** What the tabs of one browser tell each other about the session they share: no names, no tokens. */
export type TabMessage = 'locked' | 'unlocked' | 'signed-in' | 'signed-out' | 'active';

const MESSAGES: readonly TabMessage[] = ['locked', 'unlocked', 'signed-in', 'signed-out', 'active'];

export class Tabs {
  private readonly channel: BroadcastChannel | null;
  private readonly listeners = new Set<(message: TabMessage) => void>();

  constructor(name = 'wardwatch-session') {
    this.channel = typeof BroadcastChannel === 'undefined' ? null : new BroadcastChannel(name);
    if (this.channel)
      this.channel.onmessage = (event: MessageEvent<unknown>) => {
        const message = MESSAGES.find((one) => one === event.data);
        if (message) for (const listener of this.listeners) listener(message);
      };
  }

  tell(message: TabMessage): void {
    this.channel?.postMessage(message);
  }

  listen(listener: (message: TabMessage) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  stop(): void {
    this.channel?.close();
    this.listeners.clear();
  }
}
