import { type FormEvent, useState } from 'react';
import { words } from '../../../ui/words';
import { LONGEST_MS, PRESETS, type Preset, type RangeChoice, SHORTEST_MS, type Span } from './range';

interface Steps {
  earlier(): void;
  later(): void;
  closer(): void;
  wider(): void;
  reset(): void;
}

interface RangeBarProps {
  choice: RangeChoice;
  span: Span;
  steps: Steps;
  choose(choice: RangeChoice): void;
  table: boolean;
  setTable(table: boolean): void;
}

/** Everything that can be done to the range, as buttons: nothing needs the mouse's drag or the keyboard. */
export function RangeBar({ choice, span, steps, choose, table, setTable }: RangeBarProps) {
  const [typing, setTyping] = useState(false);
  return (
    <>
      <div className="trends-head">
        <h2 id="trends-title">{words.trends.title}</h2>
        <span className="grow" />
        <div className="trends-steps">
          <Step label={words.trends.earlier} sign="◀" act={steps.earlier} />
          <Step label={words.trends.later} sign="▶" act={steps.later} />
          <Step label={words.trends.closer} sign="+" act={steps.closer} />
          <Step label={words.trends.wider} sign="−" act={steps.wider} />
          <button type="button" className="button step" disabled={!choice.fixed} onClick={steps.reset}>
            {words.trends.reset}
          </button>
        </div>
        <div className="segment">
          {(Object.keys(PRESETS) as Preset[]).map((preset) => (
            <button
              key={preset}
              type="button"
              aria-pressed={!choice.fixed && choice.preset === preset}
              onClick={() => {
                setTyping(false);
                choose({ preset, fixed: null });
              }}
            >
              {words.trends.ranges[preset]}
            </button>
          ))}
          <button
            type="button"
            aria-pressed={choice.fixed !== null}
            aria-expanded={typing}
            onClick={() => setTyping(!typing)}
          >
            {words.trends.ranges.custom}
          </button>
        </div>
        <div className="segment">
          <button type="button" aria-pressed={!table} onClick={() => setTable(false)}>
            {words.trends.chart}
          </button>
          <button type="button" aria-pressed={table} onClick={() => setTable(true)}>
            {words.trends.table}
          </button>
        </div>
      </div>
      {typing && (
        <RangeForm
          span={span}
          show={(fixed) => {
            setTyping(false);
            choose({ preset: choice.preset, fixed });
          }}
        />
      )}
    </>
  );
}

function Step({ label, sign, act }: { label: string; sign: string; act(): void }) {
  return (
    <button type="button" className="button step" aria-label={label} title={label} onClick={act}>
      {sign}
    </button>
  );
}

const pad = (n: number): string => String(n).padStart(2, '0');

/** What a datetime-local input reads, in the reader's zone. */
function localInput(at: number): string {
  const d = new Date(at);
  return `${d.getFullYear()}-${pad(d.getMonth() + 1)}-${pad(d.getDate())}T${pad(d.getHours())}:${pad(d.getMinutes())}`;
}

function RangeForm({ span, show }: { span: Span; show(span: Span): void }) {
  const [from, setFrom] = useState(localInput(span.from));
  const [to, setTo] = useState(localInput(span.to));
  const [wrong, setWrong] = useState(false);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const given = { from: new Date(from).getTime(), to: new Date(to).getTime() };
    const width = given.to - given.from;
    const sensible = width >= SHORTEST_MS && width <= LONGEST_MS;
    setWrong(!sensible);
    if (sensible) show(given);
  };
  return (
    <form className="range-form" onSubmit={submit}>
      <label className="field">
        {words.trends.from}
        <input
          className="input"
          type="datetime-local"
          value={from}
          onChange={(e) => setFrom(e.target.value)}
          required
        />
      </label>
      <label className="field">
        {words.trends.to}
        <input className="input" type="datetime-local" value={to} onChange={(e) => setTo(e.target.value)} required />
      </label>
      <button type="submit" className="button button-press">
        {words.trends.show}
      </button>
      {wrong && <p role="alert">{words.trends.badRange}</p>}
    </form>
  );
}
