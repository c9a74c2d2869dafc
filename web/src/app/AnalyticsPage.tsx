import { Analytics } from '../features/analytics/Analytics';
import { useIsPhone, useTitle } from '../ui/hooks';
import { PageBar } from '../ui/PageBar';
import { words } from '../ui/words';
import { BottomNav } from './BottomNav';
import { NotAllowed, useMay } from './NotAllowed';

/** Figures of wards and hours. */
export default function AnalyticsPage() {
  const phone = useIsPhone();
  const allowed = useMay('analytics.read');
  useTitle(`${words.analytics.title} · ${words.product}`);
  return (
    <div className="page">
      <PageBar title={words.analytics.title} />
      {allowed ? <Analytics /> : <NotAllowed />}
      {phone && <BottomNav />}
    </div>
  );
}
