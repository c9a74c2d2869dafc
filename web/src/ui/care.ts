import { createContext, useContext, useEffect, useMemo, useState, useSyncExternalStore } from 'react';
import { CareApi } from '../api/care';
import type { CareFeed } from '../live/careFeed';
import type { CareSnapshot, CareStore } from '../live/careStore';
import { useServices } from './services';

/** The alerts of everything in reach, on every page; null for those who are told of none. */
export const CareContext = createContext<CareFeed | null>(null);
export const useCareFeed = (): CareFeed | null => useContext(CareContext);

export function useCareApi(): CareApi {
  const { session } = useServices();
  return useMemo(() => new CareApi(session), [session]);
}

/** A part of what stands; draws again only when that part changes identity. */
export function useCare<T>(store: CareStore, part: (snapshot: CareSnapshot) => T): T {
  return useSyncExternalStore(store.subscribe, () => part(store.snapshot()));
}

/** The server's time in whole seconds, as milliseconds; the browser's where there is no care feed. */
export function useNow(): number {
  const feed = useCareFeed();
  const read = (): number => Math.floor((feed?.store.clock.now() ?? Date.now()) / 1000);
  const [second, setSecond] = useState(read);
  useEffect(() => {
    const now = (): number => Math.floor((feed?.store.clock.now() ?? Date.now()) / 1000);
    const timer = setInterval(() => setSecond(now()), 250);
    return () => clearInterval(timer);
  }, [feed]);
  return second * 1000;
}
