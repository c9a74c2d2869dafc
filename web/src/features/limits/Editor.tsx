import { useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, type ReactNode, useState } from 'react';
import { may } from '../../api/me';
import { useCareApi, useNow } from '../../ui/care';
import { fromField, toField } from '../../ui/filters';
import { Field, FormProblem, fieldsOf, useAction } from '../../ui/forms';
import { useServices } from '../../ui/services';
import { PageState, ProblemState } from '../../ui/states';
import { SkeletonRows } from '../../ui/Table';
import type { Unsaved } from '../../ui/Unsaved';
import { rethrow } from '../../ui/usePatients';
import { words } from '../../ui/words';
import {
  type Draft,
  defaultDraft,
  draftOf,
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
  const limits = useQuery({
    queryKey: ['limits', of, id],
    queryFn: ({ signal }) => api.limits(of, id, signal),
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
  if (!limits.data || !kinds.data) return <SkeletonRows />;
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
  return <Editor {...props} rows={rows} />;
}

function Editor({ of, id, name, edited, done, unsaved, rows }: Props & { rows: readonly Row[] }) {
  const api = useCareApi();
  const client = useQueryClient();
  const { user } = useServices();
  const now = useNow();
  const action = useAction(words.alerts.known);
  const given = rows.map((row) => draftOf(row.limit));
  const [drafts, setDrafts] = useState(given);
  const [errors, setErrors] = useState({ reason: '', until: '' });
  const [opened] = useState(now);
  const allowed = may(user, 'alerts.limits');
  const wrong = rows.map(({ kind }, index) => wrongIn(drafts[index] as Draft, kind));
  const change = (next: Draft[]): void => {
    setDrafts(next);
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
    const outside = wrong.some((one) => one.limit || one.delay);
    if (outside) action.refuse(text.someWrong);
    if (found.reason || found.until || outside) return;
    const limits = rows.map((row) => row.limit);
    const saved = await action.run(async () => {
      await api.setLimits(of, id, { overrides: overridesOf(limits, drafts, of), reason, expiresAt }).catch(rethrow);
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
      <LimitTable caption={text.title(name)}>
        {rows.map((row, index) => (
          <LimitRow
            key={row.kind.type}
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
              onChange={() => edited(true)}
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
          <div className="form-buttons">
            <button type="button" className="button" onClick={() => change(rows.map((row) => defaultDraft(row.limit)))}>
              {text.clear}
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

function LimitTable({ caption, children }: { caption: string; children: ReactNode }) {
  return (
    <table className="data">
      <caption className="hidden-words">{caption}</caption>
      <thead>
        <tr>
          {[text.type, text.on, text.limit, text.delay, text.default].map((one) => (
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
