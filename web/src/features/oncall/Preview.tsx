import { useState } from 'react';
import type { DutyPerson, Stretch } from '../../api/oncall';
import { useNow } from '../../ui/care';
import { words } from '../../ui/words';
import { layerOf, type ScheduleDraft } from './draft';
import { finalOf, type Turn, turnsOf } from './rotation';
import { ends, WeekDays, WeekRow, WeekTurner } from './WeekRow';
import { gapsOf, weekOf } from './week';

const text = words.schedules.preview;

/** Who would be on duty by what is entered, layer by layer, with the gaps. Of a draft in which nothing is wrong. */
export function Preview({ draft }: { draft: ScheduleDraft }) {
  const now = useNow();
  const [later, setLater] = useState(0);
  const week = weekOf(now, later);
  const names = new Map(draft.layers.flatMap(({ members }) => members.map((one) => [one.id, one] as const)));
  const layers = draft.layers.map((one) => turnsOf(layerOf(one), draft.zone, week.from, week.until));
  const all = finalOf(layers, week.from, week.until).map((turn) => stretchOf(turn, names));
  const gaps = gapsOf(all, now);
  const part = ((now - week.from) / (week.until - week.from)) * 100;
  const line = part >= 0 && part <= 100 ? part : null;
  return (
    <div className="week">
      <WeekTurner week={week} later={later} turn={setLater} />
      <section className="week-grid" aria-label={text.label}>
        <WeekDays week={week} now={now} />
        <div className="week-tier">
          <WeekRow name={text.all} final stretches={all} week={week} now={line} />
          {layers.length > 1 &&
            layers.map((turns, index) => (
              <WeekRow
                key={draft.layers[index]?.key}
                name={text.layer(index + 1)}
                final={false}
                stretches={turns.map((turn) => stretchOf(turn, names))}
                week={week}
                now={line}
              />
            ))}
        </div>
      </section>
      <p className={gaps.length > 0 ? 'oncall-hole' : 'soft'}>
        {gaps.length === 0
          ? text.gapsNone
          : `● ${text.gaps}: ${gaps.map((gap) => words.oncall.gap(...ends(gap))).join('; ')}.`}{' '}
        <span className="soft">{words.oncall.zone(Intl.DateTimeFormat().resolvedOptions().timeZone)}.</span>
      </p>
    </div>
  );
}

const stretchOf = ({ from, until, person }: Turn, names: ReadonlyMap<string, DutyPerson>): Stretch => {
  const who = person === null ? null : (names.get(person) ?? null);
  return { from, until, person: who, source: who === null ? 'gap' : 'rotation' };
};
