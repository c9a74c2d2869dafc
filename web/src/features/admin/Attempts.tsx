import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { Delivery, Webhook } from '../../api/outside';
import { Dialog, FormDone, FormProblem, useAction } from '../../ui/forms';
import { PagedTable, usePages } from '../../ui/Table';
import { rethrow } from '../../ui/usePatients';
import { words } from '../../ui/words';
import { deliveryColumns } from './deliveryColumns';
import { useOutside } from './useAdmin';

const text = words.webhooks;
const LOOK_MS = 2_000;

/** What was sent to another system, what became of it, and a test. */
export function Attempts({ webhook, close }: { webhook: Webhook; close(): void }) {
  const outside = useOutside();
  const client = useQueryClient();
  const action = useAction({ ...words.patients.known, ...text.known });
  const [tested, setTested] = useState(false);
  const key = ['webhook-attempts', webhook.id];
  // Again while something is on its way, and while a test that was asked for is not seen to have ended.
  const sent = usePages<Delivery>(
    key,
    (after, signal) => outside.attempts(webhook.id, after, signal),
    (rows) => (tested || rows.some(({ stage }) => stage === 'queued') ? LOOK_MS : false),
  );
  const test = async (): Promise<void> => {
    setTested(false);
    const done = await action.run(() =>
      outside
        .testWebhook(webhook.id)
        .catch(rethrow)
        .then(() => true),
    );
    if (!done) return;
    setTested(true);
    void client.invalidateQueries({ queryKey: key });
  };
  return (
    <Dialog title={text.lookAt(webhook.name)} close={close} wide>
      <div className="form-buttons">
        <button type="button" className="button button-press" disabled={action.busy} onClick={() => void test()}>
          {text.test}
        </button>
      </div>
      <FormProblem>{action.problem}</FormProblem>
      <FormDone>{tested ? text.tested : ''}</FormDone>
      <PagedTable
        paged={sent}
        caption={text.lookAt(webhook.name)}
        empty={text.noneSent}
        columns={deliveryColumns(false)}
        rowKey={({ id }) => id}
      />
    </Dialog>
  );
}
