import type { AccountApi } from '../../api/account';
import type { SignedInUser } from '../../api/me';
import type { Session } from '../../api/session';
import { useTitle } from '../../ui/hooks';
import { words } from '../../ui/words';
import { FactorSetup } from './FactorSetup';

/** Before anything else, where the installation demands a second factor and there is none. */
export function Enrol({ session, account, user }: { session: Session; account: AccountApi; user: SignedInUser }) {
  useTitle(`${words.enrol.title} · ${words.product}`);
  return (
    <main className="door" id="content">
      <div className="door-card door-wide">
        <div className="door-head">
          <img src="/mark.svg" alt="" width="36" height="36" />
          <h1>{words.enrol.title}</h1>
        </div>
        <p>
          <b>{user.name}</b>
        </p>
        <p>{words.enrol.why}</p>
        <FactorSetup heading="h2" account={account} done={() => void session.renew().catch(() => undefined)} />
        <button type="button" className="button button-plain" onClick={() => void session.signOut()}>
          {words.enrol.signOut}
        </button>
      </div>
    </main>
  );
}
