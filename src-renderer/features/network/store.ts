import { useEffect, useEffectEvent } from 'react';
import type { NetworkView } from '#shared/features/p2p/joining.ts';
import { type Query, useQuery } from '../../platform/use-query.ts';

/** Told to every part of the page that shows this node when one of them changed something. */
const CHANGED = 'toolswarm:network-changed';

export const networkChanged = (): void => void window.dispatchEvent(new Event(CHANGED));

/** Where this node stands: addresses, private network, open invitations. */
export function useNetwork(): Query<NetworkView> {
  const query = useQuery((node, signal) => node['network.show']({}, { signal }), []);
  const reload = useEffectEvent(() => query.reload());
  useEffect(() => {
    const listen = () => reload();
    window.addEventListener(CHANGED, listen);
    return () => window.removeEventListener(CHANGED, listen);
  }, []);
  return { ...query, reload: networkChanged };
}
