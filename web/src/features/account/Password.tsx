import { type FormEvent, useState } from 'react';
import { Field, FormDone, FormProblem, fieldsOf, useAction } from '../../ui/forms';
import { useServices } from '../../ui/services';
import { words } from '../../ui/words';

const text = words.account.password;

export function Password() {
  const { account } = useServices();
  const action = useAction();
  const [done, setDone] = useState(false);
  const submit = async (event: FormEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault();
    const form = event.currentTarget;
    const field = fieldsOf(form);
    const [current, next, again] = [field('current', false), field('next', false), field('again', false)];
    setDone(false);
    if (!current || !next || !again) return action.refuse(text.missing);
    if (next !== again) return action.refuse(text.differs);
    const changed = await action.run(() => account.changePassword(current, next).then(() => true));
    if (!changed) return;
    form.reset();
    setDone(true);
  };
  return (
    <form className="form" onSubmit={(event) => void submit(event)} noValidate>
      <Field label={text.current} name="current" type="password" autoComplete="current-password" />
      <Field label={text.next} name="next" type="password" autoComplete="new-password" hint={text.hint} />
      <Field label={text.repeat} name="again" type="password" autoComplete="new-password" />
      <FormProblem>{action.problem}</FormProblem>
      <FormDone>{done ? text.done : ''}</FormDone>
      <button type="submit" className="button" disabled={action.busy}>
        {text.submit}
      </button>
    </form>
  );
}
