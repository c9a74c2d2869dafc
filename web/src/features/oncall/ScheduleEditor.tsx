import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useNavigate } from 'react-router';
import type { Schedule } from '../../api/oncall';
import { isOvertaken } from '../../api/problem';
import { useNow } from '../../ui/care';
import { localDay } from '../../ui/format';
import { Confirm, FormDone, FormProblem, useAction } from '../../ui/forms';
import { ProblemState } from '../../ui/states';
import { SkeletonRows } from '../../ui/Table';
import { useUnsaved } from '../../ui/Unsaved';
import { rethrow, useWards } from '../../ui/usePatients';
import { words } from '../../ui/words';
import { useDutyChanged, useOnCallApi, useOwnWards } from './common';
import {
  candidates,
  differs,
  draftOf,
  moved,
  newLayer,
  newScheduleOf,
  rulesOf,
  type ScheduleDraft,
  wrongIn,
} from './draft';
import { LayerFields } from './LayerFields';
import { Gaps, Preview } from './Preview';
import { usePreview } from './usePreview';
import { WhatFor } from './WhatFor';

const text = words.schedules.editor;
const LIST = '/oncall/schedules';
const MOST_LAYERS = 10;

/** One schedule, from the server or a new one. `id`: `new`, or the schedule's. */
export function ScheduleEditor({ id }: { id: string }) {
  const api = useOnCallApi();
  // What is entered is decided on what was seen: a newer one does not slip under it.
  const [round, setRound] = useState(0);
  const [said, setSaid] = useState('');
  const found = useQuery({
    queryKey: ['schedule', id, round],
    queryFn: ({ signal }) => api.schedule(id, signal),
    enabled: id !== 'new',
    staleTime: Number.POSITIVE_INFINITY,
    refetchOnMount: 'always',
    gcTime: 0,
  });
  if (id === 'new') return <New />;
  if (found.isError) return <ProblemState error={found.error} retry={() => void found.refetch()} />;
  if (!found.data || found.isFetching) return <SkeletonRows />;
  const again = (what: string): void => {
    setSaid(what);
    setRound(round + 1);
  };
  return <Form key={found.data.version} schedule={found.data} given={draftOf(found.data)} again={again} said={said} />;
}

function New() {
  const { wards } = useWards();
  const own = useOwnWards();
  const now = useNow();
  const start = localDay(now);
  const choices = own ?? wards;
  if (own === null && wards.length === 0) return <SkeletonRows />;
  const draft: ScheduleDraft = {
    name: '',
    ward: choices[0]?.id ?? '',
    role: 'nurse',
    tier: 1,
    zone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    layers: [newLayer(start)],
  };
  return <Form schedule={null} given={draft} again={() => undefined} said="" />;
}

interface FormProps {
  /** Null: a new one. */
  schedule: Schedule | null;
  given: ScheduleDraft;
  /** Loads it anew. */
  again(said: string): void;
  /** What was done before it was loaded. */
  said: string;
}

