import { useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import type { DeadLetter } from '../../api/adminShapes';
import { may } from '../../api/me';
import { useFilters } from '../../ui/filters';
import { clockOrDate, timeOrDate } from '../../ui/format';
import { Choice, Dialog, FormDone, FormProblem, fieldsOf, useAction } from '../../ui/forms';
import { NoteField } from '../../ui/NoteField';
import { SearchBox } from '../../ui/SearchBox';
import { useServices } from '../../ui/services';
import { ProblemState } from '../../ui/states';
import { type Column, PagedTable, SkeletonRows, usePages } from '../../ui/Table';
import { words } from '../../ui/words';
import { useAdmin } from './useAdmin';

const text = words.admin.letters;
const PAGE = '50';
const SHORTEST_REASON = 10;
const FILTERS = ['source', 'reason', 'settled'] as const;

/** The question to the server: without a filter, those that wait. */
export function lettersQuery({ source, reason, settled }: Record<(typeof FILTERS)[number], string>) {
  return {
    source: ['device', 'event'].includes(source) ? source : null,
    reason: reason || null,
    settled: settled === 'all' ? null : settled === 'true' ? 'true' : 'false',
  };
}

/** What could not be believed or handled: looked at, sent the whole way again, or dropped with a reason. */
export function DeadLetters() {
  const admin = useAdmin();
  const client = useQueryClient();
  const { values, set, any } = useFilters(FILTERS);
  const query = lettersQuery(values);
  const [chosen, setChosen] = useState<string | null>(null);
  const [done, setDone] = useState('');
  const letters = usePages(['dead-letters', query], (after, signal) =>
    admin.deadLetters({ ...query, limit: PAGE, after }, signal),
  );
  const settled = (said: string): void => {
    setDone(said);
    void client.invalidateQueries({ queryKey: ['dead-letters'] });
  };
  return (
    <>
      <p className="admin-intro">{text.intro}</p>
      <div className="filters">
        <Choice
          label={text.state}
          value={values.settled}
          choose={(one) => set({ settled: one })}
          options={['', 'true', 'all'].map((one) => [one, text.settled[one] ?? one] as const)}
        />
        <Choice
          label={text.source}
          value={values.source}
          choose={(source) => set({ source })}
          options={['', 'device', 'event'].map((one) => [one, text.sources[one] ?? one] as const)}
        />
        <div className="field">
          <span>{text.reason}</span>
          <SearchBox
            label={text.reason}
            hint={text.reasonHint}
            value={values.reason}
            set={(reason) => set({ reason })}
          />
        </div>
      </div>
      <FormDone>{done}</FormDone>
      <PagedTable
        paged={letters}
        caption={text.table}
        empty={any ? text.noneMatch : text.none}
        columns={columns((id) => {
          setDone('');
          setChosen(id);
        })}
        rowKey={(one) => one.id}
        rowClass={(one) => (one.settled === null ? '' : 'row-off')}
      />
      {chosen !== null && <Letter id={chosen} close={() => setChosen(null)} settled={settled} />}
    </>
  );
}

const stateText = ({ settled, settledBy, settledAt }: DeadLetter): string => {
  if (settled === null) return text.waiting;
  const what = text[settled];
  return settledAt === null ? what : text.by(what, settledBy ?? words.admin.nobody, timeOrDate(settledAt, Date.now()));
};

function columns(look: (id: string) => void): Column<DeadLetter>[] {
  return [
    { label: text.at, cell: (one) => clockOrDate(one.at, Date.now()), className: 'nowrap' },
    { label: text.reason, head: true, cell: (one) => one.reason },
    {
      label: text.what,
      cell: (one) => (
        <>
          {text.sourceOf[one.source] ?? one.source} {one.device ?? one.event ?? ''}
          {one.consumer !== null && <small>{one.consumer}</small>}
        </>
      ),
    },
    { label: text.attempts, cell: (one) => one.attempts ?? words.none, className: 'number' },
    { label: text.size, cell: (one) => (one.size === null ? words.none : text.bytes(one.size)), className: 'number' },
    { label: text.state, cell: stateText },
    {
      label: text.look,
      actions: true,
      cell: (one) => (
        <button type="button" className="button" onClick={() => look(one.id)}>
          {text.look}
          <span className="hidden-words">
            {' '}
            {one.reason} {clockOrDate(one.at, Date.now())}
          </span>
        </button>
      ),
    },
  ];
}

interface LetterProps {
  id: string;
  close(): void;
  settled(said: string): void;
}

function Letter({ id, close, settled }: LetterProps) {
  const admin = useAdmin();
  const { user } = useServices();
  const found = useQuery({
    queryKey: ['dead-letter', id],
    queryFn: ({ signal }) => admin.deadLetter(id, signal),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
  });
  return (
    <Dialog title={text.title} close={close} wide>
      {found.isError && <ProblemState error={found.error} retry={() => void found.refetch()} />}
      {found.isPending && <SkeletonRows />}
      {found.data && (
        <>
          <p className="dialog-text">
            <b>{found.data.letter.reason}</b> · {clockOrDate(found.data.letter.at, Date.now())} ·{' '}
            {stateText(found.data.letter)}
          </p>
          <h3>{text.payload}</h3>
          {found.data.payload === null ? (
            <p className="dialog-text">{text.noPayload}</p>
          ) : (
            // biome-ignore lint/a11y/noNoninteractiveTabindex: scrolled by keyboard too
            <pre className="payload" tabIndex={0}>
              {found.data.payload}
            </pre>
          )}
          <p className="field-hint">{text.lookNote}</p>
          {found.data.letter.settled === null && may(user, 'operations.manage') && (
            <Settle id={id} close={close} settled={settled} />
          )}
        </>
      )}
    </Dialog>
  );
}

/** Replayed or dropped. A replay that fails again says so and stays open. */
function Settle({ id, close, settled }: LetterProps) {
  const admin = useAdmin();
  const action = useAction(text.known);
  const [dropping, setDropping] = useState(false);
  const replay = async (): Promise<void> => {
    const answer = await action.run(() => admin.replayDeadLetter(id));
    if (!answer) return;
    settled(text.outcome(text.outcomes[answer.outcome] ?? answer.outcome, answer.reason));
    close();
  };
  const drop = async (event: FormEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault();
    const reason = fieldsOf(event.currentTarget)('note');
    if (reason.length < SHORTEST_REASON) return action.refuse(text.dropMissing);
    if (!(await action.run(() => admin.dropDeadLetter(id, reason).then(() => true)))) return;
    settled(text.droppedDone);
    close();
  };
  if (dropping)
    return (
      <form className="form" onSubmit={(event) => void drop(event)} noValidate>
        <NoteField label={text.dropReason} hint={text.dropHint} />
        <FormProblem>{action.problem}</FormProblem>
        <div className="form-buttons">
          <button type="submit" className="button button-press" disabled={action.busy}>
            {text.drop}
          </button>
          <button type="button" className="button" onClick={() => setDropping(false)}>
            {words.action.cancel}
          </button>
        </div>
      </form>
    );
  return (
    <>
      <p className="dialog-text">{text.replayHelp}</p>
      <FormProblem>{action.problem}</FormProblem>
      <div className="form-buttons">
        <button type="button" className="button button-press" disabled={action.busy} onClick={() => void replay()}>
          {action.busy ? text.replaying : text.replay}
        </button>
        <button type="button" className="button" onClick={() => setDropping(true)}>
          {text.drop} …
        </button>
      </div>
    </>
  );
}
