import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';

/** A connection whose next attempts end as the test says: `ok`, `down`, or `refused` (401). */
const fake = vi.hoisted(() => ({
  next: [] as ('ok' | 'down' | 'refused')[],
  attempts: [] as number[],
  tokens: [] as string[],
  close: (): void => undefined,
  beat: (): void => undefined,
}));

vi.mock('@microsoft/signalr', () => {
  class HttpError extends Error {
    statusCode: number;
    constructor(message: string, statusCode: number) {
      super(message);
      this.statusCode = statusCode;
    }
  }
  class DefaultHttpClient {
    send(): Promise<never> {
      return Promise.reject(new HttpError('Unauthorized', 401));
    }
  }
  interface Options {
    accessTokenFactory(): Promise<string>;
    httpClient: { send(request: object): Promise<unknown> };
  }
  class Connection {
    state = 'Disconnected';
    private readonly options: Options;
    constructor(options: Options) {
      this.options = options;
    }
    on(name: string, handler: () => void): void {
      if (name === 'Heartbeat') fake.beat = handler;
    }
    onclose(listener: () => void): void {
      fake.close = () => {
        this.state = 'Disconnected';
        listener();
      };
    }
    async start(): Promise<void> {
      fake.attempts.push(performance.now());
      fake.tokens.push(await this.options.accessTokenFactory());
      const how = fake.next.shift() ?? 'ok';
      if (how === 'refused') await this.options.httpClient.send({});
      if (how !== 'ok') throw new Error(how);
      this.state = 'Connected';
      fake.beat();
      fake.beat();
    }
    stop(): Promise<void> {
      return Promise.resolve();
    }
  }
  class HubConnectionBuilder {
    private options: Options | undefined;
    withUrl(_: string, options: Options): this {
      this.options = options;
      return this;
    }
    withServerTimeout = () => this;
    configureLogging = () => this;
    build = () => new Connection(this.options as Options);
  }
  return {
    HttpClient: class {},
    HttpError,
    DefaultHttpClient,
    HubConnectionBuilder,
    HubConnectionState: { Connected: 'Connected', Disconnected: 'Disconnected' },
    LogLevel: { None: 0 },
    NullLogger: { instance: null },
  };
});

const { Hub } = await import('./hub');

describe('the connection to the hub', () => {
  let hub: InstanceType<typeof Hub>;
  let connected: boolean[];
  let token: string;
  let renewal: () => Promise<boolean>;
  const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

  beforeEach(() => {
    vi.useFakeTimers();
    Object.assign(fake, { next: [], attempts: [], tokens: [] });
    connected = [];
    token = 't1';
    renewal = async () => {
      token = 't2';
      return true;
    };
    hub = new Hub({
      scope: '',
      token: async () => token,
      refused: () => renewal(),
      on: {},
      listening: (anew) => connected.push(anew),
    });
  });
  afterEach(() => {
    hub.stop();
    vi.useRealTimers();
  });

  test('one that held comes back at once, and says that something may have been missed', async () => {
    hub.start();
    await pass(60_000);
    fake.close();
    await pass(250);
    expect(connected).toEqual([false, true]);
  });

  test('a refused token is renewed and tried at once', async () => {
    hub.start();
    await pass(60_000);
    fake.next = ['refused', 'ok'];
    fake.close();
    await pass(250);
    expect(fake.tokens).toEqual(['t1', 't1', 't2']);
    expect(connected).toEqual([false, true]);
  });

  test('one that is refused again and again knocks ever more slowly', async () => {
    fake.next = Array.from({ length: 200 }, () => 'refused' as const);
    hub.start();
    await pass(60_000);
    expect(fake.attempts.length).toBeLessThan(20);
  });

  test('one that does not hold knocks ever more slowly too', async () => {
    hub.start();
    for (let i = 0; i < 300; i++) {
      await pass(100);
      if (connected.length > 0 && fake.attempts.length === connected.length) fake.close();
    }
    expect(fake.attempts.length).toBeLessThan(25);
  });

  test('where there is no fresh token, it goes on asking slowly', async () => {
    renewal = async () => false;
    fake.next = ['refused', 'refused', 'ok'];
    hub.start();
    await pass(400);
    expect(fake.attempts).toHaveLength(1);
    await pass(5000);
    expect(connected).toEqual([true]);
  });

  test('stopped, it stays away', async () => {
    hub.start();
    await pass(10);
    hub.stop();
    fake.close();
    await pass(60_000);
    expect(fake.attempts).toHaveLength(1);
  });
});
