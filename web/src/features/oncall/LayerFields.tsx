import type { DutyStaff } from '../../api/oncall';
import { ROTATIONS, UNITS } from '../../api/oncallShapes';
import { Choice, Field } from '../../ui/forms';
import { words } from '../../ui/words';
import { type LayerDraft, newRestriction, type WrongLayer } from './draft';
import { Members } from './Members';
import { RestrictionFields } from './RestrictionFields';

const text = words.schedules.editor;

interface Props {
  layer: LayerDraft;
  number: number;
  wrong: WrongLayer;
  /** Who can take turns. */
  staff: readonly DutyStaff[];
  set(more: Partial<LayerDraft>): void;
}

/** One rotation: how turns change, from when on, who takes them, and when the layer counts. */
export function LayerFields({ layer, number, wrong, staff, set }: Props) {
  return (
    <>
      <div className="form-columns layer-turns">
        <Choice
          label={text.rotation}
          value={layer.rotation}
          choose={(one) => set({ rotation: ROTATIONS.find((each) => each === one) ?? 'weekly' })}
          options={ROTATIONS.map((one) => [one, text.rotations[one] ?? one] as const)}
        />
        {layer.rotation === 'custom' && (
          <>
            <Field
              label={text.length}
              inputMode="numeric"
              value={layer.length}
              error={wrong.length ? text.wrong.length : ''}
              onChange={(event) => set({ length: event.target.value })}
            />
            <Choice
              label={text.unit}
              value={layer.unit}
              choose={(one) => set({ unit: UNITS.find((each) => each === one) ?? 'hours' })}
              options={UNITS.map((one) => [one, text.units[one] ?? one] as const)}
            />
          </>
        )}
        <Field
          label={text.handOver}
          type="time"
          value={layer.handOver}
          error={wrong.handOver ? text.wrong.handOver : ''}
          onChange={(event) => set({ handOver: event.target.value })}
        />
        <Field
          label={text.start}
          type="date"
          value={layer.start}
          error={wrong.start ? text.wrong.start : ''}
          onChange={(event) => set({ start: event.target.value })}
        />
      </div>
      <Members
        label={text.members}
        members={layer.members}
        staff={staff}
        error={wrong.members ? text.wrong.members : ''}
        set={(members) => set({ members })}
      />
      <fieldset>
        <legend>{text.restrictions}</legend>
        {layer.restrictions.length === 0 && <p className="soft">{text.always}</p>}
        {layer.restrictions.map((one, index) => (
          <RestrictionFields
            key={one.key}
            restriction={one}
            number={index + 1}
            layer={number}
            wrong={wrong.restrictions[index] ?? { days: false, times: false }}
            set={(more) =>
              set({ restrictions: layer.restrictions.map((each) => (each === one ? { ...each, ...more } : each)) })
            }
            remove={() => set({ restrictions: layer.restrictions.filter((each) => each !== one) })}
          />
        ))}
        <button
          type="button"
          className="button"
          onClick={() => set({ restrictions: [...layer.restrictions, newRestriction()] })}
        >
          {text.addRestriction}
        </button>
      </fieldset>
    </>
  );
}
