import { may, type Permission } from '../api/me';
import { useServices } from '../ui/services';
import { PageState } from '../ui/states';
import { words } from '../ui/words';

export function useMay(permission: Permission): boolean {
  const { user } = useServices();
  return may(user, permission);
}

/** A page that this person's role does not have. */
export function NotAllowed() {
  return (
    <main id="content" className="page-main" tabIndex={-1}>
      <PageState>
        <p>{words.problem.forbidden}</p>
      </PageState>
    </main>
  );
}
