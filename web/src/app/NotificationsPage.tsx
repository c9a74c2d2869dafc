import { hearsAlerts } from '../api/me';
import { Notifications } from '../features/notify/Notifications';
import { useIsPhone, useTitle } from '../ui/hooks';
import { PageBar } from '../ui/PageBar';
import { useServices } from '../ui/services';
import { words } from '../ui/words';
import { BottomNav } from './BottomNav';
import { NotAllowed } from './NotAllowed';

/** What was sent to this person. */
export default function NotificationsPage() {
  const { user } = useServices();
  const phone = useIsPhone();
  useTitle(`${words.notify.title} · ${words.product}`);
  return (
    <div className="page">
      <PageBar title={words.notify.title} />
      {hearsAlerts(user) ? <Notifications /> : <NotAllowed />}
      {phone && <BottomNav />}
    </div>
  );
}
