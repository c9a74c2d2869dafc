import { Link } from 'react-router';
import type { SystemState } from '../../api/system';
import { clockOrDate } from '../../ui/format';
import { words } from '../../ui/words';
import { ago, rate, whole } from './amounts';

const text = words.system;

const sum = (values: readonly (number | null)[]): number | null => {
  const known = values.filter((one) => one !== null);
  return known.length === 0 ? null : known.reduce((total, one) => total + one, 0);
};

/** The few numbers that say whether it runs at all. */
export function Tiles({ found, now }: { found: SystemState; now: number }) {
  const up = found.nodes.filter((node) => node.state === 'up');
  const last = found.nodes.flatMap((node) => node.lastReadingAt ?? []);
  const { storage, deadLetters } = found;
  return (
    <dl className="system-tiles">
      <div className={storage.state === 'stored' ? '' : 'system-wrong'}>
        <dt>{text.storage}</dt>
        <dd className="system-value">
          {storage.state !== 'stored' && <span aria-hidden="true">{words.priority.technical.sign} </span>}
          {text.storageState[storage.state]}
        </dd>
        <dd>
          {text.storageSince(clockOrDate(storage.since, now))}
          {storage.waiting > 0 && ` · ${text.storageWaiting(whole(storage.waiting))}`}
        </dd>
      </div>
      <div>
        <dt>{text.running}</dt>
        <dd className="system-value">{text.runningOf(up.length, found.nodes.length)}</dd>
      </div>
      <div>
        <dt>{text.everyReading}</dt>
        <dd className="system-value">{rate(sum(up.map((node) => node.readingsPerSecond)))}</dd>
        <dd>{text.allDevices(whole(sum(up.map((node) => node.devices))))}</dd>
      </div>
      <div>
        <dt>{text.lastReading}</dt>
        <dd className="system-value">{ago(last.length > 0 ? Math.max(...last) : null, now)}</dd>
      </div>
      <div>
        <dt>{text.letters}</dt>
        <dd className="system-value">
          {deadLetters.open > 0 ? text.lettersOpen(whole(deadLetters.open)) : text.lettersNone}
        </dd>
        <dd>
          {deadLetters.newestAt !== null && `${text.lettersNewest(clockOrDate(deadLetters.newestAt, now))} · `}
          <Link to="/admin/dead-letters">{text.lettersLook}</Link>
        </dd>
      </div>
    </dl>
  );
}
