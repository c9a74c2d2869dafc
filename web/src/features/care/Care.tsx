import { type ReactNode, useState } from 'react';
import { may, type SignedInUser } from '../../api/me';
import type { PatientEntry } from '../../api/patientShapes';
import { Dialog } from '../../ui/forms';
import { useIsPhone } from '../../ui/hooks';
import { useServices } from '../../ui/services';
import { words } from '../../ui/words';
import { DeviceDialog } from './DeviceDialog';
import { Edit } from './Edit';
import { Merge } from './Merge';
import { Discharge, Move } from './Move';
import { Critical, Status } from './Status';
import { StaysDialog } from './Stays';
import './care.css';

const text = words.patients.care;

export interface CareDialogProps {
  patient: PatientEntry;
  close(): void;
  /** Something about the patient is different now. */
  changed(): void;
}

const ACTIONS = ['critical', 'status', 'admit', 'transfer', 'device', 'edit', 'stays', 'merge', 'discharge'] as const;
type Deed = (typeof ACTIONS)[number];

/** What there is to do for this patient, as far as the permissions go: the server decides. */
export function deedsFor(user: SignedInUser, { status, mergedInto }: PatientEntry): Deed[] {
  const here = status !== 'discharged';
  const live = mergedInto === null;
  const offered: Record<Deed, boolean> = {
    critical: here && status !== 'critical' && may(user, 'patients.status'),
    status: here && may(user, 'patients.status'),
    admit: live && !here && may(user, 'patients.move'),
    transfer: here && may(user, 'patients.move'),
    device: here && may(user, 'devices.bind'),
    edit: live && may(user, 'patients.register'),
    stays: may(user, 'patients.read'),
    merge: live && may(user, 'patients.merge'),
    discharge: here && may(user, 'patients.move'),
  };
  return ACTIONS.filter((one) => offered[one]);
}

interface CareProps {
  patient: PatientEntry;
  changed(): void;
  /** What cannot wait, from elsewhere: in reach on a phone too. */
  urgent?: ReactNode;
  /** More that can be done, from elsewhere. */
  children?: ReactNode;
}

/** The line of what can be done for a patient. On a phone the one that cannot wait, and the others behind a press. */
export function Care({ patient, changed, urgent, children }: CareProps) {
  const { user } = useServices();
  const phone = useIsPhone();
  const [open, setOpen] = useState<Deed | 'all' | null>(null);
  const deeds = deedsFor(user, patient);
  const close = (): void => setOpen(null);
  const button = (deed: Deed) => (
    <button
      key={deed}
      type="button"
      className={`button ${deed === 'critical' ? 'button-critical-soft' : ''}`}
      onClick={() => setOpen(deed)}
    >
      {text[deed]}
    </button>
  );
  const few = phone && deeds.length > 2;
  return (
    <section className="care" aria-label={text.label}>
      {urgent}
      {(few ? deeds.filter((one) => one === 'critical' || one === 'admit') : deeds).map(button)}
      {few && (
        <button type="button" className="button" onClick={() => setOpen('all')}>
          {text.all}
        </button>
      )}
      {!few && children}
      {open === 'all' && (
        <Dialog title={text.allTitle(patient.name)} close={close}>
          <div className="care-all">
            {deeds.filter((one) => one !== 'critical').map(button)}
            {children}
          </div>
        </Dialog>
      )}
      {open !== null && open !== 'all' && <Deed deed={open} patient={patient} close={close} changed={changed} />}
    </section>
  );
}

function Deed({ deed, ...dialog }: CareDialogProps & { deed: Deed }) {
  switch (deed) {
    case 'critical':
      return <Critical {...dialog} />;
    case 'status':
      return <Status {...dialog} />;
    case 'admit':
      return <Move {...dialog} admit />;
    case 'transfer':
      return <Move {...dialog} admit={false} />;
    case 'device':
      return <DeviceDialog {...dialog} />;
    case 'edit':
      return <Edit {...dialog} />;
    case 'stays':
      return <StaysDialog {...dialog} />;
    case 'merge':
      return <Merge {...dialog} />;
    case 'discharge':
      return <Discharge {...dialog} />;
  }
}
