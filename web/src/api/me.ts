import { absent, fields, flag, list, number, optional, text, whole } from '../live/decode';

export const PERMISSIONS = [
  'patients.read',
  'patients.register',
  'patients.move',
  'patients.status',
  'patients.merge',
  'patients.import',
  'patients.erase',
  'devices.bind',
  'devices.manage',
  'people.manage',
  'wards.manage',
  'audit.read',
  'security.review',
  'breakglass.use',
  'breakglass.review',
  'analytics.read',
  'models.read',
  'models.train',
  'operations.read',
  'operations.manage',
  'own.read',
  'alerts.act',
  'alerts.limits',
  'alerts.technical',
  'oncall.read',
  'oncall.manage',
  'webhooks.manage',
] as const;
export type Permission = (typeof PERMISSIONS)[number];

/** Who is signed in, and what that means for the pages. What is allowed is decided by the server; this only says what to offer. */
export interface SignedInUser {
  /** The account, as others' documents name it. */
  id: string;
  user: string;
  name: string;
  role: string;
  permissions: readonly string[];
  wards: readonly { id: string; name: string }[];
  secondFactor: boolean;
  passkeys: number;
  pin: boolean;
  /** A second factor is required and not set up: nothing else can be used before. */
  mustEnrol: boolean;
  locked: boolean;
  /** 0: no idle lock. */
  idleLockSeconds: number;
}

export const may = (user: SignedInUser, permission: Permission): boolean => user.permissions.includes(permission);

/** Somebody who sees their own record and no other. */
export const isPatient = (user: SignedInUser): boolean => may(user, 'own.read') && !may(user, 'patients.read');

/** GET /api/auth/me */
export const decodeMe = whole((value): SignedInUser => {
  const f = fields(value);
  return {
    id: text(f.id),
    user: text(f.user),
    name: text(f.name),
    role: text(f.role),
    permissions: list(f.permissions).map(text),
    wards: list(f.wards ?? []).map((one) => ({ id: text(fields(one).id), name: text(fields(one).name) })),
    secondFactor: flag(f.secondFactor),
    passkeys: number(f.passkeys),
    pin: flag(f.pin),
    mustEnrol: optional(flag, f.mustEnrol) ?? false,
    locked: optional(flag, f.locked) ?? false,
    idleLockSeconds: absent(f.idleLockSeconds) ? 0 : Math.max(0, number(f.idleLockSeconds)),
  };
});

/** Somebody who is told of alerts on every page: of patients, or of what is technical. */
export const hearsAlerts = (user: SignedInUser): boolean =>
  may(user, 'patients.read') || may(user, 'alerts.technical') || may(user, 'alerts.act');

/** Whether the hub has something for them: who may not join it is told by asking. */
export const followsAlerts = (user: SignedInUser): boolean =>
  may(user, 'patients.read') || may(user, 'alerts.technical');

const ADMINISTERING: readonly Permission[] = [
  'people.manage',
  'wards.manage',
  'devices.manage',
  'audit.read',
  'security.review',
  'breakglass.review',
  'operations.read',
  'webhooks.manage',
];

/** Whether there is anything in the administration for them. */
export const administers = (user: SignedInUser): boolean => ADMINISTERING.some((one) => may(user, one));
