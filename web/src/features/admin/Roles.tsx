import { useQuery } from '@tanstack/react-query';
import type { Role } from '../../api/adminShapes';
import { PageState, ProblemState } from '../../ui/states';
import { SkeletonRows } from '../../ui/Table';
import { words } from '../../ui/words';
import { useAdmin } from './useAdmin';

const text = words.admin.roles;

/** Permissions down, roles across; each field says for whom. */
export function Roles() {
  const admin = useAdmin();
  const roles = useQuery({ queryKey: ['roles'], queryFn: ({ signal }) => admin.roles(signal), staleTime: 60_000 });
  if (roles.isError) return <ProblemState error={roles.error} retry={() => void roles.refetch()} />;
  if (!roles.data) return <SkeletonRows />;
  const all = roles.data.items;
  if (all.length === 0)
    return (
      <PageState>
        <p>{text.none}</p>
      </PageState>
    );
  return (
    <>
      <p className="admin-intro">{text.intro}</p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: wider than a small screen, so the keys must be able to scroll it */}
      <section className="matrix" aria-label={text.table} tabIndex={0}>
        <table className="data data-wide">
          <caption className="hidden-words">{text.table}</caption>
          <thead>
            <tr>
              <th scope="col">{text.permission}</th>
              {all.map((role) => (
                <th key={role.role} scope="col">
                  {words.role[role.role] ?? role.role}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {permissionsOf(all).map(({ permission, description }) => (
              <tr key={permission}>
                <th scope="row">
                  {description || permission}
                  <small>{permission}</small>
                </th>
                {all.map((role) => (
                  <td key={role.role}>{scopeWords(role, permission)}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </>
  );
}

/** Each once, in the order in which the roles name them. */
export function permissionsOf(roles: readonly Role[]): { permission: string; description: string }[] {
  const found = new Map<string, string>();
  for (const role of roles)
    for (const { permission, description } of role.permissions)
      if (!found.get(permission)) found.set(permission, description);
  return [...found].map(([permission, description]) => ({ permission, description }));
}

function scopeWords(role: Role, permission: string) {
  const found = role.permissions.find((one) => one.permission === permission);
  if (!found)
    return (
      <span className="matrix-no">
        <span aria-hidden="true">–</span>
        <span className="hidden-words">{text.mayNot}</span>
      </span>
    );
  return found.scope ? text.scope[found.scope] : text.may;
}
