import { type FormEvent, useId, useState } from 'react';
import type { FoundPatient } from '../../api/records';
import { Field, FormProblem, fieldsOf, useAction } from '../../ui/forms';
import { useServices } from '../../ui/services';
import { words } from '../../ui/words';
import { reasonFits } from './reason';
import './emergency.css';

const text = words.emergency;

interface EmergencyProps {
  /** Those whose names are known here; others can be typed. */
  wards: readonly { id: string; name: string }[];
  opened(patient: string, until: number): void;
}

/** Looks a patient up, then says what will happen, then asks why. */
export function Emergency({ wards, opened }: EmergencyProps) {
  const [found, setFound] = useState<FoundPatient | null>(null);
  return found ? (
    <Reason found={found} wards={wards} opened={opened} back={() => setFound(null)} />
  ) : (
    <LookUp wards={wards} found={setFound} />
  );
}

function LookUp({ wards, found }: { wards: EmergencyProps['wards']; found(patient: FoundPatient): void }) {
  const { api } = useServices();
  const [by, setBy] = useState<'record' | 'bed'>('record');
  const known = { 'patient-not-found': by === 'record' ? text.none : text.nonePlace };
  const action = useAction(known);
  const list = useId();
  const submit = async (event: FormEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault();
    const field = fieldsOf(event.currentTarget);
    const [recordNumber, typed, bed] = [field('record'), field('ward'), field('bed')];
    if (by === 'record' && !recordNumber) return action.refuse(text.missing);
    if (by === 'bed' && !(typed && bed)) return action.refuse(text.missingPlace);
    // Whoever types the name on the door means the ward as well.
    const same = (a: string): boolean => a.toLowerCase() === typed.toLowerCase();
    const ward =
      wards.find((one) => same(one.id) || same(one.name) || same(one.name.split(' · ')[0] ?? ''))?.id ?? typed;
    const patient = await action.run(() => api.findForEmergency(by === 'record' ? { recordNumber } : { ward, bed }));
    if (patient) found(patient);
  };
  return (
    <form className="form emergency-form" onSubmit={(event) => void submit(event)} noValidate>
      <p>{text.what}</p>
      <div className="segment">
        {(['record', 'bed'] as const).map((one) => (
          <button
            key={one}
            type="button"
            aria-pressed={by === one}
            onClick={() => {
              setBy(one);
              action.refuse('');
            }}
          >
            {one === 'record' ? text.byRecord : text.byBed}
          </button>
        ))}
      </div>
      {by === 'record' ? (
        <Field key="record" label={text.record} name="record" hint={text.recordHint} autoComplete="off" focused />
      ) : (
        <>
          <Field key="ward" label={text.ward} name="ward" hint={text.wardHint} list={list} autoComplete="off" focused />
          <datalist id={list}>
            {wards.map((ward) => (
              <option key={ward.id} value={ward.id}>
                {ward.name}
              </option>
            ))}
          </datalist>
          <Field label={text.bed} name="bed" autoComplete="off" />
        </>
      )}
      <FormProblem>{action.problem}</FormProblem>
      <button type="submit" className="button button-press" disabled={action.busy}>
        {text.search}
      </button>
    </form>
  );
}

interface ReasonProps extends EmergencyProps {
  found: FoundPatient;
  back(): void;
}

function Reason({ found, wards, opened, back }: ReasonProps) {
  const { api } = useServices();
  const [reason, setReason] = useState('');
  const action = useAction();
  const id = useId();
  const ward = wards.find((one) => one.id === found.ward)?.name.split(' · ')[0] ?? found.ward;
  const submit = async (event: FormEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault();
    if (!reasonFits(reason)) return action.refuse(text.reasonShort);
    const grant = await action.run(() => api.openInEmergency(found.id, reason.trim()));
    if (grant) opened(grant.patient, grant.until);
  };
  return (
    <form className="form emergency-form" onSubmit={(event) => void submit(event)} noValidate>
      <p className="emergency-who">{text.found(found.shortName, ward, found.bed)}</p>
      <div className="emergency-warning">
        <b>{text.warning}</b> {text.warningText}
      </div>
      <div className="field">
        <label htmlFor={id}>{text.reason}</label>
        <textarea
          id={id}
          // biome-ignore lint/a11y/noAutofocus: the step before ended in this one, and the hands are on the keys
          autoFocus
          className="input input-area"
          rows={3}
          maxLength={500}
          value={reason}
          aria-describedby={`${id}-hint`}
          onChange={(event) => setReason(event.target.value)}
        />
        <span id={`${id}-hint`} className="field-hint">
          {text.reasonHint(reason.trim().length)}
        </span>
      </div>
      <FormProblem>{action.problem}</FormProblem>
      <div className="form-buttons">
        <button type="submit" className="button button-press" disabled={action.busy}>
          {text.open}
        </button>
        <button type="button" className="button" onClick={back}>
          {text.back}
        </button>
      </div>
    </form>
  );
}
