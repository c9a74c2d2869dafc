import { useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import type { EmergencyEntry } from '../../api/adminShapes';
import { useFilters } from '../../ui/filters';
import { timeOrDate } from '../../ui/format';
import { Dialog, FormProblem, fieldsOf, useAction } from '../../ui/forms';
import { NoteField } from '../../ui/NoteField';
import { type Column, PagedTable, usePages } from '../../ui/Table';
import { words } from '../../ui/words';
import { OpenOrAll } from './OpenOrAll';
import { useAdmin } from './useAdmin';

const text = words.admin.emergencies;
const VERDICTS = ['justified', 'unjustified'] as const;

/** Every emergency access is looked at afterwards by somebody else. */
export function Emergencies() {
  const admin = useAdmin();
  const client = useQueryClient();
  const { values, set } = useFilters(['show']);
  const all = values.show === 'all';
  const [chosen, setChosen] = useState<EmergencyEntry | null>(null);
  const accesses = usePages(['emergencies', all], (after, signal) =>
    admin.emergencies({ open: all ? null : 'true', limit: '50', after }, signal),
  );
  return (
    <>
      <div className="tools">
        <OpenOrAll label={text.filter} open={text.open} all={text.all} isAll={all} choose={(show) => set({ show })} />
      </div>
      <PagedTable
        paged={accesses}
        caption={text.table}
        empty={all ? text.noneAtAll : text.none}
        columns={columns(setChosen)}
        rowKey={(access) => access.id}
        rowClass={(access) => (access.verdict === null ? '' : 'row-off')}
      />
      {chosen && (
        <Review
          access={chosen}
          close={() => setChosen(null)}
          done={() => void client.invalidateQueries({ queryKey: ['emergencies'] })}
        />
      )}
    </>
  );
}

function columns(choose: (access: EmergencyEntry) => void): Column<EmergencyEntry>[] {
  return [
    {
      label: text.at,
      className: 'nowrap',
      cell: (access) => (
        <>
          {timeOrDate(access.at, Date.now())}
          <small>{text.until(timeOrDate(access.until, Date.now()))}</small>
        </>
      ),
    },
    { label: text.who, head: true, cell: (access) => access.actor?.name ?? words.none },
    {
      label: text.patient,
      cell: ({ patient }) => (
        <>
          {patient.shortName}
          <small>{text.place(patient.ward, patient.bed)}</small>
        </>
      ),
    },
    { label: text.reason, cell: (access) => access.reason, className: 'wide' },
    {
      label: text.state,
      cell: (access) =>
        access.verdict === null ? (
          <button type="button" className="button" onClick={() => choose(access)}>
            {text.review}
            <span className="hidden-words">: {access.actor?.name}</span>
          </button>
        ) : (
          <>
            {text.verdicts[access.verdict]}
            <small>
              {access.reviewedAt !== null &&
                text.by(access.reviewedBy ?? '', timeOrDate(access.reviewedAt, Date.now()))}
              {access.note && ` · ${access.note}`}
            </small>
          </>
        ),
    },
  ];
}

function Review({ access, close, done }: { access: EmergencyEntry; close(): void; done(): void }) {
  const admin = useAdmin();
  const action = useAction();
  const submit = async (event: FormEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault();
    const field = fieldsOf(event.currentTarget);
    const verdict = VERDICTS.find((one) => one === field('verdict'));
    const note = field('note');
    if (!verdict) return action.refuse(text.missing);
    if (!note) return action.refuse(words.admin.noteMissing);
    if (!(await action.run(() => admin.reviewEmergency(access.id, verdict, note).then(() => true)))) return;
    done();
    close();
  };
  return (
    <Dialog title={text.reviewTitle} close={close}>
      <p className="dialog-text">
        <b>{access.actor?.name}</b> · {access.patient.shortName}, {text.place(access.patient.ward, access.patient.bed)}{' '}
        · {timeOrDate(access.at, Date.now())}
      </p>
      <blockquote className="quote">{access.reason}</blockquote>
      <form className="form" onSubmit={(event) => void submit(event)} noValidate>
        <fieldset>
          <legend>{text.verdict}</legend>
          {VERDICTS.map((one) => (
            <label key={one} className="choice">
              <input type="radio" name="verdict" value={one} />
              {text.verdicts[one]}
            </label>
          ))}
        </fieldset>
        <NoteField hint={text.noteHint} />
        <FormProblem>{action.problem}</FormProblem>
        <button type="submit" className="button button-press" disabled={action.busy}>
          {text.review}
        </button>
      </form>
    </Dialog>
  );
}
