/** What somebody is on duty as, while it is entered. */
import type { Duty } from '../../api/oncall';

export const CHANNELS = ['in-app', 'push', 'mail'] as const;

/** In the order in which they are chosen; those that are not chosen come last. */
export interface ChannelDraft {
  channel: string;
  on: boolean;
}

export const channelsOf = (channels: readonly string[]): ChannelDraft[] => [
  ...channels.map((channel) => ({ channel, on: true })),
  ...CHANNELS.filter((channel) => !channels.includes(channel)).map((channel) => ({ channel, on: false })),
];

export interface WrongDuties {
  /** Which have no ward. */
  wards: boolean[];
  /** A role and tier that stands twice. */
  twice: boolean;
}

export function wrongInDuties(duties: readonly Duty[]): WrongDuties {
  const keys = duties.map(({ role, tier }) => `${role}/${tier}`);
  return { wards: duties.map((one) => one.wards?.length === 0), twice: new Set(keys).size < keys.length };
}
