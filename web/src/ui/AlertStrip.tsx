import { isSounding, lookOf } from '../live/alertTypes';
import type { PatientView } from '../live/view';
import { AttentionStrip } from './Attention';
import { since } from './format';
import { flashOf, shortCause, stateWords } from './onIt';
import { words } from './words';

const text = words.alerts;

/** The inverse strip of the most urgent alert, and how many there are besides; where there is none, what the server says of the values. */
export function AlertStrip({ view, className = '' }: { view: PatientView; className?: string }) {
  const [top] = view.alerts;
  if (!top) return <AttentionStrip view={view} className={className} />;
  const look = lookOf(top);
  const { sign, name } = text.look[look];
  const state = stateWords(top);
  const more = view.alerts.length - 1;
  const still = !isSounding(top);
  return (
    <div className={`strip strip-${look} ${still ? 'strip-still' : ''} ${view.blank ? '' : flashOf(top)} ${className}`}>
      <span className="strip-text">
        <span aria-hidden="true">{sign} </span>
        <span className="hidden-words">{name}: </span>
        {view.blank ? words.wall.lastKnown(shortCause(top)) : shortCause(top)}
      </span>
      {state && <span className="strip-state">{state}</span>}
      {more > 0 && (
        <span className="strip-more">
          <span aria-hidden="true">{text.more(more)}</span>
          <span className="hidden-words">{text.moreSaid(more)}</span>
        </span>
      )}
      {!view.blank && (
        <span className="strip-since">{since(Math.max(0, view.second - Math.floor(top.onsetAt / 1000)))}</span>
      )}
    </div>
  );
}