function Form({ schedule, given: first, again, said }: FormProps) {
  const api = useOnCallApi();
  const changed = useDutyChanged();
  const navigate = useNavigate();
  const action = useAction({ ...words.patients.known, ...text.known });
  const now = useNow();
  const [given] = useState(first);
  const [draft, setDraft] = useState(given);
  const [tried, setTried] = useState(false);
  const [stale, setStale] = useState(false);
  const [ending, setEnding] = useState(false);
  const unsaved = useUnsaved(differs(given, draft));
  const staff = useQuery({ queryKey: ['duty-staff'], queryFn: ({ signal }) => api.staff(signal) });
  const wrong = wrongIn(draft);
  const preview = usePreview(schedule, wrong.any ? null : draft);
  const set = (more: Partial<ScheduleDraft>): void => setDraft({ ...draft, ...more });
  const setLayers = (layers: ScheduleDraft['layers']): void => set({ layers });
  const ended = schedule !== null && schedule.endedAt !== null;
  const save = async (): Promise<void> => {
    setTried(true);
    setStale(false);
    if (wrong.any) return action.refuse(text.somethingWrong);
    const done = await action.run(async () => {
      const sent = schedule
        ? api.changeSchedule(schedule.id, rulesOf(draft), schedule.version)
        : api.addSchedule(newScheduleOf(draft));
      return sent.catch((error: unknown) => {
        setStale(isOvertaken(error));
        rethrow(error);
      });
    });
    if (!done) return;
    unsaved.saved();
    changed();
    if (schedule) again(text.saved);
    else void navigate(LIST);
  };
  return (
    <form
      className="form form-wide schedule"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      <h2>{schedule ? text.edit(schedule.name) : text.new}</h2>
      {ended && <p className="oncall-hole">{text.ended}</p>}
      <div className="schedule-entered">
        <fieldset disabled={ended} className="schedule-parts">
          <WhatFor draft={draft} set={set} isNew={schedule === null} wrong={tried ? wrong : null} />
          <p className="field-hint">{text.layersHelp}</p>
          {draft.layers.map((layer, index) => (
            <section key={layer.key} className="layer" aria-label={text.layer(index + 1)}>
              <div className="tools">
                <h3>{text.layer(index + 1)}</h3>
                <span className="grow" />
                {draft.layers.length > 1 && (
                  <LayerButtons
                    number={index + 1}
                    last={index === draft.layers.length - 1}
                    move={(by) => setLayers(moved(draft.layers, index, by))}
                    remove={() => setLayers(draft.layers.filter((one) => one !== layer))}
                  />
                )}
              </div>
              <LayerFields
                layer={layer}
                number={index + 1}
                wrong={(tried && wrong.layers[index]) || NOTHING_WRONG}
                staff={staff.data ? candidates(staff.data, draft) : []}
                set={(more) => setLayers(draft.layers.map((one) => (one === layer ? { ...one, ...more } : one)))}
              />
            </section>
          ))}
          <button
            type="button"
            className="button"
            disabled={draft.layers.length >= MOST_LAYERS}
            onClick={() => setLayers([...draft.layers, newLayer(localDay(now))])}
          >
            {text.addLayer}
          </button>
        </fieldset>
        {/* Where there is no room beside it, the preview stands below: its gaps stay in sight while one edits above. */}
        {preview.calendar && (
          <div className="schedule-gaps" aria-hidden="true">
            <Gaps preview={preview} />
          </div>
        )}
      </div>
      {!ended && <Preview preview={preview} wrong={wrong.any} again={stale ? null : () => again('')} />}
      <FormProblem>{action.problem}</FormProblem>
      <FormDone>{action.problem || differs(given, draft) ? '' : said}</FormDone>
      <div className="form-buttons">
        {stale && (
          <button type="button" className="button" onClick={() => again('')}>
            {text.loadAgain}
          </button>
        )}
        {schedule && !ended && (
          <button type="button" className="button" onClick={() => setEnding(true)}>
            {text.end}
          </button>
        )}
        {!ended && (
          <button type="submit" className="button button-press" disabled={action.busy}>
            {schedule ? text.save : text.create}
          </button>
        )}
      </div>
      {ending && schedule && (
        <Confirm
          title={text.endWhich(schedule.name)}
          help={text.endHelp}
          label={text.end}
          known={text.known}
          act={async () => {
            await api.endSchedule(schedule.id, schedule.version).catch(rethrow);
            unsaved.saved();
            changed();
            void navigate(LIST);
          }}
          close={() => setEnding(false)}
        />
      )}
      {unsaved.question}
    </form>
  );
}

const NOTHING_WRONG = { length: false, handOver: false, start: false, members: false, restrictions: [] };

interface LayerButtonsProps {
  number: number;
  last: boolean;
  move(by: -1 | 1): void;
  remove(): void;
}

function LayerButtons({ number, last, move, remove }: LayerButtonsProps) {
  return (
    <>
      <button
        type="button"
        className="button"
        aria-label={text.layerUp(number)}
        disabled={number === 1}
        onClick={() => move(-1)}
      >
        ↑
      </button>
      <button
        type="button"
        className="button"
        aria-label={text.layerDown(number)}
        disabled={last}
        onClick={() => move(1)}
      >
        ↓
      </button>
      <button type="button" className="button" onClick={remove}>
        {text.removeLayer(number)}
      </button>
    </>
  );
}
