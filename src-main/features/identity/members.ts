/** What the root does for the other nodes of its provider: takes them in, names them, renews them, takes them out. */
import type { Clock } from '#shared/kernel/clock.ts';
import type { Signer } from '#shared/kernel/envelope.ts';
import { AppError } from '#shared/kernel/errors.ts';
import { type PeerId, peerIdOf, type ProviderId, providerIdOf } from '#shared/kernel/ids.ts';
import {
  type ListedNode,
  MAX_NODES,
  type NodeList,
  signNodeList,
} from '#shared/features/identity/node-list.ts';
import { HIDDEN_CHARACTERS } from '#shared/features/identity/records.ts';
import { signCertificate } from '#shared/features/identity/rules.ts';
import type { NodeListBook } from './node-lists.ts';
import type { RotationBook } from './rotation-book.ts';
import type { IdentityStore } from './store.ts';

type Row = Omit<ListedNode, 'peerId'>;

export interface Members {
  /** Signs a node in. Throws `identity.too_many_nodes`. */
  add(
    root: Signer,
    node: { nodePublicKey: Uint8Array; label: string },
  ): { certificate: Uint8Array; list: NodeList };
  /** Throws `identity.no_such_node`. */
  rename(root: Signer, peerId: PeerId, label: string): NodeList;
  /** Throws `identity.no_such_node`, or `identity.own_node` for this one. */
  remove(root: Signer, peerId: PeerId): NodeList;
  /** A new certificate for a node of the list. Throws `identity.no_such_node`. */
  renew(root: Signer, peerId: PeerId): Uint8Array;
  /** Another root vouches for the same nodes, where there is a list. */
  handOver(from: ProviderId, to: Signer): void;
}

export interface MembersDeps {
  store: IdentityStore;
  clock: Clock;
  lists: NodeListBook;
  rotations: RotationBook;
  own: { nodePublicKey: Uint8Array; peerId: PeerId };
}

export function createMembers({ clock, lists, own, rotations, store }: MembersDeps): Members {
  const name = (): string => store.node()?.displayName ?? '';

  /** A first list starts with the node that signs it. */
  function rowsOf(provider: ProviderId): Row[] {
    const known = lists.of(provider)?.nodes;
    return known ? known.map(({ peerId: _, ...row }) => row) : [self(clock.now())];
  }

  const self = (addedAt: number): Row => ({ nodePublicKey: own.nodePublicKey, label: name(), addedAt });

  function sign(root: Signer, nodes: readonly Row[]): NodeList {
    const provider = providerIdOf(root.publicKey);
    const issuedAt = store.moment(clock.now());
    const seq = Math.max((lists.of(provider)?.seq ?? 0) + 1, issuedAt);
    const bytes = signNodeList(root, { seq, issuedAt, nodes });
    const outcome = lists.learn(bytes);
    const list = lists.of(provider);
    if (outcome !== 'new' || !list)
      throw new AppError('identity.bad_node_list', `The new list of nodes does not hold (${outcome}).`);
    return list;
  }

  function certify(root: Signer, nodePublicKey: Uint8Array): Uint8Array {
    const issuedAt = store.moment(clock.now());
    const carried = rotations.historyOf(providerIdOf(root.publicKey)).map(({ bytes }) => bytes);
    return signCertificate(root, {
      nodePublicKey,
      label: name(),
      seq: issuedAt,
      issuedAt,
      rotations: carried,
    });
  }

  function rowOf(root: Signer, peerId: PeerId): Row {
    const row = rowsOf(providerIdOf(root.publicKey)).find((one) => peerIdOf(one.nodePublicKey) === peerId);
    if (row) return row;
    throw new AppError('identity.no_such_node', 'This provider has no such node.', {
      advice: 'Look at its nodes: `toolswarm fleet list`.',
    });
  }

  /** The row with this key is taken out, or changed. */
  function change(root: Signer, peerId: PeerId, changed?: (row: Row) => Row): NodeList {
    rowOf(root, peerId);
    const rows = rowsOf(providerIdOf(root.publicKey)).flatMap((row) => {
      if (peerIdOf(row.nodePublicKey) !== peerId) return [row];
      return changed ? [changed(row)] : [];
    });
    return sign(root, rows);
  }

  return {
    add(root, { label, nodePublicKey }) {
      const peerId = peerIdOf(nodePublicKey);
      const others = rowsOf(providerIdOf(root.publicKey)).filter(
        (row) => peerIdOf(row.nodePublicKey) !== peerId,
      );
      if (others.length >= MAX_NODES) throw tooMany();
      const certificate = certify(root, nodePublicKey);
      const list = sign(root, [...others, { nodePublicKey, label: clean(label), addedAt: clock.now() }]);
      return { certificate, list };
    },
    rename: (root, peerId, label) => change(root, peerId, (row) => ({ ...row, label: clean(label) })),
    remove(root, peerId) {
      if (peerId !== own.peerId) return change(root, peerId);
      throw new AppError(
        'identity.own_node',
        'This node keeps the provider key; it cannot take itself out.',
        {
          advice: 'Remove it from another node that has the provider key.',
        },
      );
    },
    renew: (root, peerId) => certify(root, rowOf(root, peerId).nodePublicKey),
    handOver(from, to) {
      const rows = lists.of(from)?.nodes.map(({ peerId: _, ...row }) => row);
      if (rows) sign(to, rows);
    },
  };
}

const clean = (label: string): string => label.replace(HIDDEN_CHARACTERS, '').trim().slice(0, 64);

const tooMany = (): AppError =>
  new AppError('identity.too_many_nodes', `A provider has at most ${MAX_NODES} nodes.`, {
    advice: 'Remove a node that is not needed any more first.',
  });
