import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { Webhook } from '../../api/outside';
import { Confirm } from '../../ui/forms';
import { PageState, ProblemState } from '../../ui/states';
import { type Column, SkeletonRows, Table } from '../../ui/Table';
import { rethrow } from '../../ui/usePatients';
import { words } from '../../ui/words';
import { Attempts } from './Attempts';
import { useOutside } from './useAdmin';
import { WebhookDialog } from './WebhookDialog';

const text = words.webhooks;
type Open = { what: 'edit' | 'remove' | 'look'; id: string } | { what: 'new' } | null;

/** Other systems that are told of incidents. */
export function Webhooks() {
  const outside = useOutside();
  const client = useQueryClient();
  const [open, setOpen] = useState<Open>(null);
  const found = useQuery({ queryKey: ['webhooks'], queryFn: ({ signal }) => outside.webhooks(signal) });
  const changed = (): void => void client.invalidateQueries({ queryKey: ['webhooks'] });
  const close = (): void => setOpen(null);
  const one = open && 'id' in open ? found.data?.items.find(({ id }) => id === open.id) : undefined;
  return (
    <>
      <p className="admin-intro">{text.intro}</p>
      <div className="tools">
        <span className="grow" />
        <button type="button" className="button button-press" onClick={() => setOpen({ what: 'new' })}>
          {text.add}
        </button>
      </div>
      {found.isError && <ProblemState error={found.error} retry={() => void found.refetch()} />}
      {found.isPending && <SkeletonRows />}
      {found.data?.items.length === 0 && (
        <PageState>
          <p>{text.none}</p>
        </PageState>
      )}
      {found.data && found.data.items.length > 0 && (
        <Table
          caption={words.admin.sections.webhooks}
          columns={columns(setOpen)}
          rows={found.data.items}
          rowKey={({ id }) => id}
          rowClass={({ enabled }) => (enabled ? '' : 'row-off')}
        />
      )}
      {open?.what === 'new' && <WebhookDialog webhook={null} close={close} changed={changed} />}
      {open?.what === 'edit' && one && <WebhookDialog webhook={one} close={close} changed={changed} />}
      {open?.what === 'look' && one && <Attempts webhook={one} close={close} />}
      {open?.what === 'remove' && one && (
        <Confirm
          title={text.removeWhich(one.name)}
          help={text.removeHelp}
          label={text.remove}
          known={{ ...words.patients.known, ...text.known }}
          act={() => outside.removeWebhook(one.id).catch(rethrow).finally(changed)}
          close={close}
        />
      )}
    </>
  );
}

function columns(open: (what: Open) => void): Column<Webhook>[] {
  const button = (what: 'edit' | 'remove' | 'look', label: string, { id, name }: Webhook) => (
    <button type="button" className="button" onClick={() => open({ what, id })}>
      {label}
      <span className="hidden-words"> {name}</span>
    </button>
  );
  return [
    { label: text.name, head: true, cell: (one) => one.name },
    { label: text.address, cell: (one) => one.address },
    {
      label: text.kinds,
      cell: ({ kinds }) => kinds.map((kind) => words.notify.kinds[kind] ?? kind).join(', ') || text.everything,
    },
    {
      label: text.priorities,
      cell: ({ priorities }) => priorities.map((priority) => words.alerts.priority[priority]).join(', '),
    },
    {
      label: text.state,
      cell: ({ enabled, failed }) => (
        <>
          {enabled ? text.on : text.off}
          <small>{text.failed(failed)}</small>
        </>
      ),
    },
    { label: text.owner, cell: ({ owner }) => owner ?? words.none },
    {
      label: words.admin.edit,
      actions: true,
      cell: (one) => (
        <span className="form-buttons">
          {button('look', text.look, one)}
          {button('edit', words.admin.edit, one)}
          {button('remove', text.remove, one)}
        </span>
      ),
    },
  ];
}
