import { useEffect, useState, useSyncExternalStore } from 'react';
import { IdleWatch, WARN_SECONDS } from '../api/idle';
import { browserTime } from '../live/clock';
import { useServices } from '../ui/services';
import { words } from '../ui/words';

/** Locks the page when no hand has touched it for long, and says so some seconds before. Not where the account has no idle lock. */
export function IdleLock() {
  const { session, user } = useServices();
  const seconds = user.idleLockSeconds;
  const [watch, setWatch] = useState<IdleWatch | null>(null);
  useEffect(() => {
    if (seconds === 0) return;
    const started = new IdleWatch({
      seconds,
      time: browserTime,
      tabs: session.tabs,
      target: document,
      onIdle: () => session.lock(),
    });
    setWatch(started);
    return () => {
      started.stop();
      setWatch(null);
    };
  }, [seconds, session]);
  return <div role="status">{watch && <Warning watch={watch} />}</div>;
}

function Warning({ watch }: { watch: IdleWatch }) {
  const left = useSyncExternalStore(watch.subscribe, watch.secondsLeft);
  if (left === null) return null;
  return (
    <p className="idle-warning">
      {/* Said once: a count that is read aloud each second says nothing any more. */}
      <span className="hidden-words">{words.lock.warning(WARN_SECONDS)}</span>
      <span aria-hidden="true">{words.lock.warning(left)}</span>
    </p>
  );
}
