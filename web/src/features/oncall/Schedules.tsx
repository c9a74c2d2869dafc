import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Link } from 'react-router';
import type { Layer, Schedule } from '../../api/oncall';
import { PageState, ProblemState } from '../../ui/states';
import { type Column, SkeletonRows, Table } from '../../ui/Table';
import { shortWardOf, useWards } from '../../ui/usePatients';
import { words } from '../../ui/words';
import { roleName, useOnCallApi, useOwnWards } from './common';

const text = words.schedules.list;

/** Every schedule in reach, and the ways to make, change and end them. */
export function Schedules() {
  const api = useOnCallApi();
  const { wards } = useWards();
  const own = useOwnWards();
  const [ended, setEnded] = useState(false);
  const found = useQuery({
    queryKey: ['schedules', ended],
    queryFn: ({ signal }) => api.schedules(signal, ended),
  });
  const where = ({ ward }: Schedule): string => (ward === null ? text.hospital : shortWardOf(wards, ward));
  const mine = ({ ward }: Schedule): boolean => own === null || own.some(({ id }) => id === ward);
  const columns: Column<Schedule>[] = [
    { label: text.name, head: true, cell: (one) => one.name },
    { label: text.where, cell: where },
    { label: text.role, cell: (one) => roleName(one.role) },
    { label: text.tier, cell: (one) => one.tier },
    { label: text.rotation, cell: ({ layers }) => `${text.layers(layers.length)}${rotationOf(layers)}` },
    { label: text.zone, cell: (one) => one.zone },
    { label: text.state, cell: (one) => (one.endedAt === null ? text.inForce : text.ended) },
    {
      label: words.admin.edit,
      actions: true,
      cell: (one) => (
        <span className="form-buttons">
          {mine(one) && (
            <Link className="button" to={`/oncall/schedules/${encodeURIComponent(one.id)}`}>
              {words.admin.edit}
              <span className="hidden-words"> {one.name}</span>
            </Link>
          )}
          {one.endedAt === null && (
            <Link className="button" to={`/oncall?duty=${encodeURIComponent(`${one.ward ?? ''}/${one.role}`)}`}>
              {text.calendar}
              <span className="hidden-words"> {one.name}</span>
            </Link>
          )}
        </span>
      ),
    },
  ];
  return (
    <>
      <div className="tools">
        <label className="choice">
          <input type="checkbox" checked={ended} onChange={(event) => setEnded(event.target.checked)} />
          {text.showEnded}
        </label>
        <span className="grow" />
        <Link className="button button-press" to="/oncall/schedules/new">
          {text.add}
        </Link>
      </div>
      {found.isError && <ProblemState error={found.error} retry={() => void found.refetch()} />}
      {found.isPending && <SkeletonRows />}
      {found.data?.length === 0 && (
        <PageState>
          <p>{text.none}</p>
        </PageState>
      )}
      {found.data && found.data.length > 0 && (
        <Table
          caption={text.table}
          columns={columns}
          rows={found.data}
          rowKey={(one) => one.id}
          rowClass={(one) => (one.endedAt === null ? '' : 'row-off')}
        />
      )}
    </>
  );
}

const rotationOf = (layers: readonly Layer[]): string =>
  layers
    .map(({ rotation, length, unit, members }) => {
      const turns = text.rotations[rotation] ?? text.every(length ?? 1, unit ?? '');
      return `${turns}, ${text.people(members.length)}`;
    })
    .join('; ');
