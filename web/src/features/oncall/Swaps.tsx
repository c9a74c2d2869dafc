import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { Schedule, Swap } from '../../api/oncall';
import { useNow } from '../../ui/care';
import { timeOrDate } from '../../ui/format';
import { FormDone, FormProblem, useAction } from '../../ui/forms';
import { words } from '../../ui/words';
import { useDutyChanged, useOnCallApi } from './common';

const text = words.schedules.swaps;

/** Swaps that count now or later, and the way to take one back that has not begun. */
export function Swaps({ schedules, manages }: { schedules: readonly Schedule[]; manages: boolean }) {
  const api = useOnCallApi();
  const changed = useDutyChanged();
  const now = useNow();
  const action = useAction(text.known);
  const [said, setSaid] = useState('');
  const swaps = useQuery({ queryKey: ['swaps'], queryFn: ({ signal }) => api.swaps(signal) });
  const concerns = ({ first, second }: Swap): boolean =>
    schedules.some(({ id }) => id === first.schedule || id === second.schedule);
  const mine = swaps.data?.filter(concerns) ?? [];
  const remove = async (id: string): Promise<void> => {
    setSaid('');
    if (!(await action.run(() => api.endSwap(id).then(() => true)))) return;
    setSaid(text.removed);
    changed();
  };
  const when = ({ from, until }: Swap['first']): string => `${timeOrDate(from, now)} – ${timeOrDate(until, now)}`;
  const name = ({ person }: Swap['first']): string => person.name ?? words.oncall.nobody;
  return (
    <section aria-labelledby="swaps-title" className="swaps">
      <h3 id="swaps-title">{text.title}</h3>
      {swaps.isError && <p role="alert">{words.oncall.failed}</p>}
      {swaps.data && mine.length === 0 && <p className="soft">{text.none}</p>}
      <ul>
        {mine.map((one) => (
          <li key={one.id}>
            <span>{text.one(name(one.first), when(one.first), name(one.second), when(one.second))}</span>
            {one.reason && <span className="soft">{one.reason}</span>}
            {manages && Math.min(one.first.from, one.second.from) > now && (
              <button
                type="button"
                className="button button-plain"
                disabled={action.busy}
                onClick={() => void remove(one.id)}
              >
                {text.remove}
                <span className="hidden-words">
                  {' '}
                  {name(one.first)} ↔ {name(one.second)}
                </span>
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
