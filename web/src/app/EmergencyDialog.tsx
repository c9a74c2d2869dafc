import { useQuery } from '@tanstack/react-query';
import { useNavigate } from 'react-router';
import { Emergency } from '../features/emergency/Emergency';
import { Dialog } from '../ui/forms';
import { useServices } from '../ui/services';
import { words } from '../ui/words';
import { emergencyState } from './emergency';

/** A record outside one's wards: looked up exactly, with a reason, and with everybody told. */
export function EmergencyDialog({ close }: { close(): void }) {
  const { api, user } = useServices();
  const navigate = useNavigate();
  const everybody = useQuery({
    queryKey: ['everybody'],
    queryFn: ({ signal }) => api.dashboard(null, signal),
    staleTime: 20_000,
  });
  const opened = (patient: string, until: number): void => {
    close();
    void navigate(`/patient/${encodeURIComponent(patient)}`, { state: emergencyState(user.user, patient, until) });
  };
  return (
    <Dialog title={words.emergency.title} close={close}>
      <Emergency wards={everybody.data?.wards ?? user.wards} opened={opened} />
    </Dialog>
  );
}
