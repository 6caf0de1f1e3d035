import { useMemo } from 'react';
import { usePeers } from './store.ts';

/** What providers are called here: as they told, as was `told` elsewhere, else the beginning of their ids. */
export function useProviderNames(): (id: string, told?: string) => string {
  const peers = usePeers();
  return useMemo(() => {
    const names = new Map((peers ?? []).map(({ displayName, providerId }) => [providerId, displayName]));
    return (id, told) => names.get(id) || told || `${id.slice(0, 12)}…`;
  }, [peers]);
}
