import { type ReactNode, useEffect, useMemo, useState } from 'react';
import { CareApi } from '../api/care';
import { followsAlerts, hearsAlerts, may } from '../api/me';
import { CareFeed } from '../live/careFeed';
import { Alarm, AlarmContext } from '../ui/alarm';
import { CareContext } from '../ui/care';
import { usePathTests } from '../ui/pathTests';
import { useServices } from '../ui/services';

/** Alerts and their sound, once for all pages of whoever is told of alerts. */
export function CareFrame({ children }: { children: ReactNode }) {
  const { session, user } = useServices();
  const api = useMemo(() => new CareApi(session), [session]);
  const hears = hearsAlerts(user);
  const sees = may(user, 'patients.read');
  const follows = followsAlerts(user);
  const tests = usePathTests();
  const [live, setLive] = useState<{ feed: CareFeed; alarm: Alarm } | null>(null);
  useEffect(() => {
    if (!hears) return;
    const feed = new CareFeed({
      care: (signal) => api.standing(null, signal),
      notifications: (signal) => api.notifications(signal),
      pauses: async (signal) => (sees ? api.pauses(null, signal) : []),
      paths: (signal) => api.paths(signal),
      delivered: (id) => api.delivered(id),
      tested: (id) => api.tested(id),
      tests,
      token: () => session.validToken(),
      refused: () => session.renewed(),
      live: follows,
    });
    const alarm = new Alarm(feed.store);
    feed.start();
    alarm.start();
    setLive({ feed, alarm });
    return () => {
      alarm.stop();
      feed.stop();
      setLive(null);
    };
  }, [api, follows, hears, sees, session, tests]);
  return (
    <CareContext value={live?.feed ?? null}>
      <AlarmContext value={live?.alarm ?? null}>{children}</AlarmContext>
    </CareContext>
  );
}
