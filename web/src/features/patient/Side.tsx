import type { ReactNode } from 'react';
import { tally } from '../../live/decode';
import type { BucketedHistory, Device, Reading, Storage } from '../../live/types';
import type { PatientView } from '../../live/view';
import { clockOrDate, duration, score } from '../../ui/format';
import { words } from '../../ui/words';
import { OtherValues } from './Now';
import { driverWords } from './trends/Anomalies';
import type { Span } from './trends/range';
import { anomalyEpisodes, gapsOf } from './trends/series';
import { WhoLooked } from './WhoLooked';

interface SideProps {
  view: PatientView;
  recent: Reading[];
  history: BucketedHistory | undefined;
  span: Span;
  storage: Storage | null;
  now: number;
}

/** What stands behind the numbers: the device, what is known of the data, the anomalies of the range in words. */
export function Side({ view, recent, history, span, storage, now }: SideProps) {
  return (
    <aside className="card side" aria-label={words.patient.notes}>
      <DevicePart device={view.device} now={now} />
      <OtherValues view={view} now={now} />
      <Part title={words.patient.notes}>
        <Notes recent={recent} history={history} span={span} storage={storage} now={now} />
      </Part>
      <Part title={words.patient.events}>
        <Events history={history} now={now} />
      </Part>
      <WhoLooked patientId={view.record.id} now={now} />
    </aside>
  );
}

function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className="card-part">
      <h2>{title}</h2>
      {children}
    </section>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

/** A clock that is off by less does not matter to anybody. */
const CLOCK_RIGHT_SECONDS = 1;

function DevicePart({ device, now }: { device: Device | null; now: number }) {
  if (!device)
    return (
      <Part title={words.patient.device}>
        <p className="note">{words.patient.deviceNone}</p>
      </Part>
    );
  const offset = device.clockOffsetSeconds;
  const off = Math.abs(offset ?? 0).toFixed(1);
  return (
    <Part title={words.patient.device}>
      <dl className="facts">
        <Fact name={device.id}>
          <span className={device.state === 'online' ? '' : 'chip pill-technical'}>
            {device.state !== 'online' && `${words.priority.technical.sign} `}
            {words.patient.deviceSince(words.deviceState[device.state], clockOrDate(device.since, now))}
          </span>
        </Fact>
        <Fact name={words.patient.lastReading}>
          {device.lastReadingAt === null ? words.none : clockOrDate(device.lastReadingAt, now)}
        </Fact>
        {offset !== null && (
          <Fact name={words.patient.clockOffset}>
            {Math.abs(offset) < CLOCK_RIGHT_SECONDS
              ? words.patient.clockRight
              : offset > 0
                ? words.patient.clockAhead(off)
                : words.patient.clockBehind(off)}
          </Fact>
        )}
      </dl>
    </Part>
  );
}

function Notes({ recent, history, span, storage, now }: Omit<SideProps, 'view'>) {
  const late = recent.filter((reading) => reading.late);
  const gaps = history ? gapsOf(history, span) : [];
  const together = gaps.reduce((sum, gap) => sum + gap.to - gap.from, 0);
  const [first, last] = [late[0], late.at(-1)];
  return (
    <dl className="facts">
      <Fact name={words.patient.noteReadings(recent.length)}>
        {words.patient.noteLate(late.length)}
        {first && last && (
          <small> {words.patient.noteLateSpan(clockOrDate(first.at, now), clockOrDate(last.at, now))}</small>
        )}
      </Fact>
      {history && (
        <Fact name={words.patient.noteGaps}>{words.patient.noteGapsCount(gaps.length, duration(together))}</Fact>
      )}
      {storage && (
        <Fact name={words.patient.noteStorage}>
          {storage.state === 'stored'
            ? words.storage.stored
            : storage.state === 'away'
              ? words.storage.away(clockOrDate(storage.since, now))
              : words.storage.delayed(clockOrDate(storage.since, now))}
        </Fact>
      )}
      {tally.messages + tally.values > 0 && (
        <Fact name={words.patient.noteUnread}>{tally.messages + tally.values}</Fact>
      )}
    </dl>
  );
}

const MOST_EVENTS = 12;

function Events({ history, now }: { history: BucketedHistory | undefined; now: number }) {
  const episodes = history ? anomalyEpisodes(history.anomalies, history.bucketSeconds) : [];
  if (episodes.length === 0) return <p className="note">{words.patient.eventsNone}</p>;
  return (
    <>
      <ul className="events">
        {episodes.slice(0, MOST_EVENTS).map(({ from, to, peak }) => (
          <li key={from}>
            <b>
              {words.patient.episode(
                score(peak.score),
                clockOrDate(from, now),
                from === to ? null : clockOrDate(to, now),
              )}
            </b>
            <small>{driverWords(peak.drivers)}</small>
          </li>
        ))}
      </ul>
      {episodes.length > MOST_EVENTS && (
        <p className="note">{words.patient.eventsMore(episodes.length - MOST_EVENTS)}</p>
      )}
    </>
  );
}
