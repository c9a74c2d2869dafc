import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { Person, WardEntry } from '../../api/adminShapes';
import { useFilters } from '../../ui/filters';
import { timeOrDate } from '../../ui/format';
import { SearchBox } from '../../ui/SearchBox';
import { type Column, PagedTable, rowsOf, usePages } from '../../ui/Table';
import { words } from '../../ui/words';
import { AddPerson } from './AddPerson';
import { PersonDialog } from './PersonDialog';
import { useAdmin } from './useAdmin';

const text = words.admin.people;

export function People() {
  const admin = useAdmin();
  const client = useQueryClient();
  const { values, set } = useFilters(['search']);
  const [adding, setAdding] = useState(false);
  const [openId, setOpenId] = useState<string | null>(null);
  const people = usePages(['people', values.search], (after, signal) =>
    admin.people({ search: values.search, limit: '50', after }, signal),
  );
  const wards = useQuery({ queryKey: ['admin-wards'], queryFn: ({ signal }) => admin.wards(signal) });
  const known = wards.data?.items ?? [];
  const changed = (): void => void client.invalidateQueries({ queryKey: ['people'] });
  const open = rowsOf(people).find((one) => one.id === openId) ?? null;
  return (
    <>
      <div className="tools">
        <SearchBox hint={text.searchHint} value={values.search} set={(search) => set({ search })} />
        <span className="grow" />
        <button type="button" className="button button-press" onClick={() => setAdding(true)}>
          {text.add}
        </button>
      </div>
      <PagedTable
        paged={people}
        caption={words.admin.sections.people}
        empty={text.none}
        columns={columns(known, (person) => setOpenId(person.id))}
        rowKey={(person) => person.id}
        rowClass={(person) => (person.disabled ? 'row-off' : '')}
      />
      {adding && <AddPerson wards={known} close={() => setAdding(false)} changed={changed} />}
      {open && <PersonDialog person={open} wards={known} close={() => setOpenId(null)} changed={changed} />}
    </>
  );
}

function columns(wards: readonly WardEntry[], open: (person: Person) => void): Column<Person>[] {
  const nameOf = (id: string): string => wards.find((one) => one.id === id)?.name.split(' · ')[0] ?? id;
  return [
    { label: text.name, head: true, cell: (person) => person.name },
    { label: text.user, cell: (person) => person.user },
    { label: text.role, cell: (person) => words.role[person.role] ?? person.role },
    {
      label: text.wards,
      cell: (person) => person.patient ?? (person.wards.map(nameOf).join(', ') || words.none),
    },
    { label: text.signIn, cell: signInWords },
    {
      label: text.lastSignIn,
      cell: (person) =>
        person.lastSignInAt === null ? words.admin.never : timeOrDate(person.lastSignInAt, Date.now()),
    },
    {
      label: text.state,
      cell: (person) => (person.disabled ? <span className="chip">{text.disabled}</span> : text.active),
    },
    {
      label: words.admin.edit,
      actions: true,
      cell: (person) => (
        <button type="button" className="button" onClick={() => open(person)}>
          {words.admin.edit}
          <span className="hidden-words"> {person.name}</span>
        </button>
      ),
    },
  ];
}

function signInWords(person: Person): string {
  const ways: string[] = [text.password];
  if (person.secondFactor) ways.push(text.factor);
  if (person.passkeys > 0) ways.push(text.passkeys(person.passkeys));
  return ways.join(', ');
}
