/** The newest node list of each provider that this node knows: which of its nodes still serve it. */
import { equalBytes } from '#shared/kernel/bytes.ts';
import type { Clock } from '#shared/kernel/clock.ts';
import type { Verify } from '#shared/kernel/envelope.ts';
import type { PeerId, ProviderId } from '#shared/kernel/ids.ts';
import {
  isRemoved,
  type NodeList,
  type NodeListFault,
  readNodeList,
  removedBetween,
} from '#shared/features/identity/node-list.ts';
import type { Certificate } from '#shared/features/identity/rules.ts';
import type { IdentityStore } from './store.ts';

/** Lists of providers with whom the operator has nothing to do; about 1 MB each thousand. Further ones are not kept. */
export const MAX_FOREIGN_LISTS = 2000;

/** `older` and `known` change nothing; `disputed`: another list under the same number, of which the first stands. */
export type LearnOutcome = 'new' | 'known' | 'older' | 'disputed' | 'full';

export interface NodeListBook {
  of(providerId: ProviderId): NodeList | undefined;
  /** Verifies a received list and keeps it where it is newer. */
  learn(bytes: Uint8Array): LearnOutcome | NodeListFault;
  /** Whether a verified certificate is of a node that its provider took out. */
  isRemoved(certificate: Certificate): boolean;
  /** Whether the newest list of a provider names a node. */
  names(providerId: ProviderId, peerId: PeerId): boolean;
}

export interface NodeListBookDeps {
  store: IdentityStore;
  clock: Clock;
  verify: Verify;
  concerns: (providerId: ProviderId) => boolean;
  onChanged: (change: { list: NodeList; removed: PeerId[] }) => void;
}

export function createNodeListBook(deps: NodeListBookDeps): NodeListBook {
  const { clock, store, verify } = deps;
  const stored = new Map(store.nodeLists().map((row) => [row.provider, row.bytes]));
  const lists = new Map<ProviderId, NodeList>();

  /** What lies on the disk is read when it is asked for, and verified as what comes from the network. */
  function of(providerId: ProviderId): NodeList | undefined {
    const read = lists.get(providerId);
    const bytes = stored.get(providerId);
    if (read || !bytes) return read;
    stored.delete(providerId);
    const list = readNodeList(bytes, { now: Number.MAX_SAFE_INTEGER, verify });
    if (list.ok && list.value.providerId === providerId) lists.set(providerId, list.value);
    return lists.get(providerId);
  }

  function learn(bytes: Uint8Array): LearnOutcome | NodeListFault {
    const read = readNodeList(bytes, { now: clock.now(), verify });
    if (!read.ok) return read.reason;
    const list = read.value;
    const before = of(list.providerId);
    if (before && list.seq < before.seq) return 'older';
    if (before && list.seq === before.seq) return equalBytes(bytes, before.bytes) ? 'known' : 'disputed';
    const isRoomy = lists.size + stored.size < MAX_FOREIGN_LISTS;
    if (!before && !isRoomy && !deps.concerns(list.providerId)) return 'full';
    store.setNodeList(list, clock.now());
    lists.set(list.providerId, list);
    deps.onChanged({ list, removed: removedBetween(before, list) });
    return 'new';
  }

  return {
    of,
    learn,
    isRemoved: (certificate) => isRemoved(of(certificate.providerId), certificate),
    names: (providerId, peerId) => of(providerId)?.nodes.some((node) => node.peerId === peerId) ?? false,
  };
}
