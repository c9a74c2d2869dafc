/**
 * A server for tests and for work on the pages alone: it speaks the product's shapes with invented, moving patients. Nothing of it
 * ships. Faults are switched on with POST /__mock {"silent":"p10"|null,"storage":"stored"|"delayed"|"away","frozen":true,...}.
 *
 *   node e2e/mock-server.mjs [--port 8090] [--beds 16] [--wards 1] [--dist dist]
 */

import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import ws from 'ws';
import { Accounts, answerAuth, ROLES } from './mock-accounts.mjs';
import { answerAdmin } from './mock-admin.mjs';
import { Administration } from './mock-administration.mjs';
import { alertLoadOf, dashboardOf } from './mock-analytics.mjs';
import { Care } from './mock-care.mjs';
import { answerCare } from './mock-care-api.mjs';
import { answerDuty, Duty } from './mock-duty.mjs';
import { answerOutside, Outside } from './mock-outside.mjs';
import { answerPatients, Registry } from './mock-patients.mjs';
import { answerSystem, System } from './mock-system.mjs';
import { Ward } from './mock-ward.mjs';

const RECORD_SEPARATOR = '\u001e';
const TYPES = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
  '.woff': 'font/woff',
};
/** The policy that the product's own server sends: what breaks under it must break here first. */
const POLICY =
  "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/** In milliseconds, finer than the time of day: what comes first is told apart. */
const now = () => performance.timeOrigin + performance.now();

const DEFAULT_DIST = fileURLToPath(new URL('../dist', import.meta.url));

