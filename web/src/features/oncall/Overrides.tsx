import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { Schedule } from '../../api/oncall';
import { useNow } from '../../ui/care';
import { timeOrDate } from '../../ui/format';
import { FormDone, FormProblem, useAction } from '../../ui/forms';
import { words } from '../../ui/words';
import { scheduleName, useDutyChanged, useOnCallApi } from './common';

const text = words.oncall;

/** Overrides that count now or later, and the way to take one back. */
export function Overrides({ schedules, manages }: { schedules: readonly Schedule[]; manages: boolean }) {
  const api = useOnCallApi();
  const changed = useDutyChanged();
  const now = useNow();
  const action = useAction();
  const [said, setSaid] = useState('');
  const overrides = useQuery({ queryKey: ['overrides'], queryFn: ({ signal }) => api.overrides(signal) });
  const mine = overrides.data?.filter((one) => schedules.some(({ id }) => id === one.schedule)) ?? [];
  const remove = async (id: string): Promise<void> => {
    if (!(await action.run(() => api.endOverride(id).then(() => true)))) return;
    setSaid(text.removed);
    changed();
  };
  return (
    <section aria-labelledby="overrides-title" className="overrides">
      <h3 id="overrides-title">{text.overrides}</h3>
      {overrides.data && mine.length === 0 && <p className="soft">{text.overridesNone}</p>}
      <ul>
        {mine.map((one) => (
          <li key={one.id}>
            <b>{one.person.name ?? text.nobody}</b>
            <span>
              {scheduleName(schedules, one.schedule)}, {timeOrDate(one.from, now)} – {timeOrDate(one.until, now)}
            </span>
            {one.reason && <span className="soft">{one.reason}</span>}
            {manages && (
              <button
                type="button"
                className="button button-plain"
                disabled={action.busy}
                onClick={() => void remove(one.id)}
              >
                {text.remove}
                <span className="hidden-words"> {one.person.name}</span>
              </button>
            )}
          </li>
        ))}
      </ul>
      <FormProblem>{action.problem}</FormProblem>
      <FormDone>{said}</FormDone>
    </section>
  );
}
