import type { Delivery } from '../../api/outside';
import { clockOrDate } from '../../ui/format';
import type { Column } from '../../ui/Table';
import { words } from '../../ui/words';

const text = words.webhooks;
const rows = text.attempts;

export const faultWords = (error: string): string => text.faults[error] ?? text.fault(error);

const stageWords = ({ stage, error }: Delivery): string => {
  const said = (words.notify.stages as Record<string, string>)[stage] ?? stage;
  return error ? `${said}: ${faultWords(error)}` : said;
};

/** What became of messages; `withTo`: also on which way and to whom. */
export function deliveryColumns(withTo: boolean): Column<Delivery>[] {
  return [
    { label: rows.at, cell: (one) => clockOrDate(one.at, Date.now()), className: 'nowrap' },
    {
      label: rows.what,
      head: true,
      cell: (one) => rows.of(words.notify.kinds[one.kind] ?? one.kind, words.alerts.priority[one.priority]),
    },
    ...(withTo
      ? [
          { label: rows.channel, cell: (one: Delivery) => words.notify.channels[one.channel] ?? one.channel },
          { label: rows.to, cell: (one: Delivery) => one.destination || words.none },
        ]
      : []),
    { label: rows.who, cell: (one) => one.account ?? words.none },
    { label: rows.stage, cell: stageWords },
    { label: rows.attempts, cell: (one) => one.attempts, className: 'number' },
  ];
}
