import { useMemo } from 'react';
import { AdminApi } from '../../api/admin';
import { OutsideApi } from '../../api/outside';
import { useServices } from '../../ui/services';

export function useAdmin(): AdminApi {
  const { session } = useServices();
  return useMemo(() => new AdminApi(session), [session]);
}

export function useOutside(): OutsideApi {
  const { session } = useServices();
  return useMemo(() => new OutsideApi(session), [session]);
}
