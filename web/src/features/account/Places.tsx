import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { clientName } from '../../ui/clientName';
import { timeOrDate } from '../../ui/format';
import { FormDone, FormProblem, useAction } from '../../ui/forms';
import { useServices } from '../../ui/services';
import { ProblemState } from '../../ui/states';
import { words } from '../../ui/words';

const text = words.account.sessions;

/** Where this account is signed in, and the way to end it there. */
export function Places() {
  const { account, session } = useServices();
  const client = useQueryClient();
  const [done, setDone] = useState('');
  const action = useAction();
  const places = useQuery({ queryKey: ['places'], queryFn: ({ signal }) => account.places(signal) });
  const end = async (id: string): Promise<void> => {
    setDone('');
    const ended = await action.run(() => account.endPlace(id).then(() => true));
    await client.invalidateQueries({ queryKey: ['places'] });
    if (ended) setDone(text.ended);
  };
  const endAll = async (): Promise<void> => {
    if (await action.run(() => account.signOutEverywhere().then(() => true))) session.leave();
  };
  return (
    <>
      {places.isError && <ProblemState error={places.error} retry={() => void places.refetch()} />}
      {places.data && (
        <ul className="own-list">
          {places.data.map((one) => (
            <li key={one.id}>
              <span>
                <b>
                  {clientName(one.client)} {one.current && <span className="chip">{text.current}</span>}{' '}
                  {one.locked && <span className="chip">{text.locked}</span>}
                </b>
                <small>
                  {one.address} · {text.since} {timeOrDate(one.createdAt, Date.now())}
                  {one.lastUsedAt !== null && ` · ${text.used} ${timeOrDate(one.lastUsedAt, Date.now())}`}
                </small>
              </span>
              {!one.current && (
                <button type="button" className="button" disabled={action.busy} onClick={() => void end(one.id)}>
                  {text.end}
                  <span className="hidden-words"> · {text.endWhich(clientName(one.client))}</span>
                </button>
              )}
            </li>
          ))}
        </ul>
      )}
      <FormDone>{done}</FormDone>
      <FormProblem>{action.problem}</FormProblem>
      <div className="form-buttons">
        <button type="button" className="button" disabled={action.busy} onClick={() => void endAll()}>
          {text.everywhere}
        </button>
        <span className="field-hint">{text.everywhereHelp}</span>
      </div>
    </>
  );
}
