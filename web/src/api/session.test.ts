// @vitest-environment jsdom
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { AccountApi } from './account';
import { Api } from './client';
import { ApiProblem, Locked, SignedOut } from './problem';
import { Session } from './session';
import { Tabs } from './tabs';

type Answer = { status: number; body?: unknown; headers?: Record<string, string> } | 'away';

let answers: Record<string, Answer[]>;
let asked: { path: string; authorization: string | null }[];
let session: Session;
let tabsName: string;
let tests = 0;

const ME = '/api/auth/me';
const me = (changed: object = {}) => ({
  id: 'acc-rsilva',
  user: 'rsilva',
  name: 'Nurse R. Silva',
  role: 'nurse',
  permissions: ['patients.read'],
  wards: [{ id: 'ward-1', name: 'Ward 1' }],
  secondFactor: false,
  passkeys: 0,
  pin: true,
  mustEnrol: false,
  locked: false,
  idleLockSeconds: 300,
  ...changed,
});
const problem = (status: number, type: string, more: object = {}): Answer => ({
  status,
  body: { type: `urn:wardwatch:${type}`, ...more },
});

const grant = (token: string): Answer => ({
  status: 200,
  body: { access_token: token, expires_in: 900, role: 'nurse', name: 'Nurse R. Silva' },
});

