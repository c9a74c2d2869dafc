import type { PatientView } from '../live/view';
import { since } from './format';
import { words } from './words';

/** The inverse strip: sign of the priority, what is wrong, since when. Without a live connection it says that it is old. */
export function AttentionStrip({ view, className = '' }: { view: PatientView; className?: string }) {
  const raised = view.attention;
  if (!raised) return null;
  const { sign, name } = words.priority[raised.priority];
  return (
    <div className={`strip strip-${raised.priority} ${className}`}>
      <span className="strip-text">
        <span aria-hidden="true">{sign} </span>
        <span className="hidden-words">{name}: </span>
        {view.blank ? words.wall.lastKnown(raised.text) : raised.text}
      </span>
      {!view.blank && <span className="strip-since">{since(raised.seconds)}</span>}
    </div>
  );
}
