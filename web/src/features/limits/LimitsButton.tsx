import { useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import type { AlertKind, Limit } from '../../api/careShapes';
import { may } from '../../api/me';
import { useCareApi, useNow } from '../../ui/care';
import { fromField, toField } from '../../ui/filters';
import { dayMonth, shortTime } from '../../ui/format';
import { Dialog, Field, FormProblem, fieldsOf, useAction } from '../../ui/forms';
import { useServices } from '../../ui/services';
import { PageState, ProblemState } from '../../ui/states';
import { SkeletonRows } from '../../ui/Table';
import { rethrow } from '../../ui/usePatients';
import { words } from '../../ui/words';
import { type Draft, defaultDraft, draftOf, overridesOf, untilIsRight, wrongIn } from './drafts';
import './limits.css';

const text = words.alerts.limitsEditor;

interface Props {
  patientId: string;
  name: string;
  changed: boolean;
  /** The limits are different now. */
  done(): void;
}

/** The way to a patient's limits, and whether they have been changed. */
export function LimitsButton({ patientId, name, changed, done }: Props) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <button type="button" className="button" onClick={() => setOpen(true)}>
        {words.alerts.deed.limits}
        {changed && <b> · {words.alerts.limitsChanged}</b>}
      </button>
      {open && (
        <Dialog title={text.title(name)} close={() => setOpen(false)} wide>
          <Limits
            patientId={patientId}
            close={() => {
              setOpen(false);
              done();
            }}
          />
        </Dialog>
      )}
    </>
  );
}

function Limits({ patientId, close }: { patientId: string; close(): void }) {
  const api = useCareApi();
  const limits = useQuery({
    queryKey: ['limits', 'patients', patientId],
    queryFn: ({ signal }) => api.limits('patients', patientId, signal),
  });
  const kinds = useQuery({
    queryKey: ['alert-kinds'],
    queryFn: ({ signal }) => api.kinds(signal),
    staleTime: Number.POSITIVE_INFINITY,
  });
  const failed = limits.error ?? kinds.error;
  if (failed) return <ProblemState error={failed} />;
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
  return <Editor patientId={patientId} rows={rows} close={close} />;
}

interface Row {
  limit: Limit;
  kind: AlertKind;
}

const DAY_MS = 86_400_000;

