import { useQuery } from '@tanstack/react-query';
import { useEffect, useMemo, useRef } from 'react';
import { PatientsApi } from '../api/patients';
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

/** What changes about patients while the page stands. `scope` as the hub takes it. */
export function usePatientNews(scope: string, news: (one: PatientNews) => void, missed: (anew: boolean) => void): void {
  const { session } = useServices();
  const latest = useRef({ news, missed });
  latest.current = { news, missed };
  useEffect(() => {
    const feed = new PatientFeed({
      scope,
      token: () => session.validToken(),
      refused: () => session.renewed(),
      news: (one) => latest.current.news(one),
      missed: (anew) => latest.current.missed(anew),
    });
    feed.start();
    return () => feed.stop();
  }, [scope, session]);
}
