import { lookOf } from '../../live/alertTypes';
import type { Respond as Request } from '../../ui/services';
import { words } from '../../ui/words';

const text = words.alerts;

export interface DeedProps {
  request: Request;
  close(): void;
  /** Said where the reader is. */
  done(said: string): void;
  open(request: Request): void;
}

/** What it is about, as it stands on the tile. */
export function What({ request: { alert, incident, place } }: { request: Request }) {
  const look = alert ? lookOf(alert) : incident?.priority;
  if (!look) return null;
  return (
    <p className={`strip strip-${look} respond-what`}>
      <span className="strip-text">
        <span aria-hidden="true">{text.look[look].sign} </span>
        <span className="hidden-words">{text.look[look].name}: </span>
        {alert?.cause.text ?? incident?.name} · {place}
      </span>
    </p>
  );
}
