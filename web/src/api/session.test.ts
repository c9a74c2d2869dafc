import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Api, ApiProblem } from './client';
import { Session, SignedOut } from './session';

type Answer = { status: number; body?: unknown; headers?: Record<string, string> } | 'away';

let answers: Record<string, Answer[]>;
let asked: { path: string; authorization: string | null }[];
let session: Session;

const grant = (token: string): Answer => ({
  status: 200,
  body: { access_token: token, expires_in: 900, role: 'nurse', name: 'Nurse R. Silva' },
});

beforeEach(() => {
  vi.useFakeTimers();
  vi.spyOn(document, 'cookie', 'get').mockReturnValue('theme=dark; wardwatch_signed_in=1');
  answers = {};
  asked = [];
  session = new Session();
  vi.stubGlobal('fetch', async (path: string, init?: RequestInit) => {
    asked.push({ path, authorization: new Headers(init?.headers).get('authorization') });
    const answer = answers[path]?.shift() ?? 'away';
    if (answer === 'away') throw new TypeError('no network');
    return new Response(JSON.stringify(answer.body ?? {}), { status: answer.status, headers: answer.headers ?? {} });
  });
});

afterEach(() => {
  session.stop();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

const LOGIN = '/api/auth/login';
const REFRESH = '/api/auth/refresh';

describe('signing in', () => {
  test.each([
    [{ status: 401 }, { kind: 'wrong' }],
    [{ status: 403, body: { type: 'urn:wardwatch:second-factor-required' } }, { kind: 'code-required' }],
    [
      { status: 429, headers: { 'retry-after': '42' } },
      { kind: 'too-many', retryAfterSeconds: 42 },
    ],
    [{ status: 429 }, { kind: 'too-many', retryAfterSeconds: null }],
    [{ status: 503 }, { kind: 'away' }],
    ['away', { kind: 'away' }],
    [
      { status: 400, body: { title: 'Bad request' } },
      { kind: 'failed', detail: 'Bad request' },
    ],
    [{ status: 200, body: { nonsense: true } }, { kind: 'failed' }],
  ] as [Answer, object][])('%o means %o', async (answer, result) => {
    answers[LOGIN] = [answer];
    expect(await session.signIn('nurse', 'x', null)).toMatchObject(result);
    expect(session.state().status).not.toBe('in');
  });

  test('keeps the token in memory only', async () => {
    answers[LOGIN] = [grant('t1')];
    expect(await session.signIn('nurse', 'x', null)).toEqual({ kind: 'done' });
    expect(session.state()).toMatchObject({ status: 'in', user: { role: 'nurse' } });
    expect(JSON.stringify({ ...localStorage, ...sessionStorage })).not.toContain('t1');
  });
});

describe('the session', () => {
  test('asks nothing where nobody was signed in', async () => {
    vi.spyOn(document, 'cookie', 'get').mockReturnValue('theme=dark');
    session.start();
    await vi.advanceTimersByTimeAsync(0);
    expect(session.state()).toEqual({ status: 'out', reason: 'none' });
    expect(asked).toEqual([]);
  });

  test('comes back from the refresh cookie at the start, or is out', async () => {
    answers[REFRESH] = [grant('t1')];
    session.start();
    await vi.advanceTimersByTimeAsync(0);
    expect(session.state().status).toBe('in');

    const other = new Session();
    answers[REFRESH] = [{ status: 401 }];
    other.start();
    await vi.advanceTimersByTimeAsync(0);
    expect(other.state()).toEqual({ status: 'out', reason: 'none' });
  });

  test('nobody is signed out because the server is away: it asks again', async () => {
    answers[REFRESH] = ['away', { status: 503 }, grant('t1')];
    session.start();
    await vi.advanceTimersByTimeAsync(0);
    expect(session.state()).toEqual({ status: 'checking', away: true });
    await vi.advanceTimersByTimeAsync(6100);
    expect(session.state().status).toBe('in');
  });

  test('renews itself before the token ends', async () => {
    answers[LOGIN] = [grant('t1')];
    answers[REFRESH] = [grant('t2')];
    await session.signIn('nurse', 'x', null);
    await vi.advanceTimersByTimeAsync(900_000 * 0.81);
    expect(asked.at(-1)?.path).toBe(REFRESH);
    expect(await session.validToken()).toBe('t2');
  });

  test('refused renewal ends it, with the reason', async () => {
    answers[LOGIN] = [grant('t1')];
    answers[REFRESH] = [{ status: 401 }];
    await session.signIn('nurse', 'x', null);
    await expect(session.renew()).rejects.toBeInstanceOf(SignedOut);
    expect(session.state()).toEqual({ status: 'out', reason: 'ended' });
  });
});

describe('requests', () => {
  const RECENT = '/api/live/recent?minutes=10';
  const api = () => new Api(session);

  beforeEach(async () => {
    answers[LOGIN] = [grant('t1')];
    await session.signIn('nurse', 'x', null);
  });

  test('after a 401 the token is renewed once and the request repeated', async () => {
    answers[RECENT] = [{ status: 401 }, { status: 200, body: { patients: [] } }];
    answers[REFRESH] = [grant('t2')];
    expect(await api().recent(null, 10)).toEqual([]);
    expect(asked.filter((one) => one.path === RECENT).map((one) => one.authorization)).toEqual([
      'Bearer t1',
      'Bearer t2',
    ]);
  });

  test('many at once renew only once', async () => {
    answers[RECENT] = [
      { status: 401 },
      { status: 401 },
      { status: 200, body: { patients: [] } },
      { status: 200, body: { patients: [] } },
    ];
    answers[REFRESH] = [grant('t2')];
    await Promise.all([api().recent(null, 10), api().recent(null, 10)]);
    expect(asked.filter((one) => one.path === REFRESH)).toHaveLength(1);
  });

  test('say what went wrong', async () => {
    answers[RECENT] = [
      { status: 404, body: { type: 'urn:x', title: 'gone' } },
      { status: 200, body: { rubbish: 1 } },
      'away',
    ];
    await expect(api().recent(null, 10)).rejects.toMatchObject({ status: 404, type: 'urn:x' });
    await expect(api().recent(null, 10)).rejects.toMatchObject({ status: -1 });
    await expect(api().recent(null, 10)).rejects.toBeInstanceOf(ApiProblem);
  });
});
