/** Other nodes: who is connected, who is known, who is blocked. */
export { BlockDialog, PeerStates, usePeerActions } from './parts/peer-actions.tsx';
export { PeersCard } from './parts/peers-card.tsx';
export { useProviderNames } from './names.ts';
export { byImportance, idOf } from './rules.ts';
export { createPeersFeature, PeersProvider, usePeers } from './store.ts';
