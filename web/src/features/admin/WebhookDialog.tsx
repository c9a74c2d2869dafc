import { type FormEvent, useState } from 'react';
import { KINDS, type Webhook } from '../../api/outside';
import { PRIORITIES } from '../../live/alertTypes';
import { Dialog, Field, FormProblem, fieldsOf, Secret, useAction } from '../../ui/forms';
import { useUnsaved } from '../../ui/Unsaved';
import { rethrow } from '../../ui/usePatients';
import { words } from '../../ui/words';
import { useOutside } from './useAdmin';

const text = words.webhooks;
const USUAL = ['high', 'medium'];

interface Props {
  /** Null: a new one. */
  webhook: Webhook | null;
  close(): void;
  changed(): void;
}

/** Another system that is told: of what, where, and the secret, which is shown once. */
export function WebhookDialog({ webhook, close, changed }: Props) {
  const outside = useOutside();
  const action = useAction({ ...words.patients.known, ...text.known });
  const [secret, setSecret] = useState<string | null>(null);
  const [dirty, setDirty] = useState(false);
  const unsaved = useUnsaved(dirty);
  const submit = async (event: FormEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault();
    const form = event.currentTarget;
    const field = fieldsOf(form);
    const chosen = new FormData(form);
    const change = {
      name: field('name'),
      address: field('address'),
      kinds: KINDS.filter((one) => chosen.getAll('kinds').includes(one)),
      priorities: PRIORITIES.filter((one) => chosen.getAll('priorities').includes(one)),
      enabled: field('enabled') === 'on',
    };
    if (!change.name || !change.address || change.priorities.length === 0) return action.refuse(text.missing);
    const newSecret = field('newSecret') === 'on';
    const drawn = await action.run(() => {
      const sent = webhook
        ? outside.changeWebhook(webhook.id, { ...change, version: webhook.version, newSecret })
        : outside.addWebhook(change);
      return sent.catch(rethrow);
    });
    if (!drawn) return;
    unsaved.saved();
    changed();
    if (drawn.secret === null) close();
    else setSecret(drawn.secret);
  };
  const title = webhook ? text.edit(webhook.name) : text.add;
  if (secret !== null)
    return (
      <Dialog key="secret" title={title} close={close} held>
        <Secret label={text.secretOnce} value={secret} />
        <p className="field-hint">{text.secretHelp}</p>
        <div className="form-buttons">
          <button type="button" className="button button-press" onClick={close}>
            {words.action.done}
          </button>
        </div>
      </Dialog>
    );
  return (
    <Dialog title={title} close={() => unsaved.leave(close)}>
      <form className="form" onSubmit={(event) => void submit(event)} onChange={() => setDirty(true)} noValidate>
        <Field
          label={text.name}
          name="name"
          hint={text.nameHint}
          defaultValue={webhook?.name}
          maxLength={100}
          autoComplete="off"
        />
        <Field
          label={text.address}
          name="address"
          type="url"
          hint={text.addressHint}
          defaultValue={webhook?.address}
          autoComplete="off"
        />
        <Boxes
          legend={text.priorities}
          name="priorities"
          all={PRIORITIES}
          chosen={webhook?.priorities ?? USUAL}
          said={words.alerts.priority}
        />
        <Boxes legend={text.kinds} name="kinds" all={KINDS} chosen={webhook?.kinds ?? []} said={words.notify.kinds} />
        <p className="field-hint">{text.kindsHint}</p>
        <label className="choice">
          <input type="checkbox" name="enabled" defaultChecked={webhook?.enabled ?? true} />
          {text.enabled}
        </label>
        {webhook && (
          <>
            <label className="choice">
              <input type="checkbox" name="newSecret" />
              {text.newSecret}
            </label>
            <p className="field-hint">{text.newSecretHelp}</p>
          </>
        )}
        <FormProblem>{action.problem}</FormProblem>
        <div className="form-buttons">
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

interface BoxesProps {
  legend: string;
  name: string;
  all: readonly string[];
  chosen: readonly string[];
  said: Record<string, string>;
}

function Boxes({ legend, name, all, chosen, said }: BoxesProps) {
  return (
    <fieldset>
      <legend>{legend}</legend>
      <div className="choices">
        {all.map((one) => (
          <label key={one} className="choice">
            <input type="checkbox" name={name} value={one} defaultChecked={chosen.includes(one)} />
            {said[one] ?? one}
          </label>
        ))}
      </div>
    </fieldset>
  );
}
