import { useState } from 'react';
import type { Schedule } from '../../api/oncall';
import { Dialog, FormProblem, Secret, useAction } from '../../ui/forms';
import { words } from '../../ui/words';
import { useOnCallApi } from './common';

const text = words.oncall;

/** An address with which a calendar program shows the schedules; it is told this once. */
export function Feed({ schedules }: { schedules: readonly Schedule[] }) {
  const api = useOnCallApi();
  const action = useAction();
  const [token, setToken] = useState<string | null>(null);
  const make = async (): Promise<void> => {
    const made = await action.run(() => api.feed(schedules[0]?.name ?? text.title));
    if (made) setToken(made);
  };
  return (
    <>
      <button type="button" className="button" disabled={action.busy} onClick={() => void make()}>
        {text.ical}
      </button>
      <FormProblem>{action.problem}</FormProblem>
      {token !== null && (
        <Dialog title={text.ical} close={() => setToken(null)} wide>
          <p className="dialog-text">{text.icalHelp}</p>
          {schedules.map((one) => (
            <Secret
              key={one.id}
              label={`${one.name}, ${text.tier(one.tier).toLowerCase()}`}
              value={`${window.location.origin}/api/oncall/${encodeURIComponent(one.id)}.ics?token=${encodeURIComponent(token)}`}
            />
          ))}
        </Dialog>
      )}
    </>
  );
}
