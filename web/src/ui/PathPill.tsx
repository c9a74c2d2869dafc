import type { AlertPath } from '../live/alertTypes';
import type { CareStore } from '../live/careStore';
import type { ServerClock } from '../live/clock';
import type { LiveStore } from '../live/store';
import { useCare, useCareFeed } from './care';
import { age } from './format';
import { useLive, useServerSecond } from './hooks';
import { words } from './words';

const WORST: readonly AlertPath['state'][] = ['broken', 'late', 'proven'];
const text = words.alerts.path;

/** The one to speak of: the worst, and of those the oldest. */
function worstOf(paths: readonly AlertPath[]): AlertPath | undefined {
  return [...paths].sort(
    (a, b) => WORST.indexOf(a.state) - WORST.indexOf(b.state) || (a.provenAt ?? 0) - (b.provenAt ?? 0),
  )[0];
}

interface SaidPath {
  /** Its own shape and its own words: colour says nothing alone. */
  shape: string;
  words: string;
  look: 'proven' | 'late' | 'broken';
  help: string | undefined;
}

export function sayPath(path: AlertPath, now: number): SaidPath {
  const ago = path.provenAt === null ? null : age(Math.max(0, (now - path.provenAt) / 1000));
  if (path.state === 'broken')
    return {
      shape: text.brokenShape,
      words: ago === null ? text.broken : text.brokenFor(ago),
      look: 'broken',
      help: text.brokenHelp,
    };
  if (path.state === 'late' || ago === null)
    return {
      shape: text.lateShape,
      words: ago === null ? text.never : text.late(ago),
      look: 'late',
      help: text.lateHelp,
    };
  return { shape: '', words: text.proven(ago), look: 'proven', help: undefined };
}

/** When an alert last went the whole way in these wards; nothing where the server does not tell. */
function Pill({ paths, clock, line }: { paths: readonly AlertPath[]; clock: ServerClock; line: boolean }) {
  const now = useServerSecond(clock);
  const worst = worstOf(paths);
  if (!worst) return null;
  const said = sayPath(worst, now);
  const content = (
    <>
      {said.look === 'proven' ? <i className="pill-dot" /> : <span aria-hidden="true">{said.shape} </span>}
      <span>{said.words}</span>
    </>
  );
  return line ? (
    <section className={`path-line path-${said.look}`} aria-label={text.label} title={said.help}>
      {content}
    </section>
  ) : (
    <span className={`pill alert-path path-${said.look}`} title={said.help}>
      {content}
    </span>
  );
}

/** On the pages with live values: of the wards that they show. */
export function PathPill({
  store,
  wards,
  line = false,
}: {
  store: LiveStore;
  wards: readonly string[];
  line?: boolean;
}) {
  const paths = useLive(store, (s) => s.alertPath);
  return <Pill paths={paths.filter((one) => wards.includes(one.ward))} clock={store.clock} line={line} />;
}

/** On all other pages: of every ward in reach. */
export function CarePathPill({ line = false }: { line?: boolean }) {
  const feed = useCareFeed();
  return feed && <OfCare store={feed.store} line={line} />;
}

function OfCare({ store, line }: { store: CareStore; line: boolean }) {
  return <Pill paths={useCare(store, (s) => s.paths)} clock={store.clock} line={line} />;
}
