import { useMemo } from 'react';
import { AdminApi } from '../../api/admin';
import { useServices } from '../../ui/services';

export function useAdmin(): AdminApi {
  const { session } = useServices();
  return useMemo(() => new AdminApi(session), [session]);
}
