import { useQuery } from '@tanstack/react-query';
import { useEffect, useMemo, useRef, useState } from 'react';
import { Link } from 'react-router';
import { may } from '../../api/me';
import { SystemApi, type SystemNode, type SystemWarning } from '../../api/system';
import { browserTime, elapsedSeconds, type Mark, mark } from '../../live/clock';
import { age, clockOrDate, duration } from '../../ui/format';
import { FormDone } from '../../ui/forms';
import { useServices } from '../../ui/services';
import { ProblemState } from '../../ui/states';
import { SkeletonRows } from '../../ui/Table';
import { words } from '../../ui/words';
import { Drain } from './Drain';
import { Tiles } from './Tiles';
import { Checks, Nodes, Partitions, Queues } from './tables';
import './system.css';

const text = words.system;
const REFRESH_MS = 5_000;
/** A question that has no answer for so long: the page says so. */
const LOST_SECONDS = 5;
/** After so long a node that is not heard counts as gone; what is shown is then called past. */
const PAST_SECONDS = 15;

/** What runs and whether it is well. Asks again while somebody looks; everything shown grows old in sight. */
export function System() {
  const { session, user } = useServices();
  const api = useMemo(() => new SystemApi(session), [session]);
  /** The first question since the last answer. */
  const unanswered = useRef<Mark | null>(null);
  const state = useQuery({
    queryKey: ['system'],
    queryFn: async ({ signal }) => {
      const asked = mark(browserTime);
      unanswered.current ??= asked;
      const found = await api.state(signal);
      unanswered.current = null;
      // Its age counts from the question: it cannot be older.
      return { found, asked };
    },
    retry: false,
    staleTime: 0,
    gcTime: 0,
    refetchInterval: REFRESH_MS,
    refetchOnWindowFocus: true,
  });
  const [drained, setDrained] = useState<SystemNode | null>(null);
  const [said, setSaid] = useState('');
  useEverySecond();
  if (!state.data)
    return (
      <main id="content" className="page-main system" tabIndex={-1}>
        {state.error ? <ProblemState error={state.error} retry={() => void state.refetch()} /> : <SkeletonRows />}
      </main>
    );
  const { found, asked } = state.data;
  const old = elapsedSeconds(browserTime, asked);
  const lost = unanswered.current !== null && elapsedSeconds(browserTime, unanswered.current) > LOST_SECONDS;
  const past = old > PAST_SECONDS;
  const now = found.now + old * 1000;
  return (
    <main id="content" className="page-main system" tabIndex={-1}>
      <div role="status">
        {lost && (
          <div className="banner link-lost" data-banner="system">
            <b>
              {words.priority.technical.sign} {text.lost(clockOrDate(found.now, now))}
            </b>
            <span>{text.lostHelp}</span>
          </div>
        )}
      </div>
      <p className="system-asof">
        {text.asOf(clockOrDate(found.now, now), found.node)} <span className="nowrap">{text.old(age(old))}.</span>{' '}
        {text.refreshes}
      </p>
      {found.unread > 0 && <p role="alert">{text.unread(found.unread)}</p>}
      <FormDone>{said}</FormDone>
      <Warnings warnings={found.warnings} now={now} />
      <div className={past ? 'system-past' : ''}>
        <Tiles found={found} now={now} />
        <Nodes
          found={found}
          now={now}
          past={past}
          drain={
            may(user, 'operations.manage') && !lost
              ? (node) => {
                  setSaid('');
                  setDrained(node);
                }
              : null
          }
        />
        <div className="system-pair">
          <div>
            <Checks found={found} />
            <Queues found={found} />
          </div>
          <Partitions found={found} now={now} />
        </div>
      </div>
      {drained && (
        <Drain
          node={drained}
          api={api}
          close={() => setDrained(null)}
          done={() => {
            setSaid(text.drain.done(drained.name));
            void state.refetch();
          }}
        />
      )}
    </main>
  );
}

/** Draws again each second: ages are on the page. */
function useEverySecond(): void {
  const [, again] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => again((count) => count + 1), 1000);
    return () => clearInterval(timer);
  }, []);
}

interface WarningsProps {
  warnings: readonly SystemWarning[];
  now: number;
}

/** On top. Only how many there are is read aloud: their ages change every second. */
function Warnings({ warnings, now }: WarningsProps) {
  return (
    <section aria-labelledby="system-warnings">
      <h2 id="system-warnings" className="hidden-words">
        {text.warnings}
      </h2>
      <p role="status" className={warnings.length > 0 ? 'hidden-words' : 'system-calm'}>
        {warnings.length > 0 ? text.warningsCount(warnings.length) : text.noWarnings}
      </p>
      {warnings.length > 0 && (
        <ul className="system-warnings">
          {warnings.map((one) => (
            <li key={`${one.kind} ${one.text.replace(/\d+/g, '')} ${one.since}`} data-kind={one.kind}>
              <b>
                <span aria-hidden="true">{words.priority.technical.sign} </span>
                {one.text}
              </b>{' '}
              <span>{text.since(clockOrDate(one.since, now), duration(Math.max(0, (now - one.since) / 1000)))}</span>
              {one.kind === 'dead-letters' && (
                <>
                  {' '}
                  <Link to="/admin/dead-letters">{text.lettersLook}</Link>
                </>
              )}
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
