import { useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useEffect, useMemo, useState } from 'react';
import { CHANNELS, type Channel, NotifyApi, type Rules as RulesDocument } from '../../api/notify';
import { type PushState, pushState, pushSubscription, subscribePush, unsubscribePush } from '../../api/push';
import { Field, FormDone, FormProblem, fieldsOf, useAction } from '../../ui/forms';
import { useServices } from '../../ui/services';
import { ProblemState } from '../../ui/states';
import { words } from '../../ui/words';
import { PathTests } from './PathTests';
import './notify.css';

const text = words.notify.rules;

function useNotifyApi(): NotifyApi {
  const { session } = useServices();
  return useMemo(() => new NotifyApi(session), [session]);
}

/** How this person is told: channels by priority, quiet hours, this browser, and whether it works. */
export function Rules() {
  const api = useNotifyApi();
  const rules = useQuery({ queryKey: ['notify-rules'], queryFn: ({ signal }) => api.rules(signal) });
  if (rules.isError) return <ProblemState error={rules.error} retry={() => void rules.refetch()} />;
  if (!rules.data) return <p className="soft">{words.problem.loading}</p>;
  return (
    <>
      <RulesForm key={JSON.stringify(rules.data)} rules={rules.data} api={api} />
      <Push api={api} />
      <Test api={api} />
      <PathTests />
    </>
  );
}

const CHOSEN = ['medium', 'low'] as const;

function RulesForm({ rules, api }: { rules: RulesDocument; api: NotifyApi }) {
  const client = useQueryClient();
  const action = useAction();
  const [chosen, setChosen] = useState({ medium: rules.medium, low: rules.low });
  const [quiet, setQuiet] = useState(rules.quiet !== null);
  const [said, setSaid] = useState('');
  const zone = rules.quiet?.zone ?? Intl.DateTimeFormat().resolvedOptions().timeZone;
  const toggle = (priority: (typeof CHOSEN)[number], channel: Channel): void =>
    setChosen((before) => ({
      ...before,
      [priority]: before[priority].includes(channel)
        ? before[priority].filter((one) => one !== channel)
        : [...before[priority], channel],
    }));
  const submit = async (event: FormEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault();
    setSaid('');
    const field = fieldsOf(event.currentTarget);
    const [from, until] = [field('from'), field('until')];
    if (quiet && (!from || !until || from === until)) return action.refuse(text.badHours);
    const done = await action.run(() =>
      api.setRules({ ...chosen, mail: field('mail') || null, quiet: quiet ? { from, until, zone } : null }),
    );
    if (!done) return;
    client.setQueryData(['notify-rules'], done);
    setSaid(text.saved);
  };
  return (
    <form className="form" onSubmit={(event) => void submit(event)} noValidate>
      <table className="rules-table">
        <caption className="hidden-words">{text.channel}</caption>
        <thead>
          <tr>
            <th scope="col">{text.priority}</th>
            {CHANNELS.map((channel) => (
              <th key={channel} scope="col">
                {words.notify.channels[channel]}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          <tr>
            <th scope="row">{words.alerts.priority.high}</th>
            {CHANNELS.map((channel) => (
              <td key={channel}>
                <input type="checkbox" checked disabled readOnly aria-label={labelOf(channel, 'high')} />
              </td>
            ))}
          </tr>
          {CHOSEN.map((priority) => (
            <tr key={priority}>
              <th scope="row">{words.alerts.priority[priority]}</th>
              {CHANNELS.map((channel) => (
                <td key={channel}>
                  <input
                    type="checkbox"
                    checked={chosen[priority].includes(channel)}
                    aria-label={labelOf(channel, priority)}
                    onChange={() => toggle(priority, channel)}
                  />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      <p className="field-hint">{text.highNote}</p>
      <Field
        label={text.mail}
        name="mail"
        type="email"
        autoComplete="email"
        defaultValue={rules.mail ?? ''}
        hint={rules.mailServer ? text.mailHint : text.noMail}
      />
      <label className="choice">
        <input type="checkbox" checked={quiet} onChange={(event) => setQuiet(event.target.checked)} />
        {text.quiet}: {text.quietOn}
      </label>
      {quiet && (
        <div className="rules-hours">
          <Field label={text.from} name="from" type="time" defaultValue={rules.quiet?.from ?? '22:00'} />
          <Field label={text.until} name="until" type="time" defaultValue={rules.quiet?.until ?? '07:00'} />
          <p className="field-hint">{text.zone(zone)}</p>
        </div>
      )}
      <FormProblem>{action.problem}</FormProblem>
      <FormDone>{said}</FormDone>
      <div className="form-buttons">
        <button type="submit" className="button button-press" disabled={action.busy}>
          {words.action.save}
        </button>
      </div>
    </form>
  );
}

const labelOf = (channel: Channel, priority: 'high' | 'medium' | 'low'): string =>
  text.label(words.notify.channels[channel] ?? channel, words.alerts.priority[priority].toLowerCase());

const STATE_WORDS: Record<PushState, string> = {
  on: text.pushOn,
  off: text.pushOff,
  denied: text.pushDenied,
  unable: text.pushUnable,
};

function Push({ api }: { api: NotifyApi }) {
  const action = useAction();
  const [state, setState] = useState<PushState | null>(null);
  useEffect(() => {
    void pushState().then(setState, () => setState('unable'));
  }, []);
  const change = async (): Promise<void> => {
    await action.run(async () => {
      if (state === 'on') {
        const subscription = await pushSubscription();
        // The same again answers which one it is.
        if (subscription) await api.unsubscribe((await api.subscribe(subscription)).id);
        await unsubscribePush();
      } else await api.subscribe(await subscribePush(await api.pushKey()));
    });
    setState(await pushState().catch(() => 'unable' as const));
  };
  if (state === null) return null;
  return (
    <div>
      <h3>{text.push}</h3>
      <p className="field-hint">{STATE_WORDS[state]}</p>
      <FormProblem>{action.problem}</FormProblem>
      {(state === 'on' || state === 'off') && (
        <button type="button" className="button" disabled={action.busy} onClick={() => void change()}>
          {state === 'on' ? text.unsubscribe : text.subscribe}
        </button>
      )}
    </div>
  );
}

function Test({ api }: { api: NotifyApi }) {
  const action = useAction();
  const [said, setSaid] = useState('');
  const test = async (): Promise<void> => {
    setSaid('');
    const done = await action.run(() => api.test().then(() => true));
    if (done) setSaid(text.tested);
  };
  return (
    <div className="form-buttons">
      <button type="button" className="button" disabled={action.busy} onClick={() => void test()}>
        {text.test}
      </button>
      <FormProblem>{action.problem}</FormProblem>
      <FormDone>{said}</FormDone>
    </div>
  );
}
