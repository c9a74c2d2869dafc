import { useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useEffect, useState } from 'react';
import { EventFeed } from '../../live/events';
import type { SecurityEvent } from '../../live/types';
import { useFilters } from '../../ui/filters';
import { timeOrDate } from '../../ui/format';
import { Dialog, FormProblem, fieldsOf, useAction } from '../../ui/forms';
import { NoteField } from '../../ui/NoteField';
import { useServices } from '../../ui/services';
import { type Column, PagedTable, rowsOf, usePages } from '../../ui/Table';
import { words } from '../../ui/words';
import { OpenOrAll } from './OpenOrAll';
import { useAdmin } from './useAdmin';

const text = words.admin.events;
const PAGE = '50';

/** What somebody has to look into: the open ones first. New ones announce themselves above and never move a row by themselves. */
export function Events() {
  const admin = useAdmin();
  const client = useQueryClient();
  const { values, set } = useFilters(['show']);
  const all = values.show === 'all';
  const [chosen, setChosen] = useState<SecurityEvent | null>(null);
  const events = usePages(['events', all], (after, signal) =>
    admin.events({ open: all ? null : 'true', limit: PAGE, after }, signal),
  );
  const [fresh, setFresh] = useFresh();
  const known = new Set(rowsOf(events).map((one) => one.id));
  const unseen = events.data ? [...fresh].filter((id) => !known.has(id)).length : 0;
  const reload = (): void => {
    setFresh(new Set());
    void client.invalidateQueries({ queryKey: ['events'] });
  };
  return (
    <>
      <div className="tools">
        <OpenOrAll label={text.filter} open={text.open} all={text.all} isAll={all} choose={(show) => set({ show })} />
      </div>
      <div role="status">
        {unseen > 0 && (
          <div className="fresh">
            <b>{text.fresh(unseen)}</b>
            <button type="button" className="button" onClick={reload}>
              {text.showFresh}
            </button>
          </div>
        )}
      </div>
      <PagedTable
        paged={events}
        caption={text.table}
        empty={all ? text.noneAtAll : text.none}
        arranged={openFirst}
        columns={columns(setChosen)}
        rowKey={(event) => event.id}
        rowClass={(event) => (event.acknowledgedAt === null ? '' : 'row-off')}
      />
      {chosen && <Acknowledge event={chosen} close={() => setChosen(null)} done={reload} />}
    </>
  );
}

/** Open before done; within each as the server has them, the newest first. */
export const openFirst = (events: SecurityEvent[]): SecurityEvent[] =>
  events.toSorted((a, b) => Number(a.acknowledgedAt !== null) - Number(b.acknowledgedAt !== null));

/** The ids that came since the list was loaded. */
function useFresh(): [ReadonlySet<string>, (ids: ReadonlySet<string>) => void] {
  const { session } = useServices();
  const admin = useAdmin();
  const [fresh, setFresh] = useState<ReadonlySet<string>>(new Set());
  useEffect(() => {
    const add = (...ids: string[]): void => setFresh((before) => new Set([...before, ...ids]));
    const feed = new EventFeed({
      token: () => session.validToken(),
      refused: () => session.renewed(),
      event: (event) => add(event.id),
      // What came while nobody listened announces itself like the rest.
      missed: () => {
        admin.events({ open: 'true', limit: PAGE }).then(
          (page) => add(...page.items.map((one) => one.id)),
          () => undefined,
        );
      },
    });
    feed.start();
    return () => feed.stop();
  }, [admin, session]);
  return [fresh, setFresh];
}

function columns(choose: (event: SecurityEvent) => void): Column<SecurityEvent>[] {
  return [
    { label: text.at, cell: (event) => timeOrDate(event.at, Date.now()), className: 'nowrap' },
    {
      label: text.severity,
      cell: (event) => <span className={`chip severity-${event.severity}`}>{text.severities[event.severity]}</span>,
    },
    { label: text.kind, head: true, cell: (event) => text.kinds[event.kind] ?? event.kind },
    { label: text.what, cell: (event) => event.text, className: 'wide' },
    { label: text.who, cell: (event) => event.actor?.name ?? words.none },
    {
      label: text.state,
      cell: (event) =>
        event.acknowledgedAt === null ? (
          <button type="button" className="button" onClick={() => choose(event)}>
            {text.acknowledge}
            <span className="hidden-words">: {event.text}</span>
          </button>
        ) : (
          <>
            {text.by(event.acknowledgedBy ?? '', timeOrDate(event.acknowledgedAt, Date.now()))}
            <small>{event.note}</small>
          </>
        ),
    },
  ];
}

function Acknowledge({ event, close, done }: { event: SecurityEvent; close(): void; done(): void }) {
  const admin = useAdmin();
  const action = useAction();
  const submit = async (submitted: FormEvent<HTMLFormElement>): Promise<void> => {
    submitted.preventDefault();
    const note = fieldsOf(submitted.currentTarget)('note');
    if (!note) return action.refuse(words.admin.noteMissing);
    if (!(await action.run(() => admin.acknowledgeEvent(event.id, note).then(() => true)))) return;
    done();
    close();
  };
  return (
    <Dialog title={text.acknowledgeTitle} close={close}>
      <p className="dialog-text">{event.text}</p>
      <form className="form" onSubmit={(submitted) => void submit(submitted)} noValidate>
        <NoteField hint={text.noteHint} />
        <FormProblem>{action.problem}</FormProblem>
        <button type="submit" className="button button-press" disabled={action.busy}>
          {text.acknowledge}
        </button>
      </form>
    </Dialog>
  );
}
