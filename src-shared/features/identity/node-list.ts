/**
 * The nodes of a provider, signed by its root: whoever knows the list admits no node that is missing from it. A provider
 * of one node needs none; its certificate says all.
 *
 * A certificate that the root signed after the list belongs to a node that joined since: it is good until a newer list
 * says otherwise. Certificates and lists carry moments of one clock that never goes back (the root's own), so that every
 * certificate of a node that was removed is older than the list without it.
 */
import { z } from 'zod';
import { equalBytes } from '../../kernel/bytes.ts';
import { open, seal, type Signer } from '../../kernel/envelope.ts';
import { AppError } from '../../kernel/errors.ts';
import { type PeerId, type ProviderId, peerIdOf, providerIdOf } from '../../kernel/ids.ts';
import { fail, ok, type Result } from '../../kernel/result.ts';
import { labelSchema, publicKeySchema } from './records.ts';
import { type Certificate, CLOCK_SKEW_MS, type RecordFault, type VerifyOptions } from './rules.ts';

export const NODE_LIST_TYPE = 'node-list/1';
/** Nodes of one provider. */
export const MAX_NODES = 64;
/** A list of {@link MAX_NODES} with the longest labels stays below. */
export const MAX_NODE_LIST_BYTES = 24 * 1024;

const epochMs = z.int().min(0);

/** `node-list/1`. Unknown fields are kept. */
export const nodeListSchema = z.looseObject({
  /** Provider id of the signing root. */
  provider: z.string(),
  /** Grows with each list; of several the highest counts. */
  seq: z.int().min(1),
  issuedAt: epochMs,
  nodes: z
    .array(z.looseObject({ node: publicKeySchema, label: labelSchema, addedAt: epochMs }))
    .max(MAX_NODES)
    .refine(
      (nodes) => new Set(nodes.map(({ node }) => peerIdOf(node))).size === nodes.length,
      'listed twice',
    ),
});

/** One node of a provider, as its list has it. */
export interface ListedNode {
  nodePublicKey: Uint8Array;
  peerId: PeerId;
  label: string;
  /** Epoch ms, by the root's clock. */
  addedAt: number;
}

/** A verified list. */
export interface NodeList {
  providerId: ProviderId;
  seq: number;
  issuedAt: number;
  nodes: ListedNode[];
  /** The envelope as received. */
  bytes: Uint8Array;
}

export type NodeListFault = RecordFault | 'wrong_provider';

/** Signs a list. Throws `identity.too_many_nodes`. */
export function signNodeList(
  root: Signer,
  list: { seq: number; issuedAt: number; nodes: ReadonlyArray<Omit<ListedNode, 'peerId'>> },
): Uint8Array {
  if (list.nodes.length > MAX_NODES)
    throw new AppError('identity.too_many_nodes', `A provider has at most ${MAX_NODES} nodes.`, {
      advice: 'Remove a node that is not needed any more first.',
    });
  const { issuedAt, seq } = list;
  const nodes = list.nodes.map(({ addedAt, label, nodePublicKey }) => ({
    node: nodePublicKey,
    label,
    addedAt,
  }));
  return seal(NODE_LIST_TYPE, { provider: providerIdOf(root.publicKey), seq, issuedAt, nodes }, root).bytes;
}

/** Verifies a `node-list/1` from its received bytes. */
export function readNodeList(
  bytes: Uint8Array,
  { now, verify }: VerifyOptions,
): Result<NodeList, NodeListFault> {
  if (bytes.length > MAX_NODE_LIST_BYTES) return fail('malformed');
  try {
    const { publicKey, value } = open(bytes, NODE_LIST_TYPE, verify);
    const parsed = nodeListSchema.safeParse(value);
    if (!parsed.success) return fail('malformed');
    const { issuedAt, provider, seq } = parsed.data;
    if (providerIdOf(publicKey) !== provider) return fail('wrong_provider');
    if (issuedAt > now + CLOCK_SKEW_MS) return fail('not_yet_valid');
    const nodes = parsed.data.nodes.map(({ addedAt, label, node }) => ({
      nodePublicKey: node,
      peerId: peerIdOf(node),
      label,
      addedAt,
    }));
    return ok({ providerId: provider, seq, issuedAt, nodes, bytes });
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return fail(error.code === 'kernel.bad_signature' ? 'bad_signature' : 'malformed');
  }
}

/** Whether the newest known list takes the node of a certificate out. Without a list the certificate says all. */
export function isRemoved(
  list: Pick<NodeList, 'issuedAt' | 'nodes'> | undefined,
  certificate: Pick<Certificate, 'issuedAt' | 'nodePublicKey'>,
): boolean {
  return (
    list !== undefined &&
    certificate.issuedAt <= list.issuedAt &&
    !list.nodes.some((node) => equalBytes(node.nodePublicKey, certificate.nodePublicKey))
  );
}

/** Nodes of an earlier list that are missing from a later one. */
export const removedBetween = (
  earlier: Pick<NodeList, 'nodes'> | undefined,
  later: Pick<NodeList, 'nodes'>,
): PeerId[] => {
  const left = new Set(later.nodes.map(({ peerId }) => peerId));
  return (earlier?.nodes ?? []).flatMap(({ peerId }) => (left.has(peerId) ? [] : [peerId]));
};
