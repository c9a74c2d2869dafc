import { useQuery } from '@tanstack/react-query';
import { useId, useState } from 'react';
import type { Person, WardEntry } from '../../api/adminShapes';
import { Field } from '../../ui/forms';
import { words } from '../../ui/words';
import { useAdmin } from './useAdmin';

const text = words.admin.people;
/** Accounts of machines are made elsewhere. */
const NOT_PEOPLE = ['device', 'service'];

/** Name, role and what goes with the role: the wards they look after, or the record that is theirs. */
export function PersonFields({ person, wards }: { person: Person | null; wards: readonly WardEntry[] }) {
  const admin = useAdmin();
  const id = useId();
  const [role, setRole] = useState(person?.role ?? 'nurse');
  const roles = useQuery({ queryKey: ['roles'], queryFn: ({ signal }) => admin.roles(signal), staleTime: 60_000 });
  const choices = new Set([...(roles.data?.items.map((one) => one.role) ?? Object.keys(words.role)), role]);
  return (
    <>
      <Field
        label={text.name}
        name="name"
        hint={text.nameHint}
        defaultValue={person?.name}
        autoComplete="off"
        maxLength={120}
      />
      {!person && <Field label={text.user} name="user" hint={text.userHint} autoComplete="off" maxLength={64} />}
      <div className="field">
        <label htmlFor={id}>{text.role}</label>
        <select id={id} className="input" name="role" value={role} onChange={(event) => setRole(event.target.value)}>
          {[...choices]
            .filter((one) => !NOT_PEOPLE.includes(one))
            .map((one) => (
              <option key={one} value={one}>
                {words.role[one] ?? one}
              </option>
            ))}
        </select>
      </div>
      {role === 'patient' ? (
        !person && <Field label={text.patient} name="patient" hint={text.patientHint} autoComplete="off" />
      ) : (
        <fieldset className="ward-choices">
          <legend>
            {text.wards} <span className="field-hint">{text.wardsHint}</span>
          </legend>
          {wards.map((ward) => (
            <label key={ward.id} className="choice">
              <input type="checkbox" name="wards" value={ward.id} defaultChecked={person?.wards.includes(ward.id)} />
              {ward.name}
            </label>
          ))}
          {wards.length === 0 && <span className="field-hint">{words.admin.wards.none}</span>}
        </fieldset>
      )}
    </>
  );
}

export const chosenWards = (form: HTMLFormElement): string[] => new FormData(form).getAll('wards').map(String);
