import { createContext, useContext } from 'react';
import type { AccountApi } from '../api/account';
import type { Api } from '../api/client';
import type { SignedInUser } from '../api/me';
import type { Session } from '../api/session';

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
}

export const ServicesContext = createContext<Services | null>(null);

export function useServices(): Services {
  const services = useContext(ServicesContext);
  if (!services) throw new Error('Pages live inside the signed-in part of the app.');
  return services;
}
