import type { PeerView } from '#shared/features/p2p/contract.ts';
import { createLive, type Live, type LiveFeature } from '../../platform/live.ts';
import type { NodeLink } from '../../platform/node-link.ts';
import { storeContext } from '../../platform/store-context.ts';

export type Peers = { items: PeerView[] };

export const createPeersFeature = (link: NodeLink): LiveFeature<Live<Peers>> =>
  createLive(link, (node, options) => node['peers.watch']({}, options));

const context = storeContext<Live<Peers>>('peers');
export const PeersProvider = context.Provider;
export const usePeers = (): PeerView[] | undefined => context.useSlice((state) => state.value?.items);
