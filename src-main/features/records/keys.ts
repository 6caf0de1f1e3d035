/** Keys of records that belong to a node read `provider/node/…`; of others they begin with their owner alone. */
import type { PeerId } from '#shared/kernel/ids.ts';
import type { PeerInfo } from '../p2p/index.ts';

export const isOfNode = (key: string, peer: PeerInfo): boolean =>
  key.startsWith(`${peer.providerId}/${peer.peerId}/`);

export const nodeOfKey = (key: string): PeerId => key.split('/', 2)[1] ?? '';
