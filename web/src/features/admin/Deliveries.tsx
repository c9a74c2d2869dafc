import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { may } from '../../api/me';
import type { Delivery } from '../../api/outside';
import { FormDone, FormProblem, useAction } from '../../ui/forms';
import { useServices } from '../../ui/services';
import { type Column, PagedTable, usePages } from '../../ui/Table';
import { rethrow } from '../../ui/usePatients';
import { words } from '../../ui/words';
import { deliveryColumns } from './deliveryColumns';
import { useOutside } from './useAdmin';

const text = words.deliveries;

/** Messages that were given up, on whatever way, and the way to try again. */
export function Deliveries() {
  const outside = useOutside();
  const client = useQueryClient();
  const { user } = useServices();
  const action = useAction({ ...words.patients.known, ...text.known });
  const [done, setDone] = useState('');
  const failed = usePages(['failed-deliveries'], (after, signal) => outside.failed(after, signal));
  const again = async (id: string): Promise<void> => {
    setDone('');
    const queued = await action.run(() =>
      outside
        .sendAgain(id)
        .catch(rethrow)
        .then(() => true),
    );
    if (queued) setDone(text.queued);
    void client.invalidateQueries({ queryKey: ['failed-deliveries'] });
  };
  const columns: Column<Delivery>[] = deliveryColumns(true);
  if (may(user, 'operations.manage'))
    columns.push({
      label: text.again,
      actions: true,
      cell: (one) => (
        <button type="button" className="button" disabled={action.busy} onClick={() => void again(one.id)}>
          {text.again}
          <span className="hidden-words"> {one.destination}</span>
        </button>
      ),
    });
  return (
    <>
      <p className="admin-intro">{text.intro}</p>
      <FormProblem>{action.problem}</FormProblem>
      <FormDone>{done}</FormDone>
      <PagedTable paged={failed} caption={text.table} empty={text.none} columns={columns} rowKey={(one) => one.id} />
    </>
  );
}
