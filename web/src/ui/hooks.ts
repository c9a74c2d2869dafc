import { type RefObject, useEffect, useLayoutEffect, useRef, useState, useSyncExternalStore } from 'react';
import type { ServerClock } from '../live/clock';
import { type FeedSources, LiveFeed } from '../live/feed';
import type { LiveSnapshot, LiveStore } from '../live/store';
import type { PatientView } from '../live/view';

/** A part of the live snapshot; draws again only when that part changes identity. */
export function useLive<T>(store: LiveStore, part: (snapshot: LiveSnapshot) => T): T {
  return useSyncExternalStore(store.subscribe, () => part(store.snapshot()));
}

export function usePatientView(store: LiveStore, id: string): PatientView | undefined {
  return useLive(store, (snapshot) => snapshot.patients.get(id));
}

/** The live feed of a scope while the page stands; `key` says when it is another one. */
export function useFeed(key: string, sources: () => FeedSources): LiveFeed | null {
  const [feed, setFeed] = useState<LiveFeed | null>(null);
  const make = useRef(sources);
  make.current = sources;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key stands for the sources, which are new at each render
  useEffect(() => {
    const started = new LiveFeed(make.current());
    started.start();
    setFeed(started);
    return () => {
      started.stop();
      setFeed(null);
    };
  }, [key]);
  return feed;
}

export const useFeedProblem = (feed: LiveFeed): unknown => useSyncExternalStore(feed.subscribeProblem, feed.problem);

/** The server's time in whole seconds (as milliseconds), for clocks on the page. */
export function useServerSecond(clock: ServerClock): number {
  const [second, setSecond] = useState(() => Math.floor(clock.now() / 1000));
  useEffect(() => {
    const timer = setInterval(() => setSecond(Math.floor(clock.now() / 1000)), 250);
    return () => clearInterval(timer);
  }, [clock]);
  return second * 1000;
}

const PHONE = '(width < 700px), (height < 500px)';

/** Too small for the wall: lists and one column instead. */
export function useIsPhone(): boolean {
  return useSyncExternalStore(
    (listener) => {
      const query = window.matchMedia(PHONE);
      query.addEventListener('change', listener);
      return () => query.removeEventListener('change', listener);
    },
    () => window.matchMedia(PHONE).matches,
  );
}

/** True once `ms` have passed: keeps skeletons away where the answer comes at once. */
export function useAfter(ms: number): boolean {
  const [passed, setPassed] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setPassed(true), ms);
    return () => clearTimeout(timer);
  }, [ms]);
  return passed;
}

/** A value once it has stayed the same for `ms`: for what is not to be asked with every key. The first one at once. */
export function useRested<T>(value: T, ms: number): T {
  const [rested, setRested] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setRested(value), ms);
    return () => clearTimeout(timer);
  }, [value, ms]);
  return rested;
}

export function useSize(ref: RefObject<HTMLElement | null>): { width: number; height: number } {
  const [size, setSize] = useState({ width: 0, height: 0 });
  useLayoutEffect(() => {
    const element = ref.current;
    if (!element) return;
    const measure = (): void => setSize({ width: element.clientWidth, height: element.clientHeight });
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    measure();
    return () => observer.disconnect();
  }, [ref]);
  return size;
}

/**
 * Lets a row give up what it can, step by step, until it fits: `data-tight` from 0 to `most`, in terms of which the styles say what.
 * Names are of any length, so that the width of the screen alone does not tell.
 */
export function useTight(ref: RefObject<HTMLElement | null>, most: number): void {
  useLayoutEffect(() => {
    const row = ref.current;
    if (!row) return;
    const squeeze = (): void => {
      for (let step = 0; step <= most; step++) {
        row.dataset.tight = String(step);
        if (row.scrollWidth <= row.clientWidth) return;
      }
    };
    const sizes = new ResizeObserver(squeeze);
    const watch = (): void => {
      sizes.observe(row);
      for (const child of row.children) sizes.observe(child);
    };
    const children = new MutationObserver(watch);
    children.observe(row, { childList: true });
    watch();
    squeeze();
    return () => {
      children.disconnect();
      sizes.disconnect();
    };
  }, [ref, most]);
}

export function useTitle(title: string): void {
  useEffect(() => {
    document.title = title;
  }, [title]);
}
