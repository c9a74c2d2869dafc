import { may, type Permission, type SignedInUser } from '../../api/me';

export const SECTIONS = [
  'people',
  'roles',
  'wards',
  'devices',
  'audit',
  'events',
  'emergencies',
  'dead-letters',
  'webhooks',
  'deliveries',
] as const;
export type Section = (typeof SECTIONS)[number];

const NEEDS: Record<Section, Permission> = {
  people: 'people.manage',
  roles: 'people.manage',
  wards: 'wards.manage',
  devices: 'devices.manage',
  audit: 'audit.read',
  events: 'security.review',
  emergencies: 'breakglass.review',
  'dead-letters': 'operations.read',
  webhooks: 'webhooks.manage',
  deliveries: 'operations.read',
};

/** What there is in the administration for somebody. */
export const sectionsOf = (user: SignedInUser): Section[] => SECTIONS.filter((one) => may(user, NEEDS[one]));
