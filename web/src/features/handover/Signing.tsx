import { useQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { type HandOver, HandOverApi } from '../../api/handover';
import { may } from '../../api/me';
import { useNow } from '../../ui/care';
import { timeOrDate } from '../../ui/format';
import { FormDone, FormProblem, useAction } from '../../ui/forms';
import { NoteField } from '../../ui/NoteField';
import { useServices } from '../../ui/services';
import { rethrow } from '../../ui/usePatients';
import { words } from '../../ui/words';

const text = words.handover;
const REFRESH_MS = 10_000;

/** Who gives signs first, who takes signs on their own screen. */
export function Signing({ ward }: { ward: string }) {
  const { session, user } = useServices();
  const api = useMemo(() => new HandOverApi(session), [session]);
  const action = useAction({ ...words.patients.known, 'handover-own': text.own });
  const [said, setSaid] = useState('');
  const list = useQuery({
    queryKey: ['handovers', ward],
    queryFn: ({ signal }) => api.list(ward, signal),
    refetchInterval: REFRESH_MS,
  });
  const run = async (act: () => Promise<void>, done: string): Promise<boolean> => {
    setSaid('');
    const did = await action.run(async () => {
      await act().catch(rethrow);
      return true;
    });
    void list.refetch();
    if (did) setSaid(done);
    return did === true;
  };
  const waiting = list.data?.find((one) => one.takenBy === null);
  const acts = may(user, 'alerts.act');
  return (
    <div className="handover-sign">
      {acts && (
        <form
          className="form handover-part"
          onSubmit={(event) => {
            event.preventDefault();
            const form = event.currentTarget;
            const notes = String(new FormData(form).get('note') ?? '').trim();
            void run(() => api.give(ward, notes), text.given).then((did) => {
              if (did) form.reset();
            });
          }}
        >
          <h2>{text.give}</h2>
          <NoteField label={text.notes} hint={text.notesHint} />
          <button type="submit" className="button button-press" disabled={action.busy}>
            {text.giveAs(user.name)}
          </button>
          <FormProblem>{action.problem}</FormProblem>
          <FormDone>{said}</FormDone>
        </form>
      )}
      <section className="handover-part" aria-labelledby="handover-list">
        <h2 id="handover-list">{text.list}</h2>
        {list.isError && <p role="alert">{text.failed}</p>}
        {list.data?.length === 0 && <p className="soft">{text.none}</p>}
        <ul className="handover-list">
          {list.data?.map((one) => (
            <Row
              key={one.id}
              one={one}
              take={acts && one === waiting ? () => void run(() => api.take(one.id), text.taken) : null}
              busy={action.busy}
            />
          ))}
        </ul>
      </section>
    </div>
  );
}

function Row({ one, take, busy }: { one: HandOver; take: (() => void) | null; busy: boolean }) {
  const { user } = useServices();
  const now = useNow();
  const own = one.givenBy.id === user.id;
  return (
    <li>
      <p>
        {one.takenBy === null ? (
          <b>{text.waiting(one.givenBy.name, timeOrDate(one.givenAt, now))}</b>
        ) : (
          text.both(one.givenBy.name, one.takenBy.name, timeOrDate(one.takenAt ?? one.givenAt, now))
        )}
      </p>
      {one.notes && <p>{one.notes}</p>}
      {one.summary && (
        <p className="soft">
          {text.summary(one.summary.incidents, one.summary.limits, one.summary.silences, one.summary.holes)}
        </p>
      )}
      {take && own && <p className="soft">{text.own}</p>}
      {take && !own && (
        <button type="button" className="button button-press handover-take" disabled={busy} onClick={take}>
          {text.takeAs(user.name)}
        </button>
      )}
    </li>
  );
}
