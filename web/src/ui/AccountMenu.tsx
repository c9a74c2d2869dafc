import { useServices } from './services';
import { words } from './words';

/** Who is signed in, the keys, and the way out. A popover: closes by itself on Escape and on a press elsewhere. */
export function AccountMenu() {
  const { user, session, openKeys } = useServices();
  return (
    <>
      <button type="button" className="button button-plain" popoverTarget="account-menu">
        {user.name || words.account.title}
        <span className="hidden-words"> · {words.account.open}</span>
      </button>
      <div id="account-menu" className="menu" popover="auto">
        <p>
          <b>{user.name}</b>
          <br />
          {words.role[user.role] ?? user.role}
        </p>
        <button
          type="button"
          className="button"
          popoverTarget="account-menu"
          popoverTargetAction="hide"
          onClick={openKeys}
        >
          {words.account.keys} <span className="key">?</span>
        </button>
        <button type="button" className="button" onClick={() => void session.signOut()}>
          {words.account.signOut}
        </button>
      </div>
    </>
  );
}
