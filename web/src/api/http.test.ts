import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { tally } from '../live/decode';
import { PatientsApi } from './patients';
import { ApiProblem } from './problem';
import type { Session } from './session';

const session = { validToken: async () => 'token' } as unknown as Session;
let sent: { path: string; init: RequestInit }[];
let answer: (init: RequestInit) => Promise<Response>;

beforeEach(() => {
  sent = [];
  tally.messages = 0;
  vi.stubGlobal('fetch', (path: string, init: RequestInit) => {
    sent.push({ path, init });
    return answer(init);
  });
});
afterEach(() => vi.unstubAllGlobals());

const headersOf = (): Record<string, string> => sent[0]?.init.headers as Record<string, string>;
const problem = (status: number, type: string, more: object = {}): Response =>
  new Response(JSON.stringify({ type: `urn:wardwatch:${type}`, title: 't', ...more }), { status });

test('a change says on which version it was decided; an emergency waits for none', async () => {
  answer = async () => problem(412, 'version-changed');
  await expect(new PatientsApi(session).transfer('p/1', { ward: 'w', bed: '2' }, 7)).rejects.toBeInstanceOf(ApiProblem);
  expect(sent[0]).toMatchObject({ path: '/api/patients/p%2F1/transfer' });
  expect(headersOf()['if-match']).toBe('"7"');
  sent = [];
  await expect(new PatientsApi(session).setCritical('p1', '')).rejects.toBeInstanceOf(ApiProblem);
  expect(headersOf()['if-match']).toBe(undefined);
});

describe('an import', () => {
  const file = new Blob(['record_number\r\n']);
  const counts = { rows: 1, registered: 0, unchanged: 0, problemCount: 1 };
  const problems = [{ row: 2, field: 'name', problem: 'missing' }];

  test('goes as CSV; its refusal is an answer, and says that nothing was done', async () => {
    answer = async () => problem(422, 'import-refused', { ...counts, problems });
    const refused = await new PatientsApi(session).importFile(file, true);
    expect(refused).toMatchObject({ done: false, answer: { problems } });
    expect(sent[0]?.path).toBe('/api/patients/import?dryRun=true');
    expect(headersOf()['content-type']).toBe('text/csv');
  });

  test('other refusals stay refusals', async () => {
    answer = async () => problem(413, 'body-too-large');
    await expect(new PatientsApi(session).importFile(file, false)).rejects.toMatchObject({ type: 'body-too-large' });
  });
});

test('an answer that nobody waits for any more is not counted as one that cannot be read', async () => {
  const leaving = new AbortController();
  answer = async () => {
    leaving.abort();
    return new Response('{"items":[');
  };
  await expect(new PatientsApi(session).patients({}, leaving.signal)).rejects.toThrow();
  expect(tally.messages).toBe(0);
  answer = async () => new Response('{"items":[');
  await expect(new PatientsApi(session).patients({})).rejects.toMatchObject({ status: -1 });
  expect(tally.messages).toBe(1);
});
