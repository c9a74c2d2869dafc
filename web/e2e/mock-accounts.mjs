/**
 * Accounts, sessions and locks of the mock. Any user name signs in with the password "demo"; some names are special: `second` has a
 * second factor (123456, or a recovery code), `enrol` must set one up, `locked` is refused for a while; `admin`, `charge`, `patient`,
 * `analyst` and `technician` have those roles, everybody else is a nurse.
 */
import { randomBytes } from 'node:crypto';

const CODE = '123456';
const PIN = '2580';
const ATTEMPTS = 5;
/** A real picture, so that what shows it is tried: a black square of one pixel. */
const QR =
  'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg==';

const CARE = [
  'patients.register',
  'patients.move',
  'patients.status',
  'devices.bind',
  'alerts.act',
  'alerts.limits',
  'oncall.read',
];
export const ROLES = {
  nurse: ['patients.read', ...CARE, 'breakglass.use'],
  'charge-nurse': [
    'patients.read',
    ...CARE,
    'patients.merge',
    'oncall.manage',
    'breakglass.use',
    'breakglass.review',
    'security.review',
    'analytics.read',
  ],
  administrator: [
    'people.manage',
    'wards.manage',
    'devices.manage',
    'audit.read',
    'security.review',
    'breakglass.review',
    'patients.erase',
    'patients.import',
    'operations.read',
    'operations.manage',
    'analytics.read',
    'oncall.read',
    'oncall.manage',
    'webhooks.manage',
  ],
  analyst: ['patients.read'],
  technician: ['devices.manage', 'operations.read', 'alerts.technical', 'oncall.read'],
  patient: ['own.read'],
};
const SPECIAL = {
  admin: ['administrator', 'Administrator A. Berg'],
  charge: ['charge-nurse', 'Charge nurse M. Lind'],
  patient: ['patient', 'Samira Haddad'],
  analyst: ['analyst', 'Analyst P. Lund'],
  technician: ['technician', 'Technician T. Frey'],
};

const base64url = (bytes) => randomBytes(bytes).toString('base64url');
const iso = (at = Date.now()) => new Date(at).toISOString();

export class Accounts {
  constructor() {
    this.accounts = new Map();
    this.sessions = new Map();
    /** Seconds without hands before the page locks; a fault changes it. */
    this.idleLockSeconds = 900;
    this.number = 0;
    this.codes = 0;
  }

  account(user) {
    if (!this.accounts.has(user)) {
      const [role, name] = SPECIAL[user] ?? ['nurse', 'Nurse R. Silva'];
      this.accounts.set(user, {
        user,
        role,
        name,
        password: 'demo',
        secondFactor: user === 'second',
        recovery: user === 'second' ? ['4f7kq-92xhm'] : [],
        mustEnrol: user === 'enrol',
        passkeys: [],
        pin: PIN,
      });
    }
    return this.accounts.get(user);
  }

  open(user) {
    const id = base64url(9).replace(/[-_]/g, 'x');
    this.sessions.set(id, { id, account: this.account(user), createdAt: iso(), locked: false, wrong: 0, valid: 0 });
    return this.sessions.get(id);
  }

  grant(session) {
    const { role, name, mustEnrol } = session.account;
    return {
      access_token: `mock-${session.id}-${++this.number}`,
      expires_in: 900,
      role,
      name,
      ...(mustEnrol ? { mustEnrol } : {}),
    };
  }

  /** The session of a token; null if there is none, or if the token was made to end. */
  ofToken(token) {
    const [, id, number] = /^mock-([^-]+)-(\d+)$/.exec(token ?? '') ?? [];
    const session = this.sessions.get(id) ?? null;
    return session && Number(number) > session.valid ? session : null;
  }

  /** All access tokens given so far end now; the sessions do not. */
  expireTokens() {
    for (const session of this.sessions.values()) session.valid = this.number;
  }

