import type { AlertKind, Limit, Setting } from '../../api/careShapes';
import { dayMonth, shortTime } from '../../ui/format';
import { words } from '../../ui/words';
import type { Draft, Whose } from './drafts';

const text = words.alerts.limitsEditor;

/** A limit in force, and what may be changed about it. */
export interface Row {
  limit: Limit;
  kind: AlertKind;
}

interface LimitRowProps {
  of: Whose;
  row: Row;
  draft: Draft;
  wrong: { limit: boolean; delay: boolean };
  set(more: Partial<Draft>): void;
  disabled: boolean;
}

function settingWords({ limit, delaySeconds, on }: Setting, { unit, delaySeconds: given }: AlertKind): string {
  if (!on) return text.off;
  const value = limit === null ? '' : `${limit}${unit ? ` ${unit}` : ''}`;
  return [value, given === null || delaySeconds === null ? '' : text.after(delaySeconds)].filter(Boolean).join(', ');
}

/** One kind of alert: on or off, its limit and its delay, within what is safe. */
export function LimitRow({ of, row: { limit, kind }, draft, wrong, set, disabled }: LimitRowProps) {
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
        {kind.name} {by && <span className="chip">{text.from[limit.from]}</span>}
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
      <td data-label={text.otherwise[of]}>
        {settingWords(limit.otherwise, kind)}
        {of === 'patients' && (
          <>
            {' '}
            <span className={limit.otherwise.from === 'ward' ? 'chip' : 'soft'}>{text.from[limit.otherwise.from]}</span>
          </>
        )}
        {safe && (
          <small>
            {text.safe} {safe}
          </small>
        )}
      </td>
    </tr>
  );
}