beforeEach(() => {
  vi.useFakeTimers();
  vi.spyOn(document, 'cookie', 'get').mockReturnValue('theme=dark; wardwatch_signed_in=1');
  answers = {};
  asked = [];
  tabsName = `test-${++tests}`;
  session = new Session(new Tabs(tabsName));
  vi.stubGlobal('fetch', async (path: string, init?: RequestInit) => {
    asked.push({ path, authorization: new Headers(init?.headers).get('authorization') });
    const answer = answers[path]?.shift() ?? (path === ME ? { status: 200, body: me() } : 'away');
    if (answer === 'away') throw new TypeError('no network');
    return new Response(answer.status === 204 ? null : JSON.stringify(answer.body ?? {}), {
      status: answer.status,
      headers: answer.headers ?? {},
    });
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
    expect(session.state()).toMatchObject({ status: 'in', user: { role: 'nurse', permissions: ['patients.read'] } });
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

    const other = new Session(new Tabs(tabsName));
    answers[REFRESH] = [{ status: 401 }];
    other.start();
    await vi.advanceTimersByTimeAsync(0);
    expect(other.state()).toEqual({ status: 'out', reason: 'none' });
    other.stop();
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
    expect(asked.map((one) => one.path)).toEqual([LOGIN, ME, REFRESH, ME]);
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

describe('a second factor that is due', () => {
  test('comes before everything else', async () => {
    answers[LOGIN] = [grant('t1')];
    answers[ME] = [{ status: 200, body: me({ mustEnrol: true }) }];
    await session.signIn('nurse', 'x', null);
    expect(session.state()).toMatchObject({ status: 'enrol', user: { name: 'Nurse R. Silva' } });
    answers[REFRESH] = [grant('t2')];
    await session.renew();
    expect(session.state().status).toBe('in');
  });

  test('may be found out by any request', async () => {
    answers[LOGIN] = [grant('t1')];
    await session.signIn('nurse', 'x', null);
    answers['/api/dashboard-data'] = [problem(403, 'second-factor-enrolment-required')];
    await expect(new Api(session).dashboard(null)).rejects.toMatchObject({ status: 403 });
    expect(session.state().status).toBe('enrol');
  });
});

describe('the lock', () => {
  const LOCK = '/api/auth/lock';
  const UNLOCK = '/api/auth/unlock';
  const settle = () => vi.advanceTimersByTimeAsync(0);
  const enter = async () => {
    answers[LOGIN] = [grant('t1')];
    await session.signIn('nurse', 'x', null);
  };

  test('covers at once, and tells the server until it knows', async () => {
    await enter();
    answers[LOCK] = ['away', { status: 503 }, { status: 204 }];
    session.lock();
    expect(session.state()).toMatchObject({ status: 'locked', user: { name: 'Nurse R. Silva' } });
    await vi.advanceTimersByTimeAsync(7000);
    expect(asked.filter((one) => one.path === LOCK)).toHaveLength(3);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(asked.filter((one) => one.path === LOCK)).toHaveLength(3);
  });

  test('gives no token away and is not opened by a renewal that was under way', async () => {
    await enter();
    answers[REFRESH] = [grant('t2')];
    const renewal = session.renew();
    session.lock();
    await renewal;
    await settle();
    expect(session.state().status).toBe('locked');
    await expect(session.validToken()).rejects.toBeInstanceOf(Locked);
  });

  test('is found out by any request, without a renewal', async () => {
    await enter();
    answers['/api/dashboard-data'] = [problem(401, 'session-locked')];
    await expect(new Api(session).dashboard(null)).rejects.toBeInstanceOf(Locked);
    expect(session.state().status).toBe('locked');
    expect(asked.some((one) => one.path === REFRESH)).toBe(false);
  });

  test('stands after a reload, with the name if the server tells it', async () => {
    answers[REFRESH] = [problem(401, 'session-locked')];
    answers[ME] = [{ status: 200, body: me({ locked: true }) }];
    session.start();
    await settle();
    expect(session.state()).toMatchObject({ status: 'locked', user: { name: 'Nurse R. Silva' } });

    const other = new Session(new Tabs(`${tabsName}-other`));
    answers[REFRESH] = [problem(401, 'session-locked')];
    answers[ME] = [problem(401, 'session-locked')];
    other.start();
    await settle();
    expect(other.state()).toEqual({ status: 'locked', user: null });
    other.stop();
  });

  test('opens by the server’s word, with a fresh token', async () => {
    await enter();
    session.lock();
    answers[UNLOCK] = [problem(401, 'unlock-failed', { attemptsLeft: 4 }), 'away', { status: 204 }];
    answers[REFRESH] = [grant('t2')];
    expect(await session.unlock({ pin: '0000' })).toEqual({ kind: 'wrong', attemptsLeft: 4 });
    expect(await session.unlock({ pin: '2580' })).toEqual({ kind: 'away' });
    expect(session.state().status).toBe('locked');
    expect(await session.unlock({ pin: '2580' })).toEqual({ kind: 'done' });
    expect(session.state().status).toBe('in');
    expect(await session.validToken()).toBe('t2');
  });

  test('ends the session when the server has heard enough wrong ones', async () => {
    await enter();
    session.lock();
    answers[UNLOCK] = [problem(401, 'session-ended')];
    expect(await session.unlock({ pin: '0000' })).toEqual({ kind: 'ended' });
    expect(session.state()).toEqual({ status: 'out', reason: 'ended' });
  });

  test('in one tab locks the others, unlocking and signing out too', async () => {
    vi.useRealTimers();
    const soon = (holds: () => void) => vi.waitFor(holds, 2000);
    const other = new Session(new Tabs(tabsName));
    answers[LOGIN] = [grant('t1'), grant('t2')];
    answers[REFRESH] = Array.from({ length: 9 }, (_, index) => grant(`r${index}`));
    await session.signIn('nurse', 'x', null);
    await other.signIn('nurse', 'x', null);
    await soon(() => expect(asked.filter((one) => one.path === REFRESH).length).toBeGreaterThan(0));
    session.lock();
    await soon(() => expect(other.state().status).toBe('locked'));
    answers[UNLOCK] = [{ status: 204 }];
    await session.unlock({ pin: '2580' });
    await soon(() => expect(other.state().status).toBe('in'));
    await other.signOut();
    await soon(() => expect(session.state()).toEqual({ status: 'out', reason: 'none' }));
    other.stop();
  });

  test('a password asked for again and refused ends no session', async () => {
    await enter();
    answers['/api/auth/password'] = [problem(401, 'sign-in-failed')];
    await expect(new AccountApi(session).changePassword('wrong', 'new')).rejects.toMatchObject({
      type: 'sign-in-failed',
    });
    expect(session.state().status).toBe('in');
    expect(asked.some((one) => one.path === REFRESH)).toBe(false);
  });
});
