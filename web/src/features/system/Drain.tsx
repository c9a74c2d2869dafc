import { useState } from 'react';
import { ApiProblem } from '../../api/problem';
import type { SystemApi, SystemNode } from '../../api/system';
import { Dialog, FormProblem, useAction } from '../../ui/forms';
import { rethrow } from '../../ui/usePatients';
import { words } from '../../ui/words';

const text = words.system.drain;

interface Props {
  node: SystemNode;
  api: SystemApi;
  close(): void;
  done(): void;
}

/** The second press. The last node of its roles is drained only after a third one that was warned of what that means. */
export function Drain({ node: { name, roles }, api, close, done }: Props) {
  const action = useAction(text.known);
  const [last, setLast] = useState(false);
  const drain = async (): Promise<void> => {
    const outcome = await action.run(() =>
      api.drain(name, last).then(
        () => 'draining' as const,
        (error: unknown) =>
          error instanceof ApiProblem && error.type === 'last-node' ? ('last' as const) : rethrow(error),
      ),
    );
    if (outcome === 'last') setLast(true);
    if (outcome !== 'draining') return;
    done();
    close();
  };
  return (
    <Dialog title={text.title(name)} close={close}>
      <p className="dialog-text">{text.help(name)}</p>
      <div role="alert">
        {last && (
          <p className="drain-last">
            <b aria-hidden="true">{words.priority.technical.sign} </b>
            {text.last(name, roles.join(', '))}
          </p>
        )}
      </div>
      <FormProblem>{action.problem}</FormProblem>
      <div className="form-buttons">
        {/* The focus is here: keys that are pressed once too often change nothing. */}
        <button type="button" className="button" onClick={close}>
          {words.action.cancel}
        </button>
        <button type="button" className="button button-press" disabled={action.busy} onClick={() => void drain()}>
          {last ? text.force : text.yes(name)}
        </button>
      </div>
    </Dialog>
  );
}
