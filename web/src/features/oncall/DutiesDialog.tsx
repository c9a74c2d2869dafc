import { type FormEvent, useState } from 'react';
import type { Duty, DutyStaff } from '../../api/oncall';
import { isOvertaken } from '../../api/problem';
import { Choice, Dialog, FormDone, FormProblem, useAction } from '../../ui/forms';
import { useUnsaved } from '../../ui/Unsaved';
import { rethrow, useWards } from '../../ui/usePatients';
import { words } from '../../ui/words';
import { ROLE_CHOICES, TIERS, useDutyChanged, useOnCallApi } from './common';
import { moved } from './draft';
import { channelsOf, wrongInDuties } from './duties';

const text = words.schedules.duties;

interface Keyed {
  key: number;
  duty: Duty;
}

interface DutiesProps {
  person: DutyStaff;
  close(): void;
  /** Loads them anew; what is entered is lost. */
  again(): Promise<void>;
  /** They were. */
  anew: boolean;
}

/** What somebody can be on duty as, and how they like to be told. */
export function DutiesDialog({ person: present, close, again, anew }: DutiesProps) {
  const api = useOnCallApi();
  const changed = useDutyChanged();
  const action = useAction({ ...words.patients.known, ...text.known });
  const { wards } = useWards();
  // What is entered is decided on what was seen: newer duties do not slip under it.
  const [person] = useState(present);
  const [stale, setStale] = useState(false);
  const [given] = useState(() => ({
    duties: person.duties.map((duty, key): Keyed => ({ key, duty })),
    channels: channelsOf(person.channels),
  }));
  const [duties, setDuties] = useState(given.duties);
  const [channels, setChannels] = useState(given.channels);
  const [tried, setTried] = useState(false);
  const dirty = duties !== given.duties || channels !== given.channels;
  const unsaved = useUnsaved(dirty);
  const wrong = wrongInDuties(duties.map(({ duty }) => duty));
  const set = (key: number, more: Partial<Duty>): void =>
    setDuties(duties.map((one) => (one.key === key ? { key, duty: { ...one.duty, ...more } } : one)));
  const add = (): void => {
    const key = Math.max(-1, ...duties.map((one) => one.key)) + 1;
    setDuties([...duties, { key, duty: { role: 'nurse', tier: 1, wards: person.wards.slice(0, 1) } }]);
  };
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    setTried(true);
    setStale(false);
    if (wrong.twice) return action.refuse(text.twice);
    if (wrong.wards.some(Boolean)) return action.refuse(text.missingWards);
    const chosen = channels.filter(({ on }) => on).map(({ channel }) => channel);
    const done = await action.run(async () => {
      const all = duties.map(({ duty }) => duty);
      await api.setDuties(person.id, all, chosen, person.version).catch((error: unknown) => {
        setStale(isOvertaken(error));
        rethrow(error);
      });
      return true;
    });
    if (!done) return;
    unsaved.saved();
    changed();
    close();
  };
  return (
    <Dialog title={text.edit(person.name ?? person.id)} close={() => unsaved.leave(close)} wide>
      <form className="form form-wide" onSubmit={(event) => void submit(event)} noValidate>
        {duties.map(({ key, duty }, index) => (
          <fieldset key={key} className="layer duty-fields">
            <legend>{text.one(index + 1)}</legend>
            <div className="form-columns">
              <Choice
                label={text.duties}
                value={duty.role}
                choose={(role) => set(key, { role })}
                options={ROLE_CHOICES}
              />
              <Choice
                label={text.tier}
                value={String(duty.tier)}
                choose={(tier) => set(key, { tier: Number(tier) })}
                options={TIERS.map((one) => [String(one), String(one)] as const)}
              />
              <Choice
                label={text.where}
                value={duty.wards === null ? 'all' : 'wards'}
                choose={(one) => set(key, { wards: one === 'all' ? null : [] })}
                options={[
                  ['wards', text.onWards],
                  ['all', text.everywhere],
                ]}
              />
            </div>
            {duty.wards !== null && (
              <div className="choices">
                {wards.map(({ id, name }) => (
                  <label key={id} className="choice">
                    <input
                      type="checkbox"
                      checked={duty.wards?.includes(id) ?? false}
                      onChange={(event) => {
                        const others = (duty.wards ?? []).filter((one) => one !== id);
                        set(key, { wards: event.target.checked ? [...others, id] : others });
                      }}
                    />
                    {name}
                  </label>
                ))}
              </div>
            )}
            {tried && wrong.wards[index] && <span className="field-error">{text.missingWards}</span>}
            <button type="button" className="button" onClick={() => setDuties(duties.filter((one) => one.key !== key))}>
              {text.remove(index + 1)}
            </button>
          </fieldset>
        ))}
        <button type="button" className="button" onClick={add}>
          {text.add}
        </button>
        <Channels channels={channels} set={setChannels} />
        <FormProblem>{action.problem}</FormProblem>
        <FormDone>{anew && !dirty && !action.problem ? text.loaded : ''}</FormDone>
        <div className="form-buttons">
          {stale && (
            <button type="button" className="button" disabled={action.busy} onClick={() => void action.run(again)}>
              {text.loadAgain}
            </button>
          )}
          <button type="button" className="button" onClick={() => unsaved.leave(close)}>
            {words.action.cancel}
          </button>
          <button type="submit" className="button button-press" disabled={action.busy}>
            {words.action.save}
          </button>
        </div>
      </form>
      {unsaved.question}
    </Dialog>
  );
}

interface ChannelsProps {
  channels: ReturnType<typeof channelsOf>;
  set(channels: ReturnType<typeof channelsOf>): void;
}

function Channels({ channels, set }: ChannelsProps) {
  return (
    <fieldset>
      <legend>{text.channels}</legend>
      <ol className="duty-channels">
        {channels.map(({ channel, on }, index) => {
          const name = words.notify.channels[channel] ?? channel;
          return (
            <li key={channel}>
              <label className="choice">
                <input
                  type="checkbox"
                  checked={on}
                  onChange={(event) =>
                    set(channels.map((one) => (one.channel === channel ? { channel, on: event.target.checked } : one)))
                  }
                />
                {name}
              </label>
              <button
                type="button"
                className="button beside"
                aria-label={text.earlier(name)}
                disabled={index === 0}
                onClick={() => set(moved(channels, index, -1))}
              >
                ↑
              </button>
            </li>
          );
        })}
      </ol>
      <p className="field-hint">{text.channelsHelp}</p>
    </fieldset>
  );
}