function Editor({ patientId, rows, close }: { patientId: string; rows: readonly Row[]; close(): void }) {
  const api = useCareApi();
  const client = useQueryClient();
  const { user } = useServices();
  const now = useNow();
  const action = useAction(words.alerts.known);
  const [drafts, setDrafts] = useState(() => rows.map((row) => draftOf(row.limit)));
  const [errors, setErrors] = useState({ reason: '', until: '' });
  const [opened] = useState(now);
  const allowed = may(user, 'alerts.limits');
  const wrong = rows.map(({ kind }, index) => wrongIn(drafts[index] as Draft, kind));
  const set = (index: number, more: Partial<Draft>): void =>
    setDrafts((before) => before.map((one, at) => (at === index ? { ...one, ...more } : one)));
  const submit = async (event: FormEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault();
    const field = fieldsOf(event.currentTarget);
    const reason = field('reason');
    const expiresAt = fromField(field('until'));
    const found = {
      reason: reason ? '' : text.missing,
      until: untilIsRight(Date.parse(expiresAt), now) ? '' : text.badUntil,
    };
    setErrors(found);
    if (found.reason || found.until || wrong.some((one) => one.limit || one.delay)) return;
    const overrides = overridesOf(
      rows.map((row) => row.limit),
      drafts,
    );
    const done = await action.run(async () => {
      await api.setLimits('patients', patientId, { overrides, reason, expiresAt }).catch(rethrow);
      return true;
    });
    if (!done) return;
    await client.invalidateQueries({ queryKey: ['limits'] });
    close();
  };
  return (
    <form className="form form-wide limits" onSubmit={(event) => void submit(event)} noValidate>
      <p className="dialog-text">{text.help}</p>
      <table className="data">
        <caption className="hidden-words">{text.title('')}</caption>
        <thead>
          <tr>
            {[text.type, text.on, text.limit, text.delay, text.default].map((one) => (
              <th key={one} scope="col">
                {one}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, index) => (
            <LimitRow
              key={row.kind.type}
              row={row}
              draft={drafts[index] as Draft}
              wrong={wrong[index] as { limit: boolean; delay: boolean }}
              set={(more) => set(index, more)}
              disabled={!allowed}
            />
          ))}
        </tbody>
      </table>
      {allowed && (
        <>
          <div className="form-columns">
            <Field
              label={text.reason}
              name="reason"
              hint={text.reasonHint}
              error={errors.reason}
              maxLength={200}
              autoComplete="off"
            />
            <Field
              label={text.until}
              name="until"
              type="datetime-local"
              hint={text.untilHint}
              error={errors.until}
              defaultValue={toField(new Date(opened + DAY_MS).toISOString())}
            />
          </div>
          <FormProblem>{action.problem}</FormProblem>
          <div className="form-buttons">
            <button
              type="button"
              className="button"
              onClick={() => setDrafts(rows.map((row) => defaultDraft(row.limit)))}
            >
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

interface LimitRowProps {
  row: Row;
  draft: Draft;
  wrong: { limit: boolean; delay: boolean };
  set(more: Partial<Draft>): void;
  disabled: boolean;
}

const settingWords = ({ limit, on }: Limit['default'], unit: string): string =>
  on ? `${limit ?? ''}${unit ? ` ${unit}` : ''}` : text.off;

function LimitRow({ row: { limit, kind }, draft, wrong, set, disabled }: LimitRowProps) {
  const by =
    limit.from === 'default'
      ? ''
      : text.by(
          limit.owner ?? text.from[limit.from] ?? '',
          limit.expiresAt === null ? '' : `${dayMonth(limit.expiresAt)} ${shortTime(limit.expiresAt)}`,
          limit.reason ?? '',
        );
  const safe =
    kind.safeMin === null || kind.safeMax === null
      ? ''
      : text.range(String(kind.safeMin), String(kind.safeMax), kind.unit);
  const delays =
    kind.minDelaySeconds === null || kind.maxDelaySeconds === null
      ? ''
      : text.range(String(kind.minDelaySeconds), String(kind.maxDelaySeconds), 's');
  return (
    <tr>
      <th scope="row">
        {kind.name}
        {by && <small>{by}</small>}
      </th>
      <td data-label={text.on}>
        <input
          type="checkbox"
          className="limits-on"
          aria-label={`${kind.name}: ${text.on}`}
          checked={draft.on}
          disabled={disabled || (!kind.canBeOff && draft.on)}
          onChange={(event) => set({ on: event.target.checked })}
        />
      </td>
      <td data-label={text.limit}>
        {kind.limit !== null && (
          <input
            className="input limits-number"
            inputMode="decimal"
            aria-label={`${kind.name}: ${text.limit}${kind.unit ? ` ${kind.unit}` : ''}`}
            aria-invalid={wrong.limit || undefined}
            value={draft.limit}
            disabled={disabled || !draft.on}
            onChange={(event) => set({ limit: event.target.value })}
          />
        )}
        {wrong.limit && <span className="field-error">{text.outside(safe)}</span>}
      </td>
      <td data-label={text.delay}>
        {kind.delaySeconds !== null && (
          <input
            className="input limits-number"
            inputMode="decimal"
            aria-label={`${kind.name}: ${text.delay}`}
            aria-invalid={wrong.delay || undefined}
            value={draft.delay}
            disabled={disabled || !draft.on}
            onChange={(event) => set({ delay: event.target.value })}
          />
        )}
        {wrong.delay && <span className="field-error">{text.outside(delays)}</span>}
      </td>
      <td data-label={text.default}>
        {settingWords(limit.default, kind.unit)}
        {safe && (
          <small>
            {text.safe} {safe}
          </small>
        )}
      </td>
    </tr>
  );
}
