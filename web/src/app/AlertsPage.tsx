import { hearsAlerts } from '../api/me';
import { Alerts } from '../features/alerts/Alerts';
import { useIsPhone, useTitle } from '../ui/hooks';
import { PageBar } from '../ui/PageBar';
import { SoundBanner, SoundState } from '../ui/Sound';
import { useServices } from '../ui/services';
import { words } from '../ui/words';
import { BottomNav } from './BottomNav';
import { NotAllowed } from './NotAllowed';

const NO_WARDS: readonly string[] = [];

/** Everything that is wrong and who is on it, in one list. */
export default function AlertsPage() {
  const { user } = useServices();
  const phone = useIsPhone();
  useTitle(`${words.alerts.list.title} · ${words.product}`);
  return (
    <div className="page">
      <PageBar title={words.alerts.list.title}>
        <SoundState wards={NO_WARDS} />
      </PageBar>
      <SoundBanner />
      {hearsAlerts(user) ? <Alerts /> : <NotAllowed />}
      {phone && <BottomNav />}
    </div>
  );
}
