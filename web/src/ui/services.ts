import { createContext, useContext } from 'react';
import type { AccountApi } from '../api/account';
import type { Api } from '../api/client';
import type { SignedInUser } from '../api/me';
import type { Session } from '../api/session';
import type { Alert, Incident } from '../live/alertTypes';

/** What every page may use; made once, in app. */
export interface Services {
  api: Api;
  account: AccountApi;
  session: Session;
  user: SignedInUser;
  openFind(): void;
  openKeys(): void;
  /** Asks for a record outside one's wards, where that is allowed at all. */
  openEmergency(): void;
  /** Asks before something is done about an alert, and does it as the one who is signed in. */
  respond(request: Respond): void;
}

export type Deed = 'acknowledge' | 'silence' | 'review' | 'resolve' | 'comment' | 'more' | 'raise' | 'end';

/** What is to be done, and about what: an alert, the work behind it, or both. */
export interface Respond {
  deed: Deed;
  alert: Alert | null;
  incident: Incident | null;
  /** Whose it is, as the reader knows them: “bed 3, Haddad, S.” */
  place: string;
  /** For whom an alert is raised by hand. */
  patient?: string;
}

export const ServicesContext = createContext<Services | null>(null);

export function useServices(): Services {
  const services = useContext(ServicesContext);
  if (!services) throw new Error('Pages live inside the signed-in part of the app.');
  return services;
}
