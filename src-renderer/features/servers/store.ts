import type { Share } from '#shared/features/access/contract.ts';
import type { ServerView } from '#shared/features/servers/contract.ts';
import { createStore } from 'zustand/vanilla';
import type { Fault } from '../../platform/faults.ts';
import { faultOf } from '../../platform/faults.ts';
import { follow } from '../../platform/follow.ts';
import type { LiveFeature } from '../../platform/live.ts';
import type { NodeLink } from '../../platform/node-link.ts';
import { storeContext } from '../../platform/store-context.ts';

export interface ServersState {
  /** `undefined` until the node has said. */
  items: ServerView[] | undefined;
  shares: ReadonlyMap<string, Share>;
  fault: Fault | undefined;
  /** Reads again what is shared; called after a change of it, and with every change of the servers. */
  readShares(): Promise<void>;
}

/** The servers as the node tells them, and with whom each is shared. */
export function createServersFeature(link: NodeLink): LiveFeature<ServersState> {
  const store = createStore<ServersState>((set) => ({
    items: undefined,
    shares: new Map(),
    fault: undefined,
    async readShares() {
      try {
        const { items } = await link.node['access.shares']({});
        set({ shares: new Map(items.map((share) => [share.server, share])) });
      } catch (error) {
        set({ fault: faultOf(error) });
      }
    },
  }));
  const stream = follow(link, {
    open: (node, options) => node['servers.watch']({}, options),
    onItem({ items }) {
      store.setState({ items, fault: undefined });
      void store.getState().readShares();
    },
    onFault: (fault) => store.setState({ fault }),
  });
  return { store, close: () => stream.close() };
}

const context = storeContext<ServersState>('servers');
export const ServersProvider = context.Provider;
export const useServers = context.useSlice;
