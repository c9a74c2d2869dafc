import { System } from '../features/system/System';
import { useIsPhone, useTitle } from '../ui/hooks';
import { PageBar } from '../ui/PageBar';
import { words } from '../ui/words';
import { BottomNav } from './BottomNav';
import { NotAllowed, useMay } from './NotAllowed';

/** What runs, for those who keep it running. */
export default function SystemPage() {
  const phone = useIsPhone();
  const allowed = useMay('operations.read');
  useTitle(`${words.system.title} · ${words.product}`);
  return (
    <div className="page">
      <PageBar title={words.system.title} />
      {allowed ? <System /> : <NotAllowed />}
      {phone && <BottomNav />}
    </div>
  );
}
