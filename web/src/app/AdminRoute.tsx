import { useParams } from 'react-router';
import { Admin } from '../features/admin/Admin';
import { useIsPhone, useTitle } from '../ui/hooks';
import { PageBar } from '../ui/PageBar';
import { words } from '../ui/words';
import { BottomNav } from './BottomNav';

/** The administration; what is in it for somebody, their permissions say. */
export default function AdminRoute() {
  const { section, id } = useParams();
  const phone = useIsPhone();
  useTitle(`${words.admin.title} · ${words.product}`);
  return (
    <div className="page">
      <PageBar title={words.admin.title} />
      <Admin section={section} id={id} />
      {phone && <BottomNav />}
    </div>
  );
}
