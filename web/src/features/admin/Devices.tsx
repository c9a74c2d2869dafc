import { useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useId, useState } from 'react';
import { Link } from 'react-router';
import type { DeviceEntry, DeviceSecret } from '../../api/adminShapes';
import { useFilters } from '../../ui/filters';
import { timeOrDate } from '../../ui/format';
import { Dialog, Field, FormProblem, fieldsOf, Secret, useAction } from '../../ui/forms';
import { SearchBox } from '../../ui/SearchBox';
import { type Column, PagedTable, usePages } from '../../ui/Table';
import { words } from '../../ui/words';
import { useAdmin } from './useAdmin';

const text = words.admin.devices;

export function Devices() {
  const admin = useAdmin();
  const client = useQueryClient();
  const { values, set } = useFilters(['search']);
  const [adding, setAdding] = useState(false);
  const devices = usePages(['devices', values.search], (after, signal) =>
    admin.devices({ search: values.search, limit: '50', after }, signal),
  );
  return (
    <>
      <div className="tools">
        <SearchBox hint={text.searchHint} value={values.search} set={(search) => set({ search })} />
        <span className="grow" />
        <button type="button" className="button button-press" onClick={() => setAdding(true)}>
          {text.add}
        </button>
      </div>
      <PagedTable
        paged={devices}
        caption={words.admin.sections.devices}
        empty={text.none}
        columns={COLUMNS}
        rowKey={(device) => device.id}
        rowClass={(device) => (device.revokedAt === null ? '' : 'row-off')}
      />
      {adding && (
        <AddDevice
          close={() => setAdding(false)}
          changed={() => void client.invalidateQueries({ queryKey: ['devices'] })}
        />
      )}
    </>
  );
}

const COLUMNS: Column<DeviceEntry>[] = [
  { label: text.id, head: true, cell: (device) => device.id },
  { label: text.patient, cell: (device) => device.patient ?? words.none },
  { label: text.ward, cell: (device) => device.ward ?? words.none },
  { label: text.keys, cell: (device) => device.keys, className: 'number' },
  { label: text.created, cell: (device) => timeOrDate(device.createdAt, Date.now()) },
  { label: text.state, cell: (device) => <DeviceState device={device} /> },
  {
    label: words.admin.open,
    actions: true,
    cell: (device) => (
      <Link className="button" to={`/admin/devices/${encodeURIComponent(device.id)}`}>
        {words.admin.open}
        <span className="hidden-words"> {device.id}</span>
      </Link>
    ),
  },
];

export function DeviceState({ device }: { device: DeviceEntry }) {
  return device.revokedAt === null ? (
    <span>{text.inUse}</span>
  ) : (
    <span className="chip">{text.revoked(timeOrDate(device.revokedAt, Date.now()))}</span>
  );
}

/** What is told once: closing the dialog is the end of it. */
export function DeviceSecrets({ secret, done }: { secret: DeviceSecret; done(): void }) {
  return (
    <>
      <p className="dialog-text">{text.once}</p>
      {secret.token !== null && <Secret label={text.token} value={secret.token} />}
      <Secret
        label={`${text.key(secret.keyId)} · ${text.algorithms[secret.algorithm] ?? secret.algorithm}`}
        value={secret.key}
      />
      <div className="form-buttons">
        <button type="button" className="button button-press" onClick={done}>
          {words.action.done}
        </button>
      </div>
    </>
  );
}

export function AlgorithmField() {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{text.algorithm}</label>
      <select id={id} className="input" name="algorithm">
        {Object.entries(text.algorithms).map(([name, label]) => (
          <option key={name} value={name}>
            {label}
          </option>
        ))}
      </select>
    </div>
  );
}

function AddDevice({ close, changed }: { close(): void; changed(): void }) {
  const admin = useAdmin();
  const action = useAction(text.known);
  const [secret, setSecret] = useState<DeviceSecret | null>(null);
  const submit = async (event: FormEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault();
    const field = fieldsOf(event.currentTarget);
    const [id, algorithm] = [field('id'), field('algorithm')];
    if (!id) return action.refuse(text.missing);
    const answer = await action.run(() => admin.addDevice(id, algorithm));
    if (!answer) return;
    changed();
    setSecret(answer);
  };
  return (
    <Dialog title={text.add} close={close} held={secret !== null}>
      {secret ? (
        <DeviceSecrets secret={secret} done={close} />
      ) : (
        <form className="form" onSubmit={(event) => void submit(event)} noValidate>
          <Field label={text.id} name="id" hint={text.idHint} autoComplete="off" maxLength={64} />
          <AlgorithmField />
          <FormProblem>{action.problem}</FormProblem>
          <button type="submit" className="button button-press" disabled={action.busy}>
            {words.admin.add}
          </button>
        </form>
      )}
    </Dialog>
  );
}
