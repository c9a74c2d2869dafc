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
/** The policy that the product's own server will send: what breaks under it must break here first. */
const POLICY =
  "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'";

const DEFAULT_DIST = fileURLToPath(new URL('../dist', import.meta.url));

/** Starts the mock on a port (0: any free one). */
export async function startMock({ port = 0, beds = 16, wards = 1, dist = DEFAULT_DIST } = {}) {
  const ward = new Ward({ beds, wards });
  const faults = { frozen: false, attempts: 0, rest: true };
  const sockets = new Set();
  const server = createServer((request, response) => {
    answer(request, response).catch((error) => {
      console.error(error);
      response.writeHead(500).end();
    });
  });

  const send = (target, ...argumentsOfMessage) => {
    const frame = JSON.stringify({ type: 1, target, arguments: argumentsOfMessage }) + RECORD_SEPARATOR;
    for (const socket of sockets) if (socket.ready) socket.send(frame);
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
    const problem = (status, type, title, headers) => json(status, { type, title, status, detail: title }, headers);
    const cookie = /refresh=([^;]+)/.exec(request.headers.cookie ?? '')?.[1] ?? null;
    const body = request.method === 'POST' ? await readBody(request) : {};
    const path = url.pathname;

    if (path === '/__mock') {
      Object.assign(faults, body);
      ward.fault(body);
      if (body.storage) send('StorageChanged', ward.storage);
      if (body.drop) for (const socket of sockets) socket.terminate();
      if (body.message) send(body.message.target, body.message.body);
      return json(200, {});
    }
    if (path === '/api/demo') return json(200, { demo: true });
    if (path.startsWith('/api/') && !faults.rest) return problem(503, 'about:blank', 'Service unavailable');
    if (path === '/api/auth/login') return signIn(body, json, problem);
    if (path === '/api/auth/refresh')
      return cookie ? json(200, grant(cookie)) : problem(401, 'urn:wardwatch:signed-out', 'Nobody is signed in');
    if (path === '/api/auth/logout')
      return json(
        200,
        {},
        {
          'set-cookie': ['refresh=; Path=/api/auth; Max-Age=0', 'wardwatch_signed_in=; Path=/; Max-Age=0'],
        },
      );
    if (path.startsWith('/api/') || path.startsWith('/hubs/')) {
      if (!/^Bearer mock-/.test(request.headers.authorization ?? '') && !url.searchParams.get('access_token'))
        return problem(401, 'urn:wardwatch:signed-out', 'Nobody is signed in');
    }
    if (path === '/hubs/ward/negotiate')
      return json(200, {
        negotiateVersion: 1,
        connectionId: 'mock',
        connectionToken: 'mock',
        availableTransports: [{ transport: 'WebSockets', transferFormats: ['Text'] }],
      });
    if (path === '/api/dashboard-data') return json(200, ward.dashboard(url.searchParams.get('ward')));
    if (path === '/api/live/recent')
      return json(200, ward.recent(url.searchParams.get('ward'), Number(url.searchParams.get('minutes') ?? 10)));
    const patient = /^\/api\/patients\/([^/]+)\/vitals\/(latest|history)$/.exec(path);
    if (patient) {
      const [, id, what] = patient;
      if (!ward.has(id)) return problem(404, 'urn:wardwatch:not-found', 'No such patient');
      return json(200, what === 'latest' ? ward.latest(id) : ward.history(id, url.searchParams));
    }
    if (path.startsWith('/api/')) return problem(404, 'urn:wardwatch:not-found', 'Not found');
    return file(path, response);
  }

  function signIn({ user, password, code }, json, problem) {
    if (user === 'locked')
      return problem(429, 'urn:wardwatch:too-many-attempts', 'Too many attempts', { 'retry-after': '42' });
    if (password !== 'demo') return problem(401, 'urn:wardwatch:sign-in-refused', 'Refused');
    if (user === 'second' && !code) return problem(403, 'urn:wardwatch:second-factor-required', 'A code is due');
    if (user === 'second' && code !== '123456') return problem(401, 'urn:wardwatch:sign-in-refused', 'Refused');
    return json(200, grant(user), {
      'set-cookie': [
        `refresh=${user}; Path=/api/auth; HttpOnly; SameSite=Strict`,
        'wardwatch_signed_in=1; Path=/; SameSite=Strict',
      ],
    });
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
    if (url.pathname !== '/hubs/ward' || !/^mock-/.test(url.searchParams.get('access_token') ?? '') || faults.frozen)
      return socket.destroy();
    hub.handleUpgrade(request, socket, head, (live) => {
      sockets.add(live);
      live.on('close', () => sockets.delete(live));
      live.on('message', (data) => {
        // The handshake is answered with an empty object; keep-alives need no answer.
        if (String(data).includes('"protocol"')) {
          live.send(`{}${RECORD_SEPARATOR}`);
          live.ready = true;
        }
      });
    });
  });

  const timers = [
    setInterval(() => {
      if (faults.frozen) return;
      for (const { target, body } of ward.step()) send(target, body);
    }, 1000),
    setInterval(() => {
      if (!faults.frozen) send('Heartbeat', { at: new Date().toISOString() });
    }, 2000),
  ];
  await new Promise((resolve) => server.listen(port, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${server.address().port}`;
  return {
    url,
    ward,
    fault: (body) => fetch(`${url}/__mock`, { method: 'POST', body: JSON.stringify(body) }),
    stop: () => {
      for (const timer of timers) clearInterval(timer);
      for (const socket of sockets) socket.terminate();
      hub.close();
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}

const grant = (user) => ({ access_token: `mock-${user}`, expires_in: 900, role: 'nurse', name: 'Nurse R. Silva' });

async function readBody(request) {
  const parts = [];
  for await (const part of request) parts.push(part);
  return JSON.parse(Buffer.concat(parts).toString() || '{}');
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
