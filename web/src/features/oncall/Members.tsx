import { useRef, useState } from 'react';
import type { DutyPerson, DutyStaff } from '../../api/oncall';
import { Choice } from '../../ui/forms';
import { words } from '../../ui/words';
import { moved } from './draft';

const text = words.schedules.editor;

interface Props {
  label: string;
  members: readonly DutyPerson[];
  staff: readonly DutyStaff[];
  error: string;
  set(members: DutyPerson[]): void;
}

/** Who takes turns, in the order of their turns: by buttons, so that keys and fingers can do it. Somebody may stand in it twice. */
export function Members({ label, members, staff, error, set }: Props) {
  const list = useRef<HTMLFieldSetElement>(null);
  const [chosen, setChosen] = useState('');
  const next = staff.find((one) => one.id === chosen);
  const remove = (index: number): void => {
    set(members.filter((_, at) => at !== index));
    // The button goes with its row: the focus stays among the members.
    list.current?.querySelector<HTMLElement>('select')?.focus();
  };
  const nameOf = (one: DutyPerson): string => one.name ?? text.gone;
  return (
    <fieldset ref={list} className="members">
      <legend>{label}</legend>
      {members.length === 0 && <p className="soft">{text.membersNone}</p>}
      <ol>
        {members.map((one, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: somebody may take more than one turn of the round
          <li key={`${one.id}/${index}`}>
            <span className="members-name">{nameOf(one)}</span>
            <button
              type="button"
              className="button beside"
              aria-label={text.up(nameOf(one))}
              disabled={index === 0}
              onClick={() => set(moved(members, index, -1))}
            >
              ↑
            </button>
            <button
              type="button"
              className="button beside"
              aria-label={text.down(nameOf(one))}
              disabled={index === members.length - 1}
              onClick={() => set(moved(members, index, 1))}
            >
              ↓
            </button>
            <button
              type="button"
              className="button beside"
              aria-label={text.removeWho(nameOf(one))}
              onClick={() => remove(index)}
            >
              {text.remove}
            </button>
          </li>
        ))}
      </ol>
      {staff.length === 0 ? (
        <p className="field-hint">{text.candidatesNone}</p>
      ) : (
        <div className="members-add">
          <Choice
            label={text.addMember}
            value={next?.id ?? ''}
            choose={setChosen}
            options={[['', text.choose] as const, ...staff.map((one) => [one.id, one.name ?? one.id] as const)]}
          />
          <button
            type="button"
            className="button"
            disabled={!next}
            onClick={() => {
              if (next) set([...members, { id: next.id, name: next.name }]);
              setChosen('');
            }}
          >
            {words.admin.add}
          </button>
        </div>
      )}
      {error && <span className="field-error">{error}</span>}
    </fieldset>
  );
}
