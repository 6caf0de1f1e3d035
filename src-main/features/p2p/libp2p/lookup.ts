/** The distributed index: who says that he serves a key. */
import { CID } from 'multiformats/cid';
import * as raw from 'multiformats/codecs/raw';
import { create as createDigest } from 'multiformats/hashes/digest';
import { p2pError } from '#shared/features/p2p/errors.ts';
import { sha256Bytes } from '#shared/kernel/canonical.ts';
import type { PeerId } from '#shared/kernel/ids.ts';
import type { Dialable } from './dialable.ts';
import { withPeer } from './dialler.ts';
import type { Node } from './node.ts';

const SHA2_256 = 0x12;
const DEFAULT_FIND_LIMIT = 20;

/** Keys of any length become the content id of their SHA-256. */
export const cidOf = (key: Uint8Array): CID =>
  CID.createV1(raw.code, createDigest(SHA2_256, sha256Bytes(key)));

/**
 * Puts a provider record at the nodes closest to the key. Throws `p2p.no_index` where not one of them took it: a
 * record that nobody holds must not look like success. The library renews records before they expire.
 */
export async function provide(node: Node, key: Uint8Array, signal?: AbortSignal): Promise<void> {
  let stored = 0;
  for await (const event of node.services.dht.provide(cidOf(key), signal ? { signal } : {}))
    if (event.name === 'PEER_RESPONSE' && event.messageName === 'ADD_PROVIDER') stored++;
  if (stored === 0) throw p2pError('p2p.no_index');
}

/** Ends the renewals of a provider record. */
export const withdraw = (node: Node, key: Uint8Array): Promise<void> =>
  node.services.dht.cancelReprovide(cidOf(key));

/**
 * Peers that claim to serve the key, each once, as answers come in. Ends early at `limit`. Of the addresses that come with
 * them only those are kept that are dialled on the word of strangers.
 */
export async function* find(
  node: Node,
  dialable: Dialable,
  key: Uint8Array,
  options: { limit?: number; signal?: AbortSignal } = {},
): AsyncIterable<PeerId> {
  const seen = new Set<PeerId>([node.peerId.toString()]);
  const limit = 1 + (options.limit ?? DEFAULT_FIND_LIMIT);
  const events = node.services.dht.findProviders(
    cidOf(key),
    options.signal ? { signal: options.signal } : {},
  );
  for await (const event of events) {
    if (event.name !== 'PROVIDER') continue;
    for (const provider of event.providers) {
      const peerId = provider.id.toString();
      if (seen.has(peerId)) continue;
      seen.add(peerId);
      const multiaddrs = provider.multiaddrs.filter(
        (address) => dialable.refuse(withPeer(address.toString(), peerId)) === undefined,
      );
      await node.peerStore.merge(provider.id, { multiaddrs });
      yield peerId;
      if (seen.size >= limit) return;
    }
  }
}