  me({ account, locked }) {
    return {
      id: `acc-${account.user}`,
      user: account.user,
      name: account.name,
      role: account.role,
      permissions: ROLES[account.role],
      wards: account.role === 'nurse' ? [{ id: 'ward-1', name: 'Ward 1 · Cardiology' }] : [],
      secondFactor: account.secondFactor,
      passkeys: account.passkeys.length,
      pin: account.pin !== null,
      mustEnrol: account.mustEnrol,
      locked,
      idleLockSeconds: this.idleLockSeconds,
    };
  }

  newCodes(account) {
    account.recovery = Array.from({ length: 10 }, () => {
      const code = String(++this.codes).padStart(5, '0');
      return `${code}-abcde`;
    });
    return { recoveryCodes: account.recovery };
  }

  requestOptions = () => ({
    challenge: base64url(32),
    rpId: 'localhost',
    timeout: 60_000,
    userVerification: 'required',
    allowCredentials: [],
  });

  creationOptions(account) {
    return {
      challenge: base64url(32),
      rp: { id: 'localhost', name: 'Wardwatch' },
      user: { id: base64url(16), name: account.user, displayName: account.name },
      pubKeyCredParams: [
        { type: 'public-key', alg: -7 },
        { type: 'public-key', alg: -257 },
      ],
      timeout: 60_000,
      attestation: 'none',
      excludeCredentials: [],
      authenticatorSelection: { residentKey: 'required', requireResidentKey: true, userVerification: 'required' },
    };
  }

  withPasskey(credential) {
    const good = credential?.type === 'public-key' && credential.response?.signature;
    if (!good) return null;
    return (
      [...this.accounts.values()].find((account) => account.passkeys.some((one) => one.credential === credential.id)) ??
      null
    );
  }

  places(session) {
    return [...this.sessions.values()]
      .filter((one) => one.account === session.account)
      .map((one) => ({
        id: one.id,
        createdAt: one.createdAt,
        lastUsedAt: iso(),
        expiresAt: iso(Date.now() + 7 * 86_400_000),
        address: '10.1.0.17',
        client: one.client ?? 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/147.0 Safari/537.36',
        current: one === session,
        locked: one.locked,
      }));
  }
}

