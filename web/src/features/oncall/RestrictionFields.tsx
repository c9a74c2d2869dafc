import { DAYS } from '../../api/oncallShapes';
import { Field } from '../../ui/forms';
import { words } from '../../ui/words';
import type { RestrictionDraft } from './draft';

const text = words.schedules.editor;

interface Props {
  restriction: RestrictionDraft;
  number: number;
  /** Of which layer. */
  layer: number;
  wrong: { days: boolean; times: boolean };
  set(more: Partial<RestrictionDraft>): void;
  remove(): void;
}

/** When a layer counts: on which days of the week, from when until when. */
export function RestrictionFields({ restriction, number, layer, wrong, set, remove }: Props) {
  const { days, from, until } = restriction;
  const over = from !== '' && until !== '' && until <= from;
  return (
    <fieldset className="restriction">
      <legend>
        {text.restriction(number)}
        <span className="hidden-words"> {text.layer(layer)}</span>
      </legend>
      <div className="choices">
        {DAYS.map((day) => (
          <label key={day} className="choice">
            <input
              type="checkbox"
              checked={days.includes(day)}
              onChange={(event) =>
                set({ days: event.target.checked ? [...days, day] : days.filter((one) => one !== day) })
              }
            />
            {text.day[day]}
          </label>
        ))}
      </div>
      {wrong.days && <span className="field-error">{text.wrong.days}</span>}
      <div className="restriction-times">
        <Field
          label={text.from}
          type="time"
          value={from}
          error={wrong.times ? text.wrong.times : ''}
          onChange={(event) => set({ from: event.target.value })}
        />
        <Field
          label={text.until}
          type="time"
          value={until}
          hint={over ? text.untilNext : undefined}
          onChange={(event) => set({ until: event.target.value })}
        />
        <button type="button" className="button" aria-label={text.removeRestriction(number)} onClick={remove}>
          {text.remove}
        </button>
      </div>
    </fieldset>
  );
}
