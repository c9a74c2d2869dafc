import { useCallback, useState } from 'react';
import { Link } from 'react-router';
import type { BedEntry, Place } from '../../api/patientShapes';
import { BedPicker, type Picked, placeOf } from '../../ui/BedPicker';
import { Dialog } from '../../ui/forms';
import { words } from '../../ui/words';

const text = words.patients.beds;

interface BedMenuProps {
  ward: string;
  bed: string;
  patient: NonNullable<BedEntry['patient']>;
  free: readonly string[];
  mayMove: boolean;
  close(): void;
  moveTo(place: Place): void;
}

/** What can be done for somebody in a bed, by a press: the way for fingers, and for other wards. */
export function BedMenu({ ward, bed, patient, free, mayMove, close, moveTo }: BedMenuProps) {
  const [elsewhere, setElsewhere] = useState(false);
  const [picked, setPicked] = useState<Picked>({ ward: '', bed: '' });
  const pick = useCallback((one: Picked): void => setPicked(one), []);
  const place = placeOf(picked);
  return (
    <Dialog title={text.menu(patient.name, bed)} close={close}>
      <Link className="button" to={`/patient/${encodeURIComponent(patient.id)}`} onClick={close}>
        {text.open}
      </Link>
      {mayMove && (
        <section className="bed-choices" aria-labelledby="bed-move-title">
          <h3 id="bed-move-title">{text.moveTo}</h3>
          {free.length === 0 && <p className="dialog-text">{text.noFree}</p>}
          <div className="bed-choice-row">
            {free.map((one) => (
              <button key={one} type="button" className="button" onClick={() => moveTo({ ward, bed: one })}>
                {text.bed(one)}
              </button>
            ))}
            {!elsewhere && (
              <button type="button" className="button" onClick={() => setElsewhere(true)}>
                {text.otherWard} …
              </button>
            )}
          </div>
          {elsewhere && (
            <>
              <BedPicker picked={picked} pick={pick} />
              <button
                type="button"
                className="button button-press"
                disabled={place === null}
                onClick={() => place && moveTo(place)}
              >
                {words.patients.care.transfer}
              </button>
            </>
          )}
        </section>
      )}
    </Dialog>
  );
}
