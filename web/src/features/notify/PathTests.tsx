import type { CareStore } from '../../live/careStore';
import { useCare, useCareFeed, useNow } from '../../ui/care';
import { age } from '../../ui/format';
import { sayPath } from '../../ui/PathPill';
import { setPathTests, usePathTests } from '../../ui/pathTests';
import { words } from '../../ui/words';

const text = words.alerts.path.tests;

/** Whether this screen takes part in the tests of the alert path, and how far each ward's is proven. */
export function PathTests() {
  const feed = useCareFeed();
  const takesPart = usePathTests();
  return (
    <div>
      <h3>{text.title}</h3>
      <p className="field-hint">{text.hint}</p>
      <label className="choice">
        <input type="checkbox" checked={takesPart} onChange={(event) => setPathTests(event.target.checked)} />
        {text.takesPart}
      </label>
      {feed && <Paths store={feed.store} takesPart={takesPart} />}
    </div>
  );
}

function Paths({ store, takesPart }: { store: CareStore; takesPart: boolean }) {
  const now = useNow();
  const paths = useCare(store, (s) => s.paths);
  const testedAt = useCare(store, (s) => s.testedAt);
  return (
    <>
      {takesPart && (
        <p className="field-hint">
          {testedAt === null ? text.none : text.last(age(Math.max(0, (now - testedAt) / 1000)))}
        </p>
      )}
      <ul className="path-list">
        {paths.map((path) => {
          const said = sayPath(path, now);
          return (
            <li key={path.ward}>
              <span aria-hidden="true">{said.shape || '✓'} </span>
              {text.ward(path.ward, said.words)}
            </li>
          );
        })}
      </ul>
    </>
  );
}
