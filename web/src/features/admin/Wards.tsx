import { useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useId, useState } from 'react';
import type { WardEntry } from '../../api/adminShapes';
import { Dialog, Field, FormProblem, fieldsOf, useAction } from '../../ui/forms';
import { PageState, ProblemState } from '../../ui/states';
import { type Column, SkeletonRows, Table } from '../../ui/Table';
import { words } from '../../ui/words';
import { bedsOf, bedsText } from './beds';
import { useAdmin } from './useAdmin';

const text = words.admin.wards;

export function Wards() {
  const admin = useAdmin();
  const client = useQueryClient();
  const [open, setOpen] = useState<WardEntry | 'new' | null>(null);
  const wards = useQuery({ queryKey: ['admin-wards'], queryFn: ({ signal }) => admin.wards(signal) });
  const columns: Column<WardEntry>[] = [
    { label: text.name, head: true, cell: (ward) => ward.name },
    { label: text.id, cell: (ward) => ward.id },
    {
      label: text.beds,
      cell: (ward) => (
        <>
          {bedsText(ward.beds)} <small>({text.bedsCount(ward.beds.length)})</small>
        </>
      ),
    },
    { label: text.patients, cell: (ward) => ward.patients, className: 'number' },
    {
      label: words.admin.edit,
      actions: true,
      cell: (ward) => (
        <button type="button" className="button" onClick={() => setOpen(ward)}>
          {words.admin.edit}
          <span className="hidden-words"> {ward.name}</span>
        </button>
      ),
    },
  ];
  return (
    <>
      <div className="tools">
        <span className="grow" />
        <button type="button" className="button button-press" onClick={() => setOpen('new')}>
          {text.add}
        </button>
      </div>
      {wards.isError && <ProblemState error={wards.error} retry={() => void wards.refetch()} />}
      {wards.isPending && <SkeletonRows />}
      {wards.data?.items.length === 0 && (
        <PageState>
          <p>{text.none}</p>
        </PageState>
      )}
      {wards.data && wards.data.items.length > 0 && (
        <Table
          caption={words.admin.sections.wards}
          columns={columns}
          rows={wards.data.items}
          rowKey={(ward) => ward.id}
        />
      )}
      {open && (
        <WardDialog
          ward={open === 'new' ? null : open}
          close={() => setOpen(null)}
          changed={() => void client.invalidateQueries({ queryKey: ['admin-wards'] })}
        />
      )}
    </>
  );
}

function WardDialog({ ward, close, changed }: { ward: WardEntry | null; close(): void; changed(): void }) {
  const admin = useAdmin();
  const action = useAction(text.known);
  const area = useId();
  const [typed, setTyped] = useState(ward ? bedsText(ward.beds) : '');
  const { beds, problem } = bedsOf(typed);
  const submit = async (event: FormEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault();
    const field = fieldsOf(event.currentTarget);
    const [name, id] = [field('name'), ward?.id ?? field('id')];
    if (problem) return action.refuse(problem);
    if (!name || beds.length === 0) return action.refuse(text.missing);
    if (!/^[a-z0-9][a-z0-9-]*$/.test(id) && !ward) return action.refuse(text.missingId);
    const done = await action.run(async () => {
      if (ward) await admin.changeWard(ward.id, { name, beds });
      else await admin.addWard({ id, name, beds });
      return true;
    });
    if (!done) return;
    changed();
    close();
  };
  return (
    <Dialog title={ward ? text.edit(ward.name) : text.add} close={close}>
      <form className="form" onSubmit={(event) => void submit(event)} noValidate>
        <Field
          label={text.name}
          name="name"
          hint={text.nameHint}
          defaultValue={ward?.name}
          autoComplete="off"
          maxLength={80}
        />
        {!ward && <Field label={text.id} name="id" hint={text.idHint} autoComplete="off" maxLength={40} />}
        <div className="field">
          <label htmlFor={area}>{text.beds}</label>
          <textarea
            id={area}
            className="input input-area"
            value={typed}
            aria-describedby={`${area}-hint`}
            onChange={(event) => setTyped(event.target.value)}
          />
          <span id={`${area}-hint`} className="field-hint">
            {text.bedsHint} {problem || text.bedsCount(beds.length)}
          </span>
        </div>
        <FormProblem>{action.problem}</FormProblem>
        <button type="submit" className="button button-press" disabled={action.busy}>
          {words.action.save}
        </button>
      </form>
    </Dialog>
  );
}
