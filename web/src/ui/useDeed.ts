import { useQueryClient } from '@tanstack/react-query';
import { useCareApi, useCareFeed } from './care';
import { type Action, useAction } from './forms';
import { rethrow } from './usePatients';
import { words } from './words';

/** Whatever shows an incident or alerts by a query of its own. */
const SHOWN = ['incident', 'incidents', 'alerts', 'limits', 'handover'];

/** A deed with its waiting and failure; afterwards everything that shows alerts is asked for anew. */
export function useDeed(): Action & {
  api: ReturnType<typeof useCareApi>;
  act(deed: () => Promise<void>): Promise<boolean>;
} {
  const api = useCareApi();
  const feed = useCareFeed();
  const client = useQueryClient();
  const action = useAction({ ...words.patients.known, ...words.alerts.known });
  const act = async (deed: () => Promise<void>): Promise<boolean> => {
    const done = await action.run(async () => {
      await deed().catch(rethrow);
      return true;
    });
    feed?.refresh();
    for (const key of SHOWN) void client.invalidateQueries({ queryKey: [key] });
    return done === true;
  };
  return { ...action, api, act };
}
