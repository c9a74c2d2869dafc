import type { IncidentStep } from '../../live/alertTypes';
import { clockOrDate } from '../../ui/format';
import { words } from '../../ui/words';

const text = words.alerts.incident;

/** Everything that has happened, the oldest first; nothing is ever taken out of it. */
export function Timeline({ history, now }: { history: readonly IncidentStep[]; now: number }) {
  return (
    <ol className="timeline">
      {history.map((one, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a history only grows at its end
        <li key={index} className={`step-${one.step}`}>
          <time dateTime={new Date(one.at).toISOString()}>{clockOrDate(one.at, now)}</time>
          <div>
            <b>{text.steps[one.step] ?? one.step}</b> <span className="soft">{one.actor?.name ?? text.system}</span>
            {one.channel && one.channel !== 'app' && (
              <span className="soft"> · {words.notify.channels[one.channel] ?? one.channel}</span>
            )}
            {one.note && <p>{one.note}</p>}
          </div>
        </li>
      ))}
    </ol>
  );
}