/** The answers of /api/auth; undefined where there is no such address. `reply` has json, problem, none and cookies. */
export function answerAuth(accounts, { method, path, body, session, cookieSession, reply, closeSockets }) {
  const at = `${method} ${path.slice('/api/auth'.length)}`;
  const enter = (account) => {
    const opened = accounts.open(account.user);
    return reply.json(200, accounts.grant(opened), reply.signedIn(opened.id));
  };
  const wrong = () => reply.problem(401, 'sign-in-failed', 'User or password is wrong');

  // Without anybody signed in.
  switch (at) {
    case 'POST /login': {
      if (body.user === 'locked')
        return reply.problem(429, 'too-many-sign-ins', 'Too many attempts', { 'retry-after': '42' });
      const account = accounts.account(body.user);
      if (body.password !== account.password) return wrong();
      if (account.secondFactor && !body.code)
        return reply.problem(403, 'second-factor-required', 'A code from the authenticator app is due');
      if (account.secondFactor && body.code !== CODE && !account.recovery.includes(body.code)) return wrong();
      return enter(account);
    }
    case 'POST /passkey/options':
      return reply.json(200, accounts.requestOptions());
    case 'POST /passkey/login': {
      const account = accounts.withPasskey(body.credential);
      return account ? enter(account) : wrong();
    }
    case 'POST /refresh':
      if (!cookieSession) return reply.problem(401, 'session-ended', 'The session has ended', reply.signedOut);
      if (cookieSession.locked) return reply.problem(401, 'session-locked', 'The session is locked');
      return reply.json(200, accounts.grant(cookieSession), reply.signedIn(cookieSession.id));
  }
  const own = session ?? cookieSession;
  if (!own) return reply.problem(401, 'session-ended', 'The session has ended');
  const { account } = own;
  const end = (one) => {
    accounts.sessions.delete(one.id);
    closeSockets(one.id);
  };
  const again = () => body.password === account.password;

  // While locked as well.
  switch (at) {
    case 'GET /me':
      return reply.json(200, accounts.me(own));
    case 'POST /logout':
      end(own);
      return reply.none(reply.signedOut);
    case 'POST /unlock': {
      const good =
        (body.pin !== undefined && body.pin === account.pin) ||
        (body.password !== undefined && again()) ||
        (body.credential && accounts.withPasskey(body.credential) === account);
      if (good) {
        own.locked = false;
        own.wrong = 0;
        return reply.none();
      }
      if (++own.wrong < ATTEMPTS)
        return reply.problem(401, 'unlock-failed', 'That was not right', {}, { attemptsLeft: ATTEMPTS - own.wrong });
      end(own);
      return reply.problem(401, 'session-ended', 'Too many wrong attempts', reply.signedOut);
    }
  }
  if (own.locked) return reply.problem(401, 'session-locked', 'The session is locked');
  if (!session) return reply.problem(401, 'session-ended', 'The session has ended');

  const item = /^\/api\/auth\/(passkeys|sessions)\/([^/]+)$/.exec(path);
  if (method === 'DELETE' && item?.[1] === 'passkeys' && item[2] !== 'options') {
    account.passkeys = account.passkeys.filter((one) => one.id !== item[2]);
    return reply.none();
  }
  if (method === 'DELETE' && item?.[1] === 'sessions') {
    const found = accounts.sessions.get(item[2]);
    if (found?.account !== account) return reply.problem(404, 'session-not-found', 'No such session');
    end(found);
    return reply.none();
  }
  switch (at) {
    case 'POST /lock':
      own.locked = true;
      closeSockets(own.id);
      return reply.none();
    case 'POST /logout-everywhere':
      for (const one of accounts.sessions.values()) if (one.account === account) end(one);
      return reply.none(reply.signedOut);
    case 'PUT /password':
      if (body.current !== account.password) return wrong();
      if (body.new.length < 12) return reply.problem(400, 'weak-password', 'A password needs at least 12 characters');
      account.password = body.new;
      for (const one of accounts.sessions.values()) if (one.account === account && one !== own) end(one);
      return reply.none();
    case 'POST /second-factor':
      if (!again()) return wrong();
      return reply.json(200, { secret: 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP', uri: 'otpauth://totp/Wardwatch', qr: QR });
    case 'POST /second-factor/confirm':
      if (body.code !== CODE) return reply.problem(400, 'wrong-code', 'The code is wrong');
      account.secondFactor = true;
      account.mustEnrol = false;
      return reply.json(200, accounts.newCodes(account));
    case 'POST /second-factor/recovery-codes':
      if (body.code !== CODE) return reply.problem(400, 'wrong-code', 'The code is wrong');
      return reply.json(200, accounts.newCodes(account));
    case 'DELETE /second-factor':
      if (!again()) return wrong();
      if (account.role === 'administrator')
        return reply.problem(403, 'second-factor-required-by-policy', 'Required by policy');
      account.secondFactor = false;
      return reply.none();
    case 'GET /passkeys':
      return reply.json(200, { items: account.passkeys.map(({ credential, ...one }) => one), next: null });
    case 'POST /passkeys/options':
      return again() ? reply.json(200, accounts.creationOptions(account)) : wrong();
    case 'POST /passkeys': {
      if (body.credential?.type !== 'public-key' || !body.credential.response?.attestationObject)
        return reply.problem(400, 'invalid-parameter', 'This is no passkey');
      const made = { id: base64url(6), name: body.name, createdAt: iso(), lastUsedAt: null };
      account.passkeys.push({ ...made, credential: body.credential.id });
      return reply.json(201, made);
    }
    case 'PUT /pin':
      if (!again()) return wrong();
      if (/^(\d)\1+$/.test(body.pin) || '0123456789'.includes(body.pin))
        return reply.problem(400, 'weak-pin', 'This PIN is too easy to guess');
      account.pin = body.pin;
      return reply.none();
    case 'DELETE /pin':
      account.pin = null;
      return reply.none();
    case 'GET /sessions':
      return reply.json(200, { items: accounts.places(own), next: null });
  }
  return undefined;
}
