/**
 * The connection to the ward's hub, kept up: the server closes it when the access token that opened it ends, and networks do so at
 * any time. It comes back at once with a fresh token, and ever more slowly where that does not hold.
 */
import {
  DefaultHttpClient,
  HttpClient,
  HttpError,
  type HttpRequest,
  type HttpResponse,
  type HubConnection,
  HubConnectionBuilder,
  HubConnectionState,
  LogLevel,
  NullLogger,
} from '@microsoft/signalr';

export interface HubSources {
  /** Query of the hub's address: `ward=…` or `patient=…`, or empty for everything one may see. */
  scope: string;
  /** A token that is valid now. */
  token(): Promise<string>;
  /** The server refused the token. Answers whether there is a fresh one; if not, the session is locked, over or cannot be asked. */
  refused(): Promise<boolean>;
  on: Readonly<Record<string, (raw: unknown) => void>>;
  /**
   * The server's first word on a connection: what happens from now on is told, what happened before it may have been missed.
   * `anew` unless it came by the first attempt of all.
   */
  listening(anew: boolean): void;
}

const RETRY_MS = [0, 500, 1000, 2000, 3000, 5000];
/** A ward of screens must not knock in the same millisecond. */
const SPREAD_MS = 200;
/** A connection that ended sooner than this did not hold: the next attempt waits longer. */
const HELD_MS = 5_000;
/** A half-open connection is given up after this long without a word (the heart beats every 2 s). */
const SERVER_TIMEOUT_MS = 8_000;

export class Hub {
  private readonly sources: HubSources;
  private readonly connection: HubConnection;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private failures = 0;
  private connectedAt = Number.NEGATIVE_INFINITY;
  private anew = false;
  private stopped = false;
  /** Whether the server has said a word on this connection, and whether there were attempts before it. */
  private heard = false;
  private resumed = false;
  /** Whether the last attempt failed for its token. */
  private refused = false;

  constructor(sources: HubSources) {
    this.sources = sources;
    this.connection = new HubConnectionBuilder()
      .withUrl(`/hubs/ward${sources.scope ? `?${sources.scope}` : ''}`, {
        accessTokenFactory: () => sources.token(),
        httpClient: new NoticingClient(() => {
          this.refused = true;
        }),
      })
      .withServerTimeout(SERVER_TIMEOUT_MS)
      // The page itself says when the connection is lost; the console stays for defects.
      .configureLogging(LogLevel.None)
      .build();
    for (const [name, handler] of Object.entries(sources.on)) this.connection.on(name, handler);
    this.connection.on('Heartbeat', () => this.firstWord());
    this.connection.onclose(() => {
      this.heard = false;
      this.failures = performance.now() - this.connectedAt < HELD_MS ? this.failures + 1 : 0;
      this.connect();
    });
  }

  start(): void {
    this.connect();
  }

  stop(): void {
    this.stopped = true;
    clearTimeout(this.timer);
    void this.connection.stop();
  }

  get isConnected(): boolean {
    return this.connection.state === HubConnectionState.Connected;
  }

  private firstWord(): void {
    if (this.heard || this.stopped) return;
    this.heard = true;
    this.sources.listening(this.resumed);
  }

  private connect(): void {
    if (this.stopped) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.attempt(), this.anew ? retryDelay(this.failures) : 0);
  }

  private async attempt(): Promise<void> {
    if (this.stopped || this.connection.state !== HubConnectionState.Disconnected) return;
    this.refused = false;
    this.resumed = this.anew;
    try {
      await this.connection.start();
    } catch {
      this.anew = true;
      const renewed = this.refused && (await this.sources.refused());
      // A fresh token is tried at once, but only once: it may be refused as well.
      if (renewed && this.failures++ === 0) void this.attempt();
      else {
        if (!renewed) this.failures++;
        this.connect();
      }
      return;
    }
    if (this.stopped) return;
    this.connectedAt = performance.now();
    this.anew = true;
  }
}

/** Grows to five seconds. */
function retryDelay(failures: number): number {
  const base = RETRY_MS[Math.min(failures, RETRY_MS.length - 1)] ?? 5000;
  return base * (0.8 + 0.4 * Math.random()) + SPREAD_MS * Math.random();
}

/** The browser's own client, which also tells when a token is refused: SignalR itself keeps that to itself. */
class NoticingClient extends HttpClient {
  private readonly inner = new DefaultHttpClient(NullLogger.instance);
  private readonly refused: () => void;

  constructor(refused: () => void) {
    super();
    this.refused = refused;
  }

  async send(request: HttpRequest): Promise<HttpResponse> {
    try {
      return await this.inner.send(request);
    } catch (error) {
      if (error instanceof HttpError && error.statusCode === 401) this.refused();
      throw error;
    }
  }

  override getCookieString(url: string): string {
    return this.inner.getCookieString(url);
  }
}
