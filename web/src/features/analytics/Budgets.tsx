import { useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import type { AnalyticsApi, WardLoad } from '../../api/analytics';
import { may } from '../../api/me';
import { dayMonth } from '../../ui/format';
import { Dialog, Field, FormProblem, fieldsOf, useAction } from '../../ui/forms';
import { useServices } from '../../ui/services';
import { type Column, Table } from '../../ui/Table';
import { rethrow } from '../../ui/usePatients';
import { words } from '../../ui/words';
import { budgetOf, one, outlook, percent, whole } from './figures';

const text = words.analytics;
const load = text.load;

/** What is left of today's budgets, and the way to set them. */
export function Budgets({ api, wards }: { api: AnalyticsApi; wards: readonly WardLoad[] }) {
  const { user } = useServices();
  const [open, setOpen] = useState<WardLoad | null>(null);
  const columns = [...wardColumns];
  if (may(user, 'alerts.limits'))
    columns.push({
      label: load.setBudget,
      actions: true,
      cell: (ward) => (
        <button type="button" className="button" onClick={() => setOpen(ward)}>
          {load.setBudget}
          <span className="hidden-words"> {ward.name}</span>
        </button>
      ),
    });
  return (
    <section className="figure-card" aria-labelledby="figures-budgets">
      <h2 id="figures-budgets">{load.budgets}</h2>
      <Table caption={load.budgets} rows={wards} rowKey={(ward) => ward.id} columns={columns} />
      {open && <BudgetDialog api={api} ward={open} close={() => setOpen(null)} />}
    </section>
  );
}

const wardColumns: Column<WardLoad>[] = [
  { label: text.ward, head: true, cell: (ward) => ward.name },
  { label: load.perBedDay, cell: (ward) => (ward.perBedDay === null ? text.unknown : one(ward.perBedDay)) },
  {
    label: load.budget,
    cell: ({ budget }) => (
      <>
        {budget.owner === null
          ? load.budgetOf(one(budget.alertsPerBedDay))
          : load.ownBudget(one(budget.alertsPerBedDay), budget.owner)}
        {budget.owner !== null && budget.setAt !== null && <small>{load.setAt(dayMonth(budget.setAt))}</small>}
      </>
    ),
  },
  { label: load.used, cell: (ward) => <Used ward={ward} /> },
  {
    label: load.pace,
    cell: ({ burn }) => (burn.pacePerBedDay === null ? load.noPace : load.budgetOf(one(burn.pacePerBedDay))),
  },
  {
    label: load.outlook,
    cell: ({ burn }) => <span className={burn.willExceed ? 'budget-over' : ''}>{outlook(burn)}</span>,
  },
];

/** How much of today's budget is used: a bar up to the budget, and the numbers beside it. */
function Used({ ward: { burn } }: { ward: WardLoad }) {
  return (
    <span className="budget-use">
      {burn.usedShare !== null && (
        <span className="budget-bar" aria-hidden="true">
          <span style={{ width: `${Math.min(1, burn.usedShare) * 100}%` }} />
        </span>
      )}
      <span>
        {load.usedOf(whole(burn.alerts), one(burn.allowed))}
        {burn.usedShare !== null && ` · ${percent(burn.usedShare)}`}
      </span>
    </span>
  );
}

interface DialogProps {
  api: AnalyticsApi;
  ward: WardLoad;
  close(): void;
}

function BudgetDialog({ api, ward: { id, name, budget }, close }: DialogProps) {
  const client = useQueryClient();
  const action = useAction({ ...words.patients.known, ...words.alerts.known });
  const [error, setError] = useState('');
  const set = async (alertsPerBedDay: number | null): Promise<void> => {
    const done = await action.run(async () => {
      await api.setBudget(id, alertsPerBedDay).catch(rethrow);
      return true;
    });
    if (!done) return;
    void client.invalidateQueries({ queryKey: ['alert-load'] });
    close();
  };
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const given = budgetOf(fieldsOf(event.currentTarget)('budget'));
    setError(given === null ? load.badBudget : '');
    if (given !== null) void set(given);
  };
  return (
    <Dialog title={load.budgetTitle(name)} close={close}>
      <form className="form" onSubmit={submit} noValidate>
        <p className="dialog-text">{load.budgetHelp}</p>
        <Field
          label={load.budgetField}
          name="budget"
          inputMode="decimal"
          autoComplete="off"
          defaultValue={String(budget.alertsPerBedDay)}
          error={error}
          hint={budget.default === null ? undefined : load.budgetDefault(one(budget.default))}
        />
        <FormProblem>{action.problem}</FormProblem>
        <div className="form-buttons">
          {budget.owner !== null && (
            <button type="button" className="button" disabled={action.busy} onClick={() => void set(null)}>
              {load.budgetReset}
            </button>
          )}
          <button type="submit" className="button button-press" disabled={action.busy}>
            {load.budgetSave}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
