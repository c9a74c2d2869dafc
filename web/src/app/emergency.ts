import { useEffect } from 'react';
import { useLocation, useNavigate } from 'react-router';

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
  const { search, state } = useLocation() as { search: string; state: { emergency?: Emergency } | null };
  const navigate = useNavigate();
  const kept = state?.emergency;
  const keptUntil = kept?.user === user && typeof kept.until === 'number' ? kept.until : null;
  const until = known.get(key(user, patient)) ?? keptUntil;
  useEffect(() => {
    if (until === null) return;
    // The range of the trends writes the address anew, without what went with it.
    const again = emergencyState(user, patient, until);
    if (keptUntil === null) void navigate({ search }, { replace: true, state: again });
  }, [keptUntil, navigate, patient, search, until, user]);
  return until;
}
