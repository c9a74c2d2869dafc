import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { may } from '../../api/me';
import type { Duty, DutyStaff } from '../../api/oncall';
import { useFilters } from '../../ui/filters';
import { Choice } from '../../ui/forms';
import { SearchBox } from '../../ui/SearchBox';
import { useServices } from '../../ui/services';
import { PageState, ProblemState } from '../../ui/states';
import { type Column, SkeletonRows, Table } from '../../ui/Table';
import { shortWardOf, useWards } from '../../ui/usePatients';
import { words } from '../../ui/words';
import { ROLE_CHOICES, roleWords, useOnCallApi, useOwnWards } from './common';
import { DutiesDialog } from './DutiesDialog';

const text = words.schedules.duties;
const FILTERS = ['search', 'role'] as const;

/** What everybody can be on duty as, and how they like to be told. */
export function Duties() {
  const api = useOnCallApi();
  const { user } = useServices();
  const { wards } = useWards();
  const own = useOwnWards();
  const { values, set } = useFilters(FILTERS);
  const [openId, setOpenId] = useState<string | null>(null);
  const [round, setRound] = useState(0);
  const staff = useQuery({ queryKey: ['duty-staff'], queryFn: ({ signal }) => api.staff(signal) });
  const sought = values.search.toLowerCase();
  const rows = (staff.data ?? []).filter(
    (one) =>
      (one.name ?? '').toLowerCase().includes(sought) &&
      (values.role === '' || one.duties.some(({ role }) => role === values.role)),
  );
  const open = staff.data?.find((one) => one.id === openId) ?? null;
  const mayEdit = (one: DutyStaff): boolean =>
    may(user, 'oncall.manage') && (own === null || own.some(({ id }) => one.wards.includes(id)));
  const edit = ({ id }: DutyStaff): void => {
    setRound(0);
    setOpenId(id);
  };
  const again = async (): Promise<void> => {
    const { error } = await staff.refetch();
    if (error) throw error;
    setRound(round + 1);
  };
  const where = ({ wards: at }: Duty): string =>
    at === null ? text.hospital : at.map((id) => shortWardOf(wards, id)).join(', ');
  const columns: Column<DutyStaff>[] = [
    { label: text.name, head: true, cell: (one) => one.name ?? one.id },
    { label: text.account, cell: (one) => words.role[one.role] ?? one.role },
    {
      label: text.duties,
      cell: (one) => (
        <>
          {one.disabled && <small>{text.disabled}</small>}
          {one.duties.length === 0 && <span className="soft">{text.noDuty}</span>}
          <ul>
            {one.duties.map((duty) => (
              <li key={`${duty.role}/${duty.tier}`}>{text.duty(roleWords(duty.role), duty.tier, where(duty))}</li>
            ))}
          </ul>
        </>
      ),
    },
    {
      label: text.channels,
      cell: (one) => one.channels.map((each) => words.notify.channels[each] ?? each).join(', ') || words.none,
    },
    {
      label: words.admin.edit,
      actions: true,
      cell: (one) =>
        mayEdit(one) && (
          <button type="button" className="button" onClick={() => edit(one)}>
            {words.admin.edit}
            <span className="hidden-words"> {one.name}</span>
          </button>
        ),
    },
  ];
  return (
    <>
      <p className="soft">{text.help}</p>
      <div className="tools">
        <SearchBox hint={text.search} value={values.search} set={(search) => set({ search })} />
        <Choice
          label={text.role}
          value={values.role}
          choose={(role) => set({ role })}
          options={[['', text.allRoles] as const, ...ROLE_CHOICES]}
        />
      </div>
      {staff.isError && <ProblemState error={staff.error} retry={() => void staff.refetch()} />}
      {staff.isPending && <SkeletonRows />}
      {staff.data && rows.length === 0 && (
        <PageState>
          <p>{text.none}</p>
        </PageState>
      )}
      {rows.length > 0 && (
        <Table
          caption={text.table}
          columns={columns}
          rows={rows}
          rowKey={(one) => one.id}
          rowClass={(one) => (one.disabled ? 'row-off' : '')}
        />
      )}
      {open && <DutiesDialog key={round} person={open} close={() => setOpenId(null)} again={again} anew={round > 0} />}
    </>
  );
}
