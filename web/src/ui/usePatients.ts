import { useQuery } from '@tanstack/react-query';
import { useEffect, useMemo, useRef, useState } from 'react';
import { PatientsApi } from '../api/patients';
import { ApiProblem } from '../api/problem';
import { PatientFeed } from '../live/events';
import type { PatientNews } from '../live/types';
import { useServices } from './services';

export function usePatients(): PatientsApi {
  const { session } = useServices();
  return useMemo(() => new PatientsApi(session), [session]);
}

interface NamedWard {
  id: string;
  name: string;
}

/** The wards that there are for this person; those of their account while nothing better is known. */
export function useWards(): { wards: readonly NamedWard[]; loading: boolean } {
  const { user } = useServices();
  const api = usePatients();
  const found = useQuery({
    queryKey: ['wards'],
    queryFn: ({ signal }) => api.wards(signal),
    staleTime: 60_000,
    retry: 1,
  });
  return { wards: found.data?.items ?? user.wards, loading: found.isPending };
}

/** “Ward 1” of “Ward 1 · Cardiology”; the id where the name is not known. */
export function shortWardOf(wards: readonly NamedWard[], id: string): string {
  return (wards.find((one) => one.id === id)?.name ?? id).split(' · ')[0] ?? id;
}

/** What changes about patients while the page stands. `scope` as the hub takes it. Answers whether the live connection is lost. */
export function usePatientNews(
  scope: string,
  news: (one: PatientNews) => void,
  missed: (anew: boolean) => void,
): boolean {
  const { session } = useServices();
  const [lost, setLost] = useState(false);
  const latest = useRef({ news, missed });
  latest.current = { news, missed };
  useEffect(() => {
    const feed = new PatientFeed({
      scope,
      token: () => session.validToken(),
      refused: () => session.renewed(),
      news: (one) => latest.current.news(one),
      missed: (anew) => latest.current.missed(anew),
      lost: setLost,
    });
    feed.start();
    return () => {
      feed.stop();
      setLost(false);
    };
  }, [scope, session]);
  return lost;
}

/** A type of our own for a change whose answer never came: it may have been made, and must not be called undone. */
export const UNCERTAIN = 'outcome-unknown';

/** Throws what a change failed with; where nobody can know whether it was made, so that the page says just that. */
export function rethrow(error: unknown): never {
  const unknown = error instanceof ApiProblem && (error.status === 0 || (error.status >= 500 && !error.type));
  throw unknown ? new ApiProblem(error.status, UNCERTAIN, error.message) : error;
}
