import { createContext, useContext } from 'react';
import type { Api } from '../api/client';
import type { Session, SignedInUser } from '../api/session';

/** What every page may use; made once, in app. */
export interface Services {
  api: Api;
  session: Session;
  user: SignedInUser;
  openFind(): void;
  openKeys(): void;
}

export const ServicesContext = createContext<Services | null>(null);

export function useServices(): Services {
  const services = useContext(ServicesContext);
  if (!services) throw new Error('Pages live inside the signed-in part of the app.');
  return services;
}
