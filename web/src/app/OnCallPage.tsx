import { useParams } from 'react-router';
import { OnCallSections } from '../features/oncall/OnCallSections';
import { useIsPhone, useTitle } from '../ui/hooks';
import { PageBar } from '../ui/PageBar';
import { words } from '../ui/words';
import { BottomNav } from './BottomNav';
import { NotAllowed, useMay } from './NotAllowed';

/** Who is on duty, and how that comes about. */
export default function OnCallPage() {
  const { section, id } = useParams();
  const phone = useIsPhone();
  const allowed = useMay('oncall.read');
  useTitle(`${words.oncall.title} · ${words.product}`);
  return (
    <div className="page">
      <PageBar title={words.oncall.title} />
      {allowed ? <OnCallSections section={section} id={id} /> : <NotAllowed />}
      {phone && <BottomNav />}
    </div>
  );
}
