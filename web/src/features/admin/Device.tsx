import { useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { Link } from 'react-router';
import type { DeviceKey, DeviceSecret } from '../../api/adminShapes';
import { timeOrDate } from '../../ui/format';
import { Confirm, Dialog, Field, FormProblem, fieldsOf, useAction } from '../../ui/forms';
import { ProblemState } from '../../ui/states';
import { type Column, SkeletonRows, Table } from '../../ui/Table';
import { words } from '../../ui/words';
import { AlgorithmField, DeviceSecrets, DeviceState } from './Devices';
import { overlapOf } from './overlap';
import { useAdmin } from './useAdmin';

const text = words.admin.devices;
type Open = 'issue' | 'revoke' | { key: string } | null;

/** One device and its keys. */
export function Device({ id }: { id: string }) {
  const admin = useAdmin();
  const client = useQueryClient();
  const [open, setOpen] = useState<Open>(null);
  const found = useQuery({ queryKey: ['device', id], queryFn: ({ signal }) => admin.device(id, signal) });
  const changed = (): void => {
    void client.invalidateQueries({ queryKey: ['device', id] });
    void client.invalidateQueries({ queryKey: ['devices'] });
  };
  const back = (
    <Link className="button button-plain" to="/admin/devices">
      {text.back}
    </Link>
  );
  if (found.isError)
    return (
      <ProblemState error={found.error} retry={() => void found.refetch()}>
        {back}
      </ProblemState>
    );
  if (!found.data) return <SkeletonRows />;
  const { device, keys } = found.data;
  const shared = { close: () => setOpen(null), known: text.known };
  return (
    <>
      <div className="tools">
        {back}
        <h3 className="device-id">{device.id}</h3>
        <span className="grow" />
        {device.revokedAt === null && (
          <>
            <button type="button" className="button" onClick={() => setOpen('revoke')}>
              {text.revoke}
            </button>
            <button type="button" className="button button-press" onClick={() => setOpen('issue')}>
              {text.issue}
            </button>
          </>
        )}
      </div>
      <dl className="device-facts">
        <Fact name={text.state}>
          <DeviceState device={device} />
        </Fact>
        <Fact name={text.patient}>{device.patient ?? words.none}</Fact>
        <Fact name={text.ward}>{device.ward ?? words.none}</Fact>
        <Fact name={text.created}>{timeOrDate(device.createdAt, Date.now())}</Fact>
      </dl>
      <Table
        caption={text.keyList}
        columns={keyColumns((key) => setOpen({ key }))}
        rows={keys}
        rowKey={(key) => key.keyId}
        rowClass={(key) => (inForce(key) ? '' : 'row-off')}
      />
      {open === 'issue' && <IssueKey id={id} close={() => setOpen(null)} changed={changed} />}
      {open === 'revoke' && (
        <Confirm
          {...shared}
          title={text.revokeWhich(id)}
          help={text.revokeHelp}
          label={text.revoke}
          act={() => admin.revokeDevice(id).then(changed)}
        />
      )}
      {typeof open === 'object' && open !== null && (
        <Confirm
          {...shared}
          title={text.revokeKeyWhich(open.key)}
          help={text.revokeKeyHelp}
          label={text.revokeKey}
          act={() => admin.revokeKey(id, open.key).then(changed)}
        />
      )}
    </>
  );
}

function Fact({ name, children }: { name: string; children: React.ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

const inForce = (key: DeviceKey): boolean =>
  key.revokedAt === null && (key.expiresAt === null || key.expiresAt > Date.now());

function keyColumns(revoke: (key: string) => void): Column<DeviceKey>[] {
  return [
    { label: text.keyId, head: true, cell: (key) => key.keyId },
    { label: text.algorithm, cell: (key) => text.algorithms[key.algorithm] ?? key.algorithm },
    { label: text.created, cell: (key) => timeOrDate(key.createdAt, Date.now()) },
    {
      label: text.ends,
      cell: (key) =>
        key.revokedAt !== null ? (
          <span className="chip">{text.revoked(timeOrDate(key.revokedAt, Date.now()))}</span>
        ) : key.expiresAt === null ? (
          text.open
        ) : (
          <>
            {timeOrDate(key.expiresAt, Date.now())} {!inForce(key) && <span className="chip">{text.ended}</span>}
          </>
        ),
    },
    {
      label: text.revokeKey,
      actions: true,
      cell: (key) =>
        inForce(key) && (
          <button type="button" className="button" onClick={() => revoke(key.keyId)}>
            {text.revokeKey}
            <span className="hidden-words"> {text.key(key.keyId)}</span>
          </button>
        ),
    },
  ];
}

function IssueKey({ id, close, changed }: { id: string; close(): void; changed(): void }) {
  const admin = useAdmin();
  const action = useAction(text.known);
  const [secret, setSecret] = useState<DeviceSecret | null>(null);
  const submit = async (event: FormEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault();
    const field = fieldsOf(event.currentTarget);
    const overlap = overlapOf(field('overlap'));
    if (overlap === undefined) return action.refuse(text.badOverlap);
    const answer = await action.run(() => admin.issueKey(id, field('algorithm'), overlap));
    if (!answer) return;
    changed();
    setSecret(answer);
  };
  return (
    <Dialog title={text.issue} close={close} held={secret !== null}>
      {secret ? (
        <DeviceSecrets secret={secret} done={close} />
      ) : (
        <form className="form" onSubmit={(event) => void submit(event)} noValidate>
          <p className="dialog-text">{text.issueHelp}</p>
          <AlgorithmField />
          <Field
            label={text.overlap}
            name="overlap"
            hint={text.overlapHint}
            inputMode="decimal"
            defaultValue="24"
            autoComplete="off"
          />
          <FormProblem>{action.problem}</FormProblem>
          <button type="submit" className="button button-press" disabled={action.busy}>
            {text.issue}
          </button>
        </form>
      )}
    </Dialog>
  );
}
