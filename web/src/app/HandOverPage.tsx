import { HandOver } from '../features/handover/HandOver';
import { useIsPhone, useTitle } from '../ui/hooks';
import { PageBar } from '../ui/PageBar';
import { words } from '../ui/words';
import { BottomNav } from './BottomNav';
import { NotAllowed, useMay } from './NotAllowed';

/** From one shift to the next. */
export default function HandOverPage() {
  const phone = useIsPhone();
  const allowed = useMay('patients.read');
  useTitle(`${words.handover.title} · ${words.product}`);
  return (
    <div className="page">
      <PageBar title={words.handover.title} />
      {allowed ? <HandOver /> : <NotAllowed />}
      {phone && <BottomNav />}
    </div>
  );
}
