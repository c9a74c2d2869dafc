import { fields, flag, list, optional, text, time, whole } from '../live/decode';
import { Http, part } from './http';

export interface NewFactor {
  secret: string;
  /** A picture as data: address, for the app's camera; empty if the server sent none that can be shown. */
  qr: string;
}

export interface Passkey {
  id: string;
  name: string;
  createdAt: number;
  lastUsedAt: number | null;
}

/** One place where somebody is signed in. */
export interface SignedInPlace {
  id: string;
  createdAt: number;
  lastUsedAt: number | null;
  expiresAt: number | null;
  address: string;
  client: string;
  current: boolean;
  locked: boolean;
}

const decodeFactor = whole((value): NewFactor => {
  const f = fields(value);
  const qr = optional(text, f.qr) ?? '';
  return { secret: text(f.secret), qr: qr.startsWith('data:image/png;base64,') ? qr : '' };
});

const decodeCodes = whole((value): string[] => list(fields(value).recoveryCodes).map(text));

function passkey(value: unknown): Passkey {
  const f = fields(value);
  return {
    id: text(f.id),
    name: text(f.name),
    createdAt: time(f.createdAt),
    lastUsedAt: optional(time, f.lastUsedAt),
  };
}

export function signedInPlace(value: unknown): SignedInPlace {
  const f = fields(value);
  return {
    id: text(f.id),
    createdAt: time(f.createdAt),
    lastUsedAt: optional(time, f.lastUsedAt),
    expiresAt: optional(time, f.expiresAt),
    address: optional(text, f.address) ?? '',
    client: optional(text, f.client) ?? '',
    current: optional(flag, f.current) ?? false,
    locked: optional(flag, f.locked) ?? false,
  };
}

export const decodePlaces = whole((value): SignedInPlace[] => list(fields(value).items).map(signedInPlace));

const anything = (value: unknown): unknown => value ?? null;

/** One's own account. */
export class AccountApi extends Http {
  changePassword(current: string, next: string): Promise<void> {
    return this.tell('PUT', '/api/auth/password', { current, new: next });
  }

  beginFactor(password: string): Promise<NewFactor> {
    return this.ask('POST', '/api/auth/second-factor', { password }, decodeFactor);
  }

  /** Answers the ten recovery codes. */
  confirmFactor(code: string): Promise<string[]> {
    return this.ask('POST', '/api/auth/second-factor/confirm', { code }, decodeCodes);
  }

  newRecoveryCodes(code: string): Promise<string[]> {
    return this.ask('POST', '/api/auth/second-factor/recovery-codes', { code }, decodeCodes);
  }

  removeFactor(password: string, code: string): Promise<void> {
    return this.tell('DELETE', '/api/auth/second-factor', { password, code });
  }

  passkeys(signal?: AbortSignal): Promise<Passkey[]> {
    return this.get('/api/auth/passkeys', decodePasskeys, signal);
  }

  /** What the browser's dialog is opened with. */
  passkeyCreation(password: string): Promise<unknown> {
    return this.ask('POST', '/api/auth/passkeys/options', { password }, anything);
  }

  async addPasskey(name: string, credential: unknown): Promise<void> {
    await this.tell('POST', '/api/auth/passkeys', { name, credential });
  }

  removePasskey(id: string): Promise<void> {
    return this.tell('DELETE', `/api/auth/passkeys/${part(id)}`);
  }

  setPin(password: string, pin: string): Promise<void> {
    return this.tell('PUT', '/api/auth/pin', { password, pin });
  }

  removePin(): Promise<void> {
    return this.tell('DELETE', '/api/auth/pin');
  }

  places(signal?: AbortSignal): Promise<SignedInPlace[]> {
    return this.get('/api/auth/sessions', decodePlaces, signal);
  }

  endPlace(id: string): Promise<void> {
    return this.tell('DELETE', `/api/auth/sessions/${part(id)}`);
  }

  signOutEverywhere(): Promise<void> {
    return this.tell('POST', '/api/auth/logout-everywhere', {});
  }
}

const decodePasskeys = whole((value): Passkey[] => list(fields(value).items).map(passkey));
