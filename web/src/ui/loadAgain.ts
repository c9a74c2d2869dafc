import type { QueryClient, QueryKey } from '@tanstack/react-query';

/**
 * Loads what is shown under a key anew, since it has changed. Whatever answer is on its way was asked for too early and counts for
 * nothing. Invalidating alone would wait for it where nothing is shown yet.
 */
export async function loadAgain(client: QueryClient, queryKey: QueryKey): Promise<void> {
  await client.cancelQueries({ queryKey, predicate: ({ state }) => state.data === undefined });
  await client.invalidateQueries({ queryKey });
}
