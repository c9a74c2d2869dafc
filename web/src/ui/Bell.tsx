import { useSyncExternalStore } from 'react';
import { Link } from 'react-router';
import type { SignedInUser } from '../api/me';
import { type Incident, isOpen } from '../live/alertTypes';
import { useCareFeed } from './care';
import { useServices } from './services';
import { words } from './words';

const nothing = (): (() => void) => () => undefined;

/** The way to what was sent to this person, with how much of it they have not seen. */
export function Bell() {
  const feed = useCareFeed();
  const unseen = useSyncExternalStore(feed?.store.subscribe ?? nothing, () => feed?.store.snapshot().unseen ?? 0);
  if (!feed) return null;
  return (
    <Link className="button button-plain bell" to="/notifications">
      {words.notify.bell}
      {unseen > 0 && (
        <b className="nav-count">
          {unseen}
          <span className="hidden-words"> {words.notify.unseen}</span>
        </b>
      )}
    </Link>
  );
}

/** Whether this person is responsible for it. */
export const isMine = ({ assignee }: Incident, user: SignedInUser): boolean =>
  assignee !== null && assignee.id === user.id;

/** How many open incidents this person is responsible for. */
export function useMine(): number {
  const feed = useCareFeed();
  const { user } = useServices();
  return useSyncExternalStore(
    feed?.store.subscribe ?? nothing,
    () => feed?.store.snapshot().incidents.filter((one) => isOpen(one) && isMine(one, user)).length ?? 0,
  );
}
