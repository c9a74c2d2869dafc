import { useQueries, useQuery } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import type { DutyStaff, Given, Schedule, Stretch } from '../../api/oncall';
import { useNow } from '../../ui/care';
import { fromField, toField } from '../../ui/filters';
import { dayMonth, shortTime } from '../../ui/format';
import { Choice, Dialog, Field, FormProblem, fieldsOf, useAction } from '../../ui/forms';
import { rethrow } from '../../ui/usePatients';
import { words } from '../../ui/words';
import { useDutyChanged, useOnCallApi } from './common';

const text = words.oncall;
const HOUR_MS = 3_600_000;
const WEEKS_MS = 14 * 24 * HOUR_MS;

interface Props {
  schedules: readonly Schedule[];
  close(): void;
}

const tiers = (schedules: readonly Schedule[]) =>
  schedules.map(({ id, tier, name }) => [id, `${text.tier(tier)} · ${name}`] as const);

/** Somebody else for a while. */
export function OverrideDialog({ schedules, close }: Props) {
  const api = useOnCallApi();
  const action = useAction(words.patients.known);
  const changed = useDutyChanged();
  const now = useNow();
  const [opened] = useState(() => Math.ceil(now / HOUR_MS) * HOUR_MS);
  const [schedule, setSchedule] = useState(schedules[0]?.id ?? '');
  const [person, setPerson] = useState('');
  const staff = useQuery({ queryKey: ['duty-staff'], queryFn: ({ signal }) => api.staff(signal) });
  const role = schedules[0]?.role ?? '';
  const has = ({ duties }: DutyStaff): boolean => duties.some((one) => one.role === role);
  // Who can be on duty as this comes first.
  const people = [...(staff.data ?? [])].sort((a, b) => Number(has(b)) - Number(has(a)));
  const submit = async (event: FormEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault();
    const field = fieldsOf(event.currentTarget);
    const [from, until] = [fromField(field('from')), fromField(field('until'))];
    if (!person) return action.refuse(text.missingWho);
    if (!(Date.parse(until) > Date.parse(from))) return action.refuse(text.badTimes);
    const done = await action.run(async () => {
      await api.addOverride({ schedule, person, from, until, reason: field('reason') || null }).catch(rethrow);
      return true;
    });
    if (!done) return;
    changed();
    close();
  };
  return (
    <Dialog title={text.overrideTitle} close={close}>
      <form className="form" onSubmit={(event) => void submit(event)} noValidate>
        <p className="dialog-text">{text.overrideHelp}</p>
        <Choice label={text.schedule} value={schedule} choose={setSchedule} options={tiers(schedules)} />
        <Choice
          label={text.who}
          value={person}
          choose={setPerson}
          options={[['', text.choose], ...people.map(({ id, name }) => [id, name ?? id] as const)]}
        />
        <Field
          label={text.from}
          name="from"
          type="datetime-local"
          defaultValue={toField(new Date(opened).toISOString())}
        />
        <Field
          label={text.to}
          name="until"
          type="datetime-local"
          defaultValue={toField(new Date(opened + 12 * HOUR_MS).toISOString())}
        />
        <Field label={text.reason} name="reason" maxLength={200} hint={text.reasonHint} autoComplete="off" />
        <FormProblem>{action.problem}</FormProblem>
        <div className="form-buttons">
          <button type="button" className="button" onClick={close}>
            {words.action.cancel}
          </button>
          <button type="submit" className="button button-press" disabled={action.busy}>
            {text.saveOverride}
          </button>
        </div>
      </form>
    </Dialog>
  );
}

interface Duty extends Given {
  key: string;
  label: string;
  name: string;
}

function dutiesOf(schedule: Schedule, final: readonly Stretch[], now: number): Duty[] {
  return final.flatMap(({ person, from, until }) => {
    if (!person || from < now) return [];
    const times = `${dayMonth(from)} ${shortTime(from)} – ${dayMonth(until)} ${shortTime(until)}`;
    const name = person.name ?? person.id;
    return [
      {
        key: `${schedule.id}/${from}`,
        label: `${name} · ${text.tier(schedule.tier)} · ${times}`,
        name,
        schedule: schedule.id,
        person: person.id,
        from: new Date(from).toISOString(),
        until: new Date(until).toISOString(),
      },
    ];
  });
}

/** Two people take each other's duty. */
export function SwapDialog({ schedules, close }: Props) {
  const api = useOnCallApi();
  const action = useAction(words.patients.known);
  const changed = useDutyChanged();
  const now = useNow();
  const [opened] = useState(now);
  const [chosen, setChosen] = useState({ first: '', second: '' });
  const [agreed, setAgreed] = useState<readonly string[]>([]);
  const calendars = useQueries({
    queries: schedules.map(({ id }) => ({
      queryKey: ['calendar', id, 'ahead', opened],
      queryFn: ({ signal }: { signal: AbortSignal }) => api.calendar(id, opened, opened + WEEKS_MS, signal),
    })),
  });
  const duties = schedules.flatMap((one, index) => dutiesOf(one, calendars[index]?.data?.final ?? [], opened));
  const of = (key: string): Duty | undefined => duties.find((one) => one.key === key);
  const [first, second] = [of(chosen.first), of(chosen.second)];
  const both = [first, second].filter((one) => one !== undefined);
  const given = ({ schedule, person, from, until }: Duty): Given => ({ schedule, person, from, until });
  const submit = async (event: FormEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault();
    const reason = fieldsOf(event.currentTarget)('reason') || null;
    if (!first || !second || first.person === second.person) return action.refuse(text.missingDuty);
    const agreedBy = both.map((one) => one.person).filter((id) => agreed.includes(id));
    if (agreedBy.length === 0) return action.refuse(text.missingAgreed);
    const done = await action.run(async () => {
      await api.swap(given(first), given(second), agreedBy, reason).catch(rethrow);
      return true;
    });
    if (!done) return;
    changed();
    close();
  };
  const options = [['', text.choose] as const, ...duties.map(({ key, label }) => [key, label] as const)];
  return (
    <Dialog title={text.swapTitle} close={close}>
      <form className="form" onSubmit={(event) => void submit(event)} noValidate>
        <p className="dialog-text">{text.swapHelp}</p>
        <Choice
          label={text.first}
          value={chosen.first}
          choose={(key) => setChosen({ ...chosen, first: key })}
          options={options}
        />
        <Choice
          label={text.second}
          value={chosen.second}
          choose={(key) => setChosen({ ...chosen, second: key })}
          options={options}
        />
        {both.length === 2 && (
          <fieldset>
            <legend>{text.agreed}</legend>
            <div className="choices">
              {both.map((one) => (
                <label key={one.key} className="choice">
                  <input
                    type="checkbox"
                    checked={agreed.includes(one.person)}
                    onChange={(event) =>
                      setAgreed(
                        event.target.checked ? [...agreed, one.person] : agreed.filter((id) => id !== one.person),
                      )
                    }
                  />
                  {one.name}
                </label>
              ))}
            </div>
          </fieldset>
        )}
        <Field label={text.reason} name="reason" maxLength={200} hint={text.reasonHint} autoComplete="off" />
        <FormProblem>{action.problem}</FormProblem>
        <div className="form-buttons">
          <button type="button" className="button" onClick={close}>
            {words.action.cancel}
          </button>
          <button type="submit" className="button button-press" disabled={action.busy}>
            {text.saveSwap}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
