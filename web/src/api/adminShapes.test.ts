import { describe, expect, test } from 'vitest';
import { decodeAudit, decodeDevice, decodeDeviceSecret, decodePeople, decodeVerdict } from './adminShapes';
import { decodeMe } from './me';
import { decodeEmergency, decodeFirstId, decodeLooks } from './records';

const AT = '2026-11-20T09:00:00.000Z';

describe('answers of the administration', () => {
  test('a person that cannot be read is left out, the others stay', () => {
    const person = {
      id: 's-1',
      user: 'a',
      name: 'A',
      role: 'nurse',
      wards: ['ward-1'],
      patient: null,
      disabled: false,
      secondFactor: false,
      passkeys: 0,
      createdAt: AT,
      lastSignInAt: null,
      version: 3,
    };
    const page = decodePeople({ items: [person, { ...person, role: 7 }], next: 'x' });
    expect(page).toMatchObject({ items: [{ id: 's-1', version: 3, lastSignInAt: null }], next: 'x' });
    expect(decodePeople({ people: [] })).toBe(null);
  });

  test('keys may be counted or named', () => {
    const key = { algorithm: 'ascon-aead128', createdAt: AT, expiresAt: null, revokedAt: null };
    const device = { id: 'M-1', createdAt: AT, revokedAt: null, patient: null, ward: null, keys: 2 };
    const decoded = decodeDevice({
      ...device,
      keyList: [
        { ...key, keyId: 7 },
        { ...key, keyId: 'k-8' },
      ],
    });
    expect(decoded?.keys.map((one) => one.keyId)).toEqual(['7', 'k-8']);
    expect(decodeDeviceSecret({ device: 'M-1', keyId: 7, algorithm: 'a', key: 'ff' })).toMatchObject({ token: null });
  });

  test('the audit names nobody where the product itself acted', () => {
    const row = { no: 1, at: AT, actor: null, action: 'audit.checkpoint', outcome: 'done' };
    expect(decodeAudit({ items: [row], next: null })?.items[0]).toMatchObject({
      actor: null,
      patients: [],
      detail: null,
    });
  });

  test('a verdict says where the chain is broken', () => {
    const fault = { no: 4711, what: 'its hash does not follow' };
    expect(decodeVerdict({ rows: 9, whole: false, fault, checkpoint: null })).toEqual({
      rows: 9,
      whole: false,
      fault,
      checkpoint: null,
    });
    expect(decodeVerdict({ rows: 9 })).toBe(null);
  });
});

describe('answers about oneself', () => {
  const me = {
    id: 'acc-a',
    user: 'a',
    name: 'A',
    role: 'nurse',
    permissions: ['patients.read'],
    secondFactor: false,
    passkeys: 0,
    pin: false,
  };

  test('what is not told is taken for no: no lock by itself, no wards', () => {
    expect(decodeMe(me)).toMatchObject({ wards: [], mustEnrol: false, locked: false, idleLockSeconds: 0 });
  });

  test('permissions that cannot be read are none', () => {
    expect(decodeMe({ ...me, permissions: 'all' })).toBe(null);
  });

  test('records: the first of one’s own, the end of an emergency access, who looked', () => {
    expect(decodeFirstId({ items: [], next: null })).toEqual({ id: null });
    expect(decodeFirstId({ items: [{ id: 'p-7' }] })).toEqual({ id: 'p-7' });
    expect(decodeEmergency({ patient: 'p-7', until: AT })).toEqual({ patient: 'p-7', until: Date.parse(AT) });
    expect(
      decodeLooks({ items: [{ at: AT, name: 'A', role: 'nurse', action: 'patient.read', purpose: null }] }),
    ).toHaveLength(1);
  });
});
