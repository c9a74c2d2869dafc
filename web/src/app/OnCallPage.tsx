import { OnCall } from '../features/oncall/OnCall';
import { useIsPhone, useTitle } from '../ui/hooks';
import { PageBar } from '../ui/PageBar';
import { words } from '../ui/words';
import { BottomNav } from './BottomNav';
import { NotAllowed, useMay } from './NotAllowed';

/** Who is on duty. */
export default function OnCallPage() {
  const phone = useIsPhone();
  const allowed = useMay('oncall.read');
  useTitle(`${words.oncall.title} · ${words.product}`);
  return (
    <div className="page">
      <PageBar title={words.oncall.title} />
      {allowed ? <OnCall /> : <NotAllowed />}
      {phone && <BottomNav />}
    </div>
  );
}
