import { useLocation } from 'react-router';

/** An emergency access that is under way, as the address's own history keeps it: it survives a reload and nothing else. */
interface Emergency {
  user: string;
  until: number;
}

const known = new Map<string, number>();
const key = (user: string, patient: string): string => `${user}/${patient}`;

/** What goes with the way to the patient. */
export function emergencyState(user: string, patient: string, until: number): { emergency: Emergency } {
  known.set(key(user, patient), until);
  return { emergency: { user, until } };
}

/** Until when this person sees this patient by emergency access; null if they see them anyway, or if it is not known here. */
export function useEmergency(user: string, patient: string): number | null {
  const { state } = useLocation() as { state: { emergency?: Emergency } | null };
  const kept = state?.emergency;
  return known.get(key(user, patient)) ?? (kept?.user === user && typeof kept.until === 'number' ? kept.until : null);
}
