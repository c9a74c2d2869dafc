import { useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, type ReactNode, useState } from 'react';
import type { Version } from '../../api/http';
import { may } from '../../api/me';
import { isOvertaken } from '../../api/problem';
import { useCareApi, useNow } from '../../ui/care';
import { fromField, toField } from '../../ui/filters';
import { Field, FormDone, FormProblem, fieldsOf, useAction } from '../../ui/forms';
import { useServices } from '../../ui/services';
import { PageState, ProblemState } from '../../ui/states';
import { SkeletonRows } from '../../ui/Table';
import type { Unsaved } from '../../ui/Unsaved';
import { rethrow } from '../../ui/usePatients';
import { words } from '../../ui/words';
import {
  type Draft,
  draftOf,
  otherwiseDraft,
  overridesOf,
  reasonIsRight,
  sameDraft,
  USUAL_MS,
  untilIsRight,
  type Whose,
  wrongIn,
} from './drafts';
import { LimitRow, type Row } from './LimitRow';
import './limits.css';

const text = words.alerts.limitsEditor;

interface Props {
  of: Whose;
  id: string;
  name: string;
  /** Told of what is entered and not saved. */
  edited(dirty: boolean): void;
  /** They are set. */
  done(): void;
  unsaved: Unsaved;
}

/** The limits of a patient or of a ward: those in force, whose they are, and others for a while. */
export function Limits(props: Props) {
  const { of, id } = props;
  const api = useCareApi();
  // What is entered is decided on what was seen: newer limits do not slip under it.
  const [round, setRound] = useState(0);
  const limits = useQuery({
    queryKey: ['limits-form', of, id, round],
    queryFn: ({ signal }) => api.limits(of, id, signal),
    staleTime: Number.POSITIVE_INFINITY,
    refetchOnMount: 'always',
    gcTime: 0,
  });
  const kinds = useQuery({
    queryKey: ['alert-kinds'],
    queryFn: ({ signal }) => api.kinds(signal),
    staleTime: Number.POSITIVE_INFINITY,
  });
  const failed = limits.error ?? kinds.error;
  const retry = (): void => {
    for (const one of [limits, kinds]) if (one.isError) void one.refetch();
  };
  if (failed) return <ProblemState error={failed} retry={retry} />;
  if (!limits.data || limits.isFetching || !kinds.data) return <SkeletonRows />;
  const rows = limits.data.items.flatMap((limit) => {
    const kind = kinds.data.find((one) => one.type === limit.type);
    return kind?.overridable ? [{ limit, kind }] : [];
  });
  if (rows.length === 0)
    return (
      <PageState>
        <p>{text.none}</p>
      </PageState>
    );
  const again = (): void => {
    props.edited(false);
    setRound(round + 1);
  };
  return <Editor key={round} {...props} rows={rows} version={limits.data.version} again={again} anew={round > 0} />;
}

interface EditorProps extends Props {
  rows: readonly Row[];
  version: Version;
  /** Loads them anew; what is entered is lost. */
  again(): void;
  /** They were. */
  anew: boolean;
}

function Editor({ of, id, name, edited, done, unsaved, rows, version, again, anew }: EditorProps) {
  const api = useCareApi();
  const client = useQueryClient();
  const { user } = useServices();
  const now = useNow();
  const action = useAction({ ...words.alerts.known, ...text.known });
  const [stale, setStale] = useState(false);
  const [touched, setTouched] = useState(false);
  const given = rows.map((row) => draftOf(row.limit));
  const [drafts, setDrafts] = useState(given);
  const [errors, setErrors] = useState({ reason: '', until: '' });
  const [opened] = useState(now);
  const allowed = may(user, 'alerts.limits');
  const wrong = rows.map(({ kind }, index) => wrongIn(drafts[index] as Draft, kind));
  const change = (next: Draft[]): void => {
    setDrafts(next);
    setTouched(true);
    edited(next.some((one, at) => !sameDraft(one, given[at] as Draft)));
  };
  const submit = async (event: FormEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault();
    const field = fieldsOf(event.currentTarget);
    const reason = field('reason');
    const expiresAt = fromField(field('until'));
    const found = {
      reason: reasonIsRight(reason) ? '' : text.missing,
      until: untilIsRight(Date.parse(expiresAt), now, of) ? '' : text.badUntil[of],
    };
    setErrors(found);
    setStale(false);
    const outside = wrong.some((one) => one.limit || one.delay);
    if (outside) action.refuse(text.someWrong);
    if (found.reason || found.until || outside) return;
    const limits = rows.map((row) => row.limit);
    const saved = await action.run(async () => {
      const wanted = { overrides: overridesOf(limits, drafts), reason, expiresAt };
      await api.setLimits(of, id, wanted, version).catch((error: unknown) => {
        setStale(isOvertaken(error));
        rethrow(error);
      });
      return true;
    });
    if (!saved) return;
    unsaved.saved();
    await client.invalidateQueries({ queryKey: ['limits'] });
    done();
  };
  return (
    <form className="form form-wide limits" onSubmit={(event) => void submit(event)} noValidate>
      <p className="dialog-text">{text.help[of]}</p>
      <LimitTable of={of} caption={text.title(name)}>
        {rows.map((row, index) => (
          <LimitRow
            key={row.kind.type}
            of={of}
            row={row}
            draft={drafts[index] as Draft}
            wrong={wrong[index] as { limit: boolean; delay: boolean }}
            set={(more) => change(drafts.map((one, at) => (at === index ? { ...one, ...more } : one)))}
            disabled={!allowed}
          />
        ))}
      </LimitTable>
      {allowed && (
        <>
          <div className="form-columns">
            <Field
              label={text.reason}
              name="reason"
              hint={text.reasonHint[of]}
              error={errors.reason}
              maxLength={200}
              autoComplete="off"
              onChange={() => {
                setTouched(true);
                edited(true);
              }}
            />
            <Field
              label={text.until}
              name="until"
              type="datetime-local"
              hint={text.untilHint[of]}
              error={errors.until}
              defaultValue={toField(new Date(opened + USUAL_MS[of]).toISOString())}
            />
          </div>
          <p className="field-hint">{text.forAll}</p>
          <FormProblem>{action.problem}</FormProblem>
          <FormDone>{anew && !touched && !action.problem ? text.loaded : ''}</FormDone>
          <div className="form-buttons">
            {stale && (
              <button type="button" className="button" onClick={again}>
                {text.loadAgain}
              </button>
            )}
            <button
              type="button"
              className="button"
              onClick={() => change(rows.map((row) => otherwiseDraft(row.limit)))}
            >
              {text.clear[of]}
            </button>
            <button type="submit" className="button button-press" disabled={action.busy}>
              {text.go}
            </button>
          </div>
        </>
      )}
    </form>
  );
}

function LimitTable({ of, caption, children }: { of: Whose; caption: string; children: ReactNode }) {
  return (
    <table className="data">
      <caption className="hidden-words">{caption}</caption>
      <thead>
        <tr>
          {[text.type, text.on, text.limit, text.delay, text.otherwise[of]].map((one) => (
            <th key={one} scope="col">
              {one}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>{children}</tbody>
    </table>
  );
}
