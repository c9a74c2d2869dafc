import { Import } from '../features/patients/Import';
import { Patients } from '../features/patients/Patients';
import { useIsPhone, useTitle } from '../ui/hooks';
import { PageBar } from '../ui/PageBar';
import { words } from '../ui/words';
import { BottomNav } from './BottomNav';
import { NotAllowed, useMay } from './NotAllowed';

/** Everybody there is, in a bed or not. */
export default function PatientsPage() {
  const phone = useIsPhone();
  const allowed = useMay('patients.read');
  useTitle(`${words.patients.title} · ${words.product}`);
  return (
    <div className="page">
      <PageBar title={words.patients.title} />
      {allowed ? <Patients /> : <NotAllowed />}
      {phone && <BottomNav />}
    </div>
  );
}

export function ImportPage() {
  const phone = useIsPhone();
  const allowed = useMay('patients.import');
  useTitle(`${words.patients.import.title} · ${words.product}`);
  return (
    <div className="page">
      <PageBar title={words.patients.import.title} />
      {allowed ? <Import /> : <NotAllowed />}
      {phone && <BottomNav />}
    </div>
  );
}
