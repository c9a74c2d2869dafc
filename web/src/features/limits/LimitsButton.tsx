import { useState } from 'react';
import { Dialog } from '../../ui/forms';
import { useUnsaved } from '../../ui/Unsaved';
import { words } from '../../ui/words';
import { Limits } from './Editor';

interface Props {
  patientId: string;
  name: string;
  changed: boolean;
  /** The limits are different now. */
  done(): void;
}

/** The way to a patient's limits, and whether they have been changed. */
export function LimitsButton({ patientId, name, changed, done }: Props) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <button type="button" className="button" onClick={() => setOpen(true)}>
        {words.alerts.deed.limits}
        {changed && <b> · {words.alerts.limitsChanged}</b>}
      </button>
      {open && <PatientLimits patientId={patientId} name={name} close={() => setOpen(false)} done={done} />}
    </>
  );
}

function PatientLimits({ patientId, name, close, done }: Omit<Props, 'changed'> & { close(): void }) {
  const [dirty, setDirty] = useState(false);
  const unsaved = useUnsaved(dirty);
  return (
    <Dialog title={words.alerts.limitsEditor.title(name)} close={() => unsaved.leave(close)} wide>
      <Limits
        of="patients"
        id={patientId}
        name={name}
        edited={setDirty}
        unsaved={unsaved}
        done={() => {
          close();
          done();
        }}
      />
      {unsaved.question}
    </Dialog>
  );
}
