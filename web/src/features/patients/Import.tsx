import { useQueryClient } from '@tanstack/react-query';
import { type ChangeEvent, useState } from 'react';
import { Link } from 'react-router';
import type { ImportAnswer, ImportProblem } from '../../api/patientShapes';
import { ApiProblem } from '../../api/problem';
import { download } from '../../ui/csv';
import { Field, FormDone, FormProblem, useAction } from '../../ui/forms';
import { Table } from '../../ui/Table';
import { usePatients, useWards } from '../../ui/usePatients';
import { words } from '../../ui/words';
import { importTemplate, MOST_IMPORT_BYTES } from './template';
import './patients.css';

const text = words.patients.import;

/** What is known of the chosen file: nothing, its check, or that it is in. */
type Known = { step: 'chosen' } | { step: 'checked' | 'done'; answer: ImportAnswer };

const LOST = 'answer-lost';

const clean = ({ problems, problemCount }: ImportAnswer): boolean => problems.length === 0 && problemCount === 0;

/** Many patients at once: a file is checked as a whole, and taken over as a whole or not at all. */
export function Import() {
  const api = usePatients();
  const client = useQueryClient();
  const { wards } = useWards();
  const [file, setFile] = useState<File | null>(null);
  const [known, setKnown] = useState<Known>({ step: 'chosen' });
  const [working, setWorking] = useState<'' | 'check' | 'import'>('');
  const action = useAction({ 'invalid-parameter': text.notRead, 'import-refused': text.notRead, [LOST]: text.unknown });

  const choose = (event: ChangeEvent<HTMLInputElement>): void => {
    setFile(event.target.files?.[0] ?? null);
    setKnown({ step: 'chosen' });
    action.refuse('');
  };
  const send = async (dryRun: boolean): Promise<void> => {
    if (!file) return action.refuse(text.missing);
    if (file.size > MOST_IMPORT_BYTES) return action.refuse(text.tooLarge);
    setWorking(dryRun ? 'check' : 'import');
    const sent = await action.run(() =>
      api.importFile(file, dryRun).catch((error: unknown) => {
        // Whether a file was taken over whose answer got lost is not known here, and must not be called undone.
        const lost = error instanceof ApiProblem && (error.status <= 0 || error.status >= 500);
        if (lost && !dryRun) throw new ApiProblem(error.status, LOST, '');
        throw error;
      }),
    );
    setWorking('');
    if (!sent) return;
    setKnown({ step: !dryRun && sent.done && clean(sent.answer) ? 'done' : 'checked', answer: sent.answer });
    if (dryRun) return;
    void client.invalidateQueries({ queryKey: ['patients'] });
    void client.invalidateQueries({ queryKey: ['beds'] });
  };
  return (
    <main id="content" className="sheet import-steps" tabIndex={-1}>
      <p className="dialog-text">{text.help}</p>
      <p className="dialog-text">{text.columns}</p>
      <button
        type="button"
        className="button"
        onClick={() => download(text.templateName, importTemplate(wards[0]?.id ?? 'ward-1', '1'))}
      >
        {text.template}
      </button>
      <Field label={text.file} type="file" accept=".csv,text/csv" onChange={choose} disabled={working !== ''} />
      <FormProblem>{action.problem}</FormProblem>
      {known.step === 'chosen' && (
        <button type="button" className="button button-press" disabled={working !== ''} onClick={() => void send(true)}>
          {working === 'check' ? text.checking : text.check}
        </button>
      )}
      {known.step === 'checked' && <Checked answer={known.answer} busy={working !== ''} go={() => void send(false)} />}
      <FormDone>{known.step === 'done' ? text.done(known.answer.registered, known.answer.unchanged) : ''}</FormDone>
      {known.step === 'done' && (
        <Link className="button" to="/patients">
          {text.toList}
        </Link>
      )}
    </main>
  );
}

function Checked({ answer, busy, go }: { answer: ImportAnswer; busy: boolean; go(): void }) {
  const { problems, problemCount, rows, registered, unchanged } = answer;
  if (clean(answer))
    return (
      <>
        <FormDone>{registered === 0 ? text.nothingNew : text.good(rows, registered, unchanged)}</FormDone>
        {registered > 0 && (
          <button type="button" className="button button-press" disabled={busy} onClick={go}>
            {busy ? text.going : text.go(registered)}
          </button>
        )}
      </>
    );
  return (
    <>
      <FormProblem>{`${text.refused} ${text.problems(Math.max(problemCount, problems.length), rows)}`}</FormProblem>
      {problemCount > problems.length && <p className="dialog-text">{text.firstOnly(problems.length, problemCount)}</p>}
      <Table
        caption={text.table}
        columns={[
          { label: text.row, head: true, cell: (one: ImportProblem) => one.row, className: 'number' },
          { label: text.field, cell: (one: ImportProblem) => one.field || words.none },
          { label: text.problem, cell: (one: ImportProblem) => one.problem, className: 'wide' },
        ]}
        rows={problems}
        rowKey={(one) => `${one.row}/${one.field}/${one.problem}`}
      />
    </>
  );
}
