import { useQueryClient } from '@tanstack/react-query';
import { useMemo } from 'react';
import { OnCallApi, type Schedule } from '../../api/oncall';
import { useServices } from '../../ui/services';
import { words } from '../../ui/words';

export function useOnCallApi(): OnCallApi {
  const { session } = useServices();
  return useMemo(() => new OnCallApi(session), [session]);
}

export const roleWords = (role: string): string => words.alerts.role[role] ?? role;

/** As it begins a line. */
export const roleName = (role: string): string => {
  const said = roleWords(role);
  return said.charAt(0).toUpperCase() + said.slice(1);
};

export const scheduleName = (schedules: readonly Schedule[], id: string): string => {
  const one = schedules.find((each) => each.id === id);
  return one ? words.oncall.tier(one.tier) : '';
};

const SHOWN = ['schedules', 'schedule', 'overrides', 'swaps', 'calendar', 'duty-now', 'duty-staff', 'coverage'];

/** Everything that shows who is on duty is asked for anew. */
export function useDutyChanged(): () => void {
  const client = useQueryClient();
  return () => {
    for (const key of SHOWN) void client.invalidateQueries({ queryKey: [key] });
  };
}

/** The wards in which this person may say who is on duty; null: in the whole hospital. */
export function useOwnWards(): readonly { id: string; name: string }[] | null {
  const { user } = useServices();
  return user.role === 'administrator' || user.wards.length === 0 ? null : user.wards;
}

/** Every duty role, as choices. */
export const ROLE_CHOICES = Object.keys(words.alerts.role).map((one) => [one, roleName(one)] as const);
export const TIERS = [1, 2, 3] as const;
