import { WardLimits } from '../features/limits/WardLimits';
import { useIsPhone, useTitle } from '../ui/hooks';
import { PageBar } from '../ui/PageBar';
import { words } from '../ui/words';
import { BottomNav } from './BottomNav';
import { NotAllowed, useMay } from './NotAllowed';

/** The limits that count on a ward. */
export default function WardLimitsPage() {
  const phone = useIsPhone();
  const allowed = useMay('patients.read');
  useTitle(`${words.alerts.limitsEditor.page} · ${words.product}`);
  return (
    <div className="page">
      <PageBar title={words.alerts.limitsEditor.page} />
      {allowed ? <WardLimits /> : <NotAllowed />}
      {phone && <BottomNav />}
    </div>
  );
}