/** Starts the mock on a port (0: any free one). */
export async function startMock({ port = 0, beds = 16, wards = 1, dist = DEFAULT_DIST } = {}) {
  const ward = new Ward({ beds, wards });
  const accounts = new Accounts();
  const admin = new Administration(ward);
  const registry = new Registry(ward);
  const system = new System(ward);
  const care = new Care(ward);
  const duty = new Duty(ward, care);
  const outside = new Outside();
  ward.care = care;
  /** `restrict`: a nurse sees ward-1 alone. */
  const faults = { frozen: false, rest: true, restrict: false };
  const sockets = new Set();
  /** What was asked of the interface, and whether it is answered. */
  const requests = [];
  const server = createServer((request, response) => {
    if (request.url.startsWith('/api/')) {
      const entry = { url: request.url, at: now(), done: false };
      requests.push(entry);
      response.once('close', () => {
        entry.done = true;
      });
    }
    answer(request, response).catch((error) => {
      console.error(error);
      response.writeHead(500).end();
    });
  });

  const closeSockets = (id) => {
    for (const socket of sockets) if (socket.session === id) socket.close();
  };
  const send = (target, ...argumentsOfMessage) => {
    const frame = JSON.stringify({ type: 1, target, arguments: argumentsOfMessage }) + RECORD_SEPARATOR;
    for (const socket of sockets) if (socket.ready) socket.send(frame);
  };
  const sendOf = (patient, target, body) => {
    const frame = JSON.stringify({ type: 1, target, arguments: [body] }) + RECORD_SEPARATOR;
    for (const socket of sockets) {
      if (!socket.ready || socket.onlyAlerts || (socket.ward && socket.ward !== patient.ward)) continue;
      if (socket.patient ? socket.patient === patient.id : sees(socket.account, patient)) socket.send(frame);
    }
  };
  /** What has happened to a patient, for the screens of the wards concerned. */
  const tell = (target, { id, ward: at, bed, status }, before = null) => {
    const body = { patient: id, ward: at, bed, status, at: new Date().toISOString() };
    const frame = JSON.stringify({ type: 1, target, arguments: [body] }) + RECORD_SEPARATOR;
    for (const socket of sockets)
      if (socket.ready && (!socket.ward || socket.ward === at || socket.ward === before || at === null))
        if (!socket.patient || socket.patient === id) socket.send(frame);
  };
  /** Alerts, incidents and notifications: to the screens of the ward and of the patient concerned. */
  care.send = (target, body) => {
    const frame = JSON.stringify({ type: 1, target, arguments: [body] }) + RECORD_SEPARATOR;
    for (const socket of sockets) {
      if (!socket.ready || socket.account.role === 'patient') continue;
      if (socket.ward && body.ward && socket.ward !== body.ward) continue;
      if (!socket.patient || socket.patient === body.patient) socket.send(frame);
    }
  };
  const sees = (account, patient) => {
    if (account.role === 'patient') return patient.id === 'p3';
    if (account.role === 'administrator' || account.role === 'technician') return false;
    return (
      !faults.restrict ||
      account.role !== 'nurse' ||
      patient.ward === 'ward-1' ||
      admin.grants.has(`${account.user}/${patient.id}`)
    );
  };

  async function answer(request, response) {
    const url = new URL(request.url, 'http://localhost');
    const json = (status, body, headers = {}) => {
      response.writeHead(status, {
        'content-type': status < 400 ? 'application/json' : 'application/problem+json',
        ...headers,
      });
      response.end(JSON.stringify(body));
    };
    const problem = (status, type, title, headers, more = {}) =>
      json(status, { type: `urn:wardwatch:${type}`, title, status, detail: title, ...more }, headers);
    const none = (headers = {}) => response.writeHead(204, headers).end();
    const reply = { json, problem, none, signedIn, signedOut: SIGNED_OUT };
    const cookie = /wardwatch_refresh=([^;]+)/.exec(request.headers.cookie ?? '')?.[1] ?? null;
    const body = request.method === 'GET' ? {} : await readBody(request);
    const path = url.pathname;

    if (path === '/__mock') {
      Object.assign(faults, body);
      if (body.idle !== undefined) accounts.idleLockSeconds = body.idle;
      if (body.expireTokens) {
        accounts.expireTokens();
        for (const socket of sockets) {
          // As the server does it when the token of a connection ends.
          socket.send(JSON.stringify({ type: 7, allowReconnect: body.expireTokens === 'may' }) + RECORD_SEPARATOR);
          socket.close();
        }
      }
      if (body.broken) admin.whole = false;
      if (body.event) admin.events.unshift(body.event);
      ward.fault(body);
      if (body.storage) send('StorageChanged', ward.storage);
      if (body.drop) for (const socket of sockets) socket.terminate();
      if (body.message) send(body.message.target, body.message.body);
      return json(200, {});
    }
    if (path === '/api/demo') return json(200, { demo: true });
    if (path.startsWith('/api/') && !faults.rest) return problem(503, 'unavailable', 'Service unavailable');
    const bearer =
      /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1] ?? url.searchParams.get('access_token');
    const session = accounts.ofToken(bearer);
    if (session) session.client ??= request.headers['user-agent'];
    const { method } = request;
    if (path.startsWith('/api/auth/')) {
      const cookieSession = accounts.sessions.get(cookie) ?? null;
      const parts = { method, path, body, session, cookieSession, reply, closeSockets };
      if (answerAuth(accounts, parts) === undefined && !response.headersSent)
        problem(404, 'not-found', `No ${method} ${path} in the mock`);
      return undefined;
    }
    if (path.startsWith('/api/') || path.startsWith('/hubs/')) {
      if (!session) return problem(401, 'session-ended', 'Nobody is signed in');
      if (session.locked) return problem(401, 'session-locked', 'The session is locked');
      if (session.account.mustEnrol)
        return problem(403, 'second-factor-enrolment-required', 'A second factor has to be set up first');
    }
    if (path === '/hubs/ward/negotiate')
      return json(200, {
        negotiateVersion: 1,
        connectionId: 'mock',
        connectionToken: 'mock',
        availableTransports: [{ transport: 'WebSockets', transferFormats: ['Text'] }],
      });
    if (path === '/api/dashboard-data' || path === '/api/live/recent') {
      if (['patient', 'administrator'].includes(session.account.role)) return problem(403, 'forbidden', 'Not allowed');
      const asked = url.searchParams.get('ward');
      const seen = (all) => ({
        ...all,
        patients: all.patients.filter(({ id }) => sees(session.account, ward.find(id))),
      });
      if (path === '/api/dashboard-data') return json(200, seen(ward.dashboard(asked)));
      return json(200, seen(ward.recent(asked, Number(url.searchParams.get('minutes') ?? 10))));
    }
    const patient = /^\/api\/patients\/([^/]+)\/vitals\/(latest|history)$/.exec(path);
    if (patient) {
      const [, id, what] = patient;
      if (!ward.has(id) || !sees(session.account, ward.find(id)))
        return problem(404, 'patient-not-found', 'No such patient');
      return json(200, what === 'latest' ? ward.latest(id) : ward.history(id, url.searchParams));
    }
    if (path === '/api/analytics/dashboard' || path === '/api/analytics/alerts') {
      if (!(ROLES[session.account.role] ?? []).includes('analytics.read'))
        return json(403, { type: 'urn:wardwatch:not-permitted', title: 'no', status: 403 });
      const figuresOf = path.endsWith('/alerts') ? alertLoadOf : dashboardOf;
      const found = figuresOf(registry, url.searchParams.get('ward'), outside.budgets);
      return found ? json(200, found) : json(404, { type: 'urn:wardwatch:ward-not-found', title: 'none', status: 404 });
    }
    if (path.startsWith('/api/')) {
      const parts = {
        method,
        segments: path.split('/').slice(2).map(decodeURIComponent),
        query: url.searchParams,
        body,
        may: ROLES[session.account.role] ?? [],
        session,
        ifMatch: request.headers['if-match'],
        reply,
      };
      answerCare(care, parts);
      if (response.headersSent) return undefined;
      answerDuty(duty, { ...parts, response });
      if (response.headersSent) return undefined;
      answerOutside(outside, parts);
      if (response.headersSent) return undefined;
      answerSystem(system, { method, path, body, session, reply });
      if (response.headersSent) return undefined;
      answerPatients(registry, {
        method,
        segments: path.split('/').slice(2).map(decodeURIComponent),
        query: url.searchParams,
        body,
        may: ROLES[session.account.role] ?? [],
        session,
        ifMatch: request.headers['if-match'],
        reply,
        tell,
      });
      if (response.headersSent) return undefined;
      answerAdmin(admin, { method, path, query: url.searchParams, body, session, reply, send });
      if (response.headersSent) return undefined;
    }
    if (path.startsWith('/api/')) return problem(404, 'not-found', `No ${method} ${path} in the mock`);
    return file(path, response);
  }

  async function file(path, response) {
    const name = normalize(path).replace(/^(\.\.[/\\])+/, '');
    const wanted = extname(name) ? name : '/index.html';
    try {
      const content = await readFile(join(dist, wanted));
      response.writeHead(200, {
        'content-type': TYPES[extname(wanted)] ?? 'application/octet-stream',
        'content-security-policy': POLICY,
        'x-content-type-options': 'nosniff',
      });
      response.end(content);
    } catch {
      response.writeHead(404).end();
    }
  }

  const hub = new ws.Server({ noServer: true });
  server.on('upgrade', (request, socket, head) => {
    const url = new URL(request.url, 'http://localhost');
    const session = accounts.ofToken(url.searchParams.get('access_token'));
    if (url.pathname !== '/hubs/ward' || !session || session.locked || faults.frozen) return socket.destroy();
    hub.handleUpgrade(request, socket, head, (live) => {
      sockets.add(live);
      Object.assign(live, {
        session: session.id,
        account: session.account,
        ward: url.searchParams.get('ward'),
        patient: url.searchParams.get('patient'),
        onlyAlerts: url.searchParams.get('only') === 'alerts',
      });
      live.on('close', () => sockets.delete(live));
      live.on('message', (data) => {
        // The handshake is answered with an empty object; keep-alives need no answer.
        if (String(data).includes('"protocol"')) {
          live.send(`{}${RECORD_SEPARATOR}`);
          live.ready = true;
          // The first word tells from when on nothing is missed.
          const beat = { type: 1, target: 'Heartbeat', arguments: [{ at: new Date().toISOString() }] };
          live.send(JSON.stringify(beat) + RECORD_SEPARATOR);
          live.wordAt = now();
        }
      });
    });
  });

  const timers = [
    setInterval(() => {
      if (faults.frozen) return;
      for (const { target, body } of ward.step()) sendOf(ward.find(body.patient), target, body);
    }, 1000),
    setInterval(() => {
      if (!faults.frozen) send('Heartbeat', { at: new Date().toISOString() });
    }, 2000),
  ];
  await new Promise((resolve) => server.listen(port, '127.0.0.1', resolve));
  // By name, since a passkey belongs to a name and never to an address.
  const url = `http://localhost:${server.address().port}`;
  return {
    url,
    ward,
    accounts,
    admin,
    registry,
    system,
    care,
    duty,
    outside,
    tell,
    requests,
    sockets: () => [...sockets].filter((one) => !one.onlyAlerts).length,
    /** Those of the pages themselves, without the one that each has for alerts alone. */
    /** Those for alerts, one a page. */
    alertsLive: () => [...sockets].filter((one) => one.onlyAlerts),
    live: () => [...sockets].filter((one) => !one.onlyAlerts),
    fault: (body) =>
      fetch(`http://127.0.0.1:${server.address().port}/__mock`, { method: 'POST', body: JSON.stringify(body) }),
    stop: () => {
      for (const timer of timers) clearInterval(timer);
      for (const socket of sockets) socket.terminate();
      hub.close();
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}

const signedIn = (id) => ({
  'set-cookie': [
    `wardwatch_refresh=${id}; Path=/api/auth; HttpOnly; SameSite=Strict`,
    'wardwatch_signed_in=1; Path=/; SameSite=Strict',
  ],
});
const SIGNED_OUT = {
  'set-cookie': ['wardwatch_refresh=; Path=/api/auth; Max-Age=0', 'wardwatch_signed_in=; Path=/; Max-Age=0'],
};

async function readBody(request) {
  const parts = [];
  for await (const part of request) parts.push(part);
  const text = Buffer.concat(parts).toString();
  return request.headers['content-type']?.startsWith('text/csv') ? text : JSON.parse(text || '{}');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const option = (name, other) => {
    const index = process.argv.indexOf(`--${name}`);
    return index < 0 ? other : process.argv[index + 1];
  };
  const mock = await startMock({
    port: Number(option('port', 8090)),
    beds: Number(option('beds', 16)),
    wards: Number(option('wards', 1)),
    dist: option('dist', DEFAULT_DIST),
  });
  console.log(`mock: ${mock.url} (any user, password "demo")`);
}
