import { useQuery } from '@tanstack/react-query';
import { type FormEvent, useCallback, useState } from 'react';
import { DESTINATIONS, PRESENT_STATUSES } from '../../api/patientShapes';
import { BedPicker, type Picked, placeOf } from '../../ui/BedPicker';
import { timeOrDate } from '../../ui/format';
import { Choice, Dialog, FormProblem, fieldsOf } from '../../ui/forms';
import { NoteField } from '../../ui/NoteField';
import { shortWardOf, usePatients, useWards } from '../../ui/usePatients';
import { words } from '../../ui/words';
import type { CareDialogProps } from './Care';
import { ConflictNotice, useChange } from './useChange';

const text = words.patients.care;

/** Into a free bed, from none (admission) or from another one (transfer). */
export function Move({ patient, close, changed, admit }: CareDialogProps & { admit: boolean }) {
  const api = usePatients();
  const { wards } = useWards();
  const { action, conflict, base, run } = useChange(patient, changed);
  const [picked, setPicked] = useState<Picked>({ ward: patient.ward ?? '', bed: '' });
  const [status, setStatus] = useState<string>('admitted');
  const [missing, setMissing] = useState('');
  const pick = useCallback((one: Picked): void => {
    setPicked(one);
    setMissing('');
  }, []);
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    const place = placeOf(picked);
    setMissing(place ? '' : words.patients.fields.missing.bed);
    if (!place) return;
    const done = await run((version) =>
      admit ? api.admit(base.id, { ...place, status }, version) : api.transfer(base.id, place, version),
    );
    if (done) close();
  };
  const now = base.ward && base.bed ? words.patients.place(shortWardOf(wards, base.ward), base.bed) : '';
  return (
    <Dialog title={(admit ? text.admitTitle : text.transferTitle)(patient.name)} close={close}>
      {!admit && now && <p className="dialog-text">{text.transferFrom(now)}</p>}
      <form className="form" onSubmit={(event) => void submit(event)} noValidate>
        <BedPicker picked={picked} pick={pick} error={missing} />
        {admit && (
          <Choice
            label={words.patients.fields.status}
            value={status}
            choose={setStatus}
            options={PRESENT_STATUSES.map((one) => [one, words.status[one] ?? one] as const)}
          />
        )}
        <ConflictNotice conflict={conflict} />
        <FormProblem>{conflict ? '' : action.problem}</FormProblem>
        <button type="submit" className="button button-press" disabled={action.busy}>
          {admit ? text.admit : text.transfer}
        </button>
      </form>
    </Dialog>
  );
}

/** The end of a stay; says beforehand what ends with it. */
export function Discharge({ patient, close, changed }: CareDialogProps) {
  const api = usePatients();
  const { wards } = useWards();
  const { action, conflict, base, run } = useChange(patient, changed);
  const [to, setTo] = useState<string>('home');
  const worn = useQuery({
    queryKey: ['worn', patient.id],
    queryFn: ({ signal }) => api.worn(patient.id, signal),
    staleTime: 0,
  });
  const now = Date.now();
  const open = worn.data?.items.filter((one) => one.until === null || one.until > now) ?? [];
  const submit = async (event: FormEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault();
    const note = fieldsOf(event.currentTarget)('note');
    if (await run((version) => api.discharge(base.id, to, note, version))) close();
  };
  return (
    <Dialog title={text.dischargeTitle(patient.name)} close={close}>
      <form className="form" onSubmit={(event) => void submit(event)} noValidate>
        <Choice
          label={text.dischargeTo}
          value={to}
          choose={setTo}
          options={DESTINATIONS.map((one) => [one, text.destinations[one] ?? one] as const)}
        />
        <NoteField hint={words.patients.fields.noteHint} label={words.patients.fields.note} />
        <div className="conflict">
          <b>{text.dischargeEnds}</b>
          <ul className="ends">
            {base.encounter && <li>{text.dischargeStay(timeOrDate(base.encounter.admittedAt, now))}</li>}
            {base.ward && base.bed && (
              <li>{text.dischargeBed(words.patients.place(shortWardOf(wards, base.ward), base.bed))}</li>
            )}
            {open.map(({ device }) => (
              <li key={device}>{text.dischargeDevice(device)}</li>
            ))}
            {open.length === 0 && <li>{worn.data ? text.dischargeNoDevice : text.dischargeDevicesUnknown}</li>}
            <li>{text.dischargeLive}</li>
          </ul>
          {text.dischargeStays}
        </div>
        <ConflictNotice conflict={conflict} />
        <FormProblem>{conflict ? '' : action.problem}</FormProblem>
        <div className="form-buttons">
          <button type="submit" className="button button-press" disabled={action.busy}>
            {text.discharge}
          </button>
          <button type="button" className="button" onClick={close}>
            {words.action.cancel}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
