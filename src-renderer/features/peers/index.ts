/** Other nodes: who is connected, who is known, who is blocked. */
export { PeersCard } from './parts/peers-card.tsx';
export { createPeersFeature, PeersProvider, usePeers } from './store.ts';
