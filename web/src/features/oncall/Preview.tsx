import { isOvertaken } from '../../api/problem';
import { actionWords } from '../../ui/forms';
import { words } from '../../ui/words';
import type { Previewed } from './usePreview';
import { ends, WeekDays, WeekRow, WeekTurner } from './WeekRow';

const text = words.schedules.preview;
const KNOWN = { ...words.patients.known, ...words.schedules.editor.known };

interface Props {
  preview: Previewed;
  /** Something is wrong in what is entered: there is nothing to be shown. */
  wrong: boolean;
  /** Loads the schedule anew; null: the way to that is offered elsewhere. */
  again: (() => void) | null;
}

/** Who would be on duty if what is entered were saved now, with the gaps. */
export function Preview({ preview, wrong, again }: Props) {
  const { week, later, turn, now, calendar, error, waiting } = preview;
  const part = ((now - week.from) / (week.until - week.from)) * 100;
  const line = part >= 0 && part <= 100 ? part : null;
  // Nobody can be put on duty in what is over.
  const final = (calendar?.final ?? []).filter((one) => one.person !== null).concat(preview.gaps);
  const layers = calendar && calendar.layers.length > 1 ? calendar.layers : [];
  return (
    <section className="schedule-preview" aria-labelledby="preview-title" aria-busy={waiting}>
      <h3 id="preview-title">{text.title}</h3>
      <p className="field-hint">{wrong ? text.wrong : waiting ? text.waiting : text.help}</p>
      {!wrong && (
        <div className="week">
          <WeekTurner week={week} later={later} turn={turn} />
          {calendar && (
            <section className="week-grid" aria-label={text.label}>
              <WeekDays week={week} now={now} />
              <div className="week-tier">
                <WeekRow name={words.oncall.rows.final ?? ''} final stretches={final} week={week} now={line} />
                {layers.map((stretches, index) => (
                  <WeekRow
                    // biome-ignore lint/suspicious/noArrayIndexKey: a layer is its place among the layers
                    key={index}
                    name={text.layer(index + 1)}
                    final={false}
                    stretches={stretches}
                    week={week}
                    now={line}
                  />
                ))}
                {calendar.overrides.length > 0 && (
                  <WeekRow
                    name={words.oncall.rows.overrides ?? ''}
                    final={false}
                    stretches={calendar.overrides}
                    week={week}
                    now={line}
                  />
                )}
              </div>
            </section>
          )}
          <div aria-live="polite">
            {error && (
              <>
                <p className="form-problem">{actionWords(error, KNOWN)}</p>
                {again && isOvertaken(error) && (
                  <button type="button" className="button" onClick={again}>
                    {words.schedules.editor.loadAgain}
                  </button>
                )}
              </>
            )}
            {calendar && <Gaps preview={preview} />}
          </div>
        </div>
      )}
    </section>
  );
}

/** Where nobody would be on duty, in words. */
export function Gaps({ preview: { gaps } }: { preview: Previewed }) {
  return (
    <p className={gaps.length > 0 ? 'oncall-hole' : 'soft'}>
      {gaps.length === 0
        ? text.gapsNone
        : `● ${text.gaps}: ${gaps.map((gap) => words.oncall.gap(...ends(gap))).join('; ')}.`}{' '}
      <span className="soft">{words.oncall.zone(Intl.DateTimeFormat().resolvedOptions().timeZone)}.</span>
    </p>
  );
}
