import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { isPatient, may } from '../../api/me';
import { timeOrDate } from '../../ui/format';
import { useServices } from '../../ui/services';
import { words } from '../../ui/words';
import { gathered } from './looks';

const text = words.looked;
const FEW = 6;

/** Who read this record, for the patient themself and for those who keep an eye on it. */
export function WhoLooked({ patientId, now }: { patientId: string; now: number }) {
  const { api, user } = useServices();
  const [all, setAll] = useState(false);
  const allowed = may(user, 'own.read') || may(user, 'audit.read');
  const looks = useQuery({
    queryKey: ['looks', patientId],
    queryFn: ({ signal }) => api.looks(patientId, signal),
    enabled: allowed,
    refetchInterval: 60_000,
  });
  if (!allowed) return null;
  const rows = gathered(looks.data ?? []);
  return (
    <section className="card-part" aria-labelledby="looked-title">
      <h2 id="looked-title">{isPatient(user) ? text.titleOwn : text.title}</h2>
      {looks.isError && <p className="note">{text.failed}</p>}
      {looks.data?.length === 0 && <p className="note">{text.none}</p>}
      <ul className="looked">
        {rows.slice(0, all ? undefined : FEW).map((row) => (
          <li key={`${row.at}/${row.name}/${row.action}`}>
            <b>{text.by(row.name, words.role[row.role] ?? row.role)}</b>
            <small>
              {text.action[row.action] ?? row.action} · {timeOrDate(row.at, now)}
              {row.times > 1 && ` · ${text.times(row.times)}`}
              {row.purpose && ` · ${row.purpose}`}
            </small>
          </li>
        ))}
      </ul>
      {rows.length > FEW && (
        <button type="button" className="button" onClick={() => setAll(!all)}>
          {all ? text.fewer : text.more}
        </button>
      )}
    </section>
  );
}
