import { words } from '../../ui/words';

/** What the page can say of a PIN by itself; whether it is too easy, the server judges. Empty: nothing. */
export function pinProblem(pin: string, again: string): string {
  if (!/^\d{4,8}$/.test(pin)) return words.account.pin.digits;
  return pin === again ? '' : words.account.pin.differs;
}
