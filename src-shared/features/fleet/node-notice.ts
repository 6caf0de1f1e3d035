/**
 * `node-notice/1`: carries a provider's list of nodes through the directory. Each of its nodes signs one and keeps it
 * alive, so that the list is found while the machine with the provider key is off; of several the newest list counts.
 */
import { z } from 'zod';
import { equalBytes } from '../../kernel/bytes.ts';
import type { CborValue } from '../../kernel/canonical.ts';
import { type Envelope, payloadOf, seal, type Signer } from '../../kernel/envelope.ts';
import { AppError } from '../../kernel/errors.ts';
import type { PeerId, ProviderId } from '../../kernel/ids.ts';
import { MAX_NODE_LIST_BYTES, type NodeList } from '../identity/node-list.ts';
import type { RecordMeta } from '../records/rules.ts';

export const NODE_NOTICE_TYPE = 'node-notice/1';
export const NODE_NOTICE_TOPIC = 'toolswarm/node-notices/1';

const bytes = z.custom<Uint8Array>((value) => value instanceof Uint8Array, 'bytes');
const at = z.int().min(0);

const noticeSchema = z.looseObject({
  /** Certificate of the node that signs the notice. */
  cert: bytes.refine(({ length }) => length <= 8192),
  seq: z.int().min(1),
  /** Issued and expires, epoch ms. */
  iat: at,
  exp: at,
  list: bytes.refine(({ length }) => length <= MAX_NODE_LIST_BYTES),
});
export type NodeNotice = z.output<typeof noticeSchema>;

interface Certified {
  providerId: ProviderId;
  peerId: PeerId;
  nodePublicKey: Uint8Array;
}

export const noticeKey = ({ peerId, providerId }: Pick<Certified, 'peerId' | 'providerId'>): string =>
  `${providerId}/${peerId}`;

export const sealNotice = (notice: NodeNotice, signer: Signer): Envelope =>
  seal(NODE_NOTICE_TYPE, notice as unknown as CborValue, signer);

/** In the store are only notices that were verified when they came. */
export const storedNotice = (stored: Uint8Array): NodeNotice => parse(payloadOf(stored));

/** Reads a notice whose envelope is verified. Throws `fleet.bad_notice`, or as `certified` and `readList` do. */
export function readNotice(
  record: Envelope & { value: CborValue },
  certified: (certificate: Uint8Array) => Certified,
  readList: (bytes: Uint8Array) => NodeList,
): RecordMeta {
  const notice = parse(record.value);
  const node = certified(notice.cert);
  if (!equalBytes(node.nodePublicKey, record.publicKey))
    throw badNotice('It was not signed by the node it names.');
  if (readList(notice.list).providerId !== node.providerId)
    throw badNotice('Its list is of another provider.');
  const { exp, iat, seq } = notice;
  const key = noticeKey(node);
  return {
    key,
    owner: node.providerId,
    seq,
    issuedAt: iat,
    expiresAt: exp,
    private: false,
    tombstone: false,
  };
}

function parse(value: CborValue): NodeNotice {
  const parsed = noticeSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw badNotice('It makes no sense.');
}

const badNotice = (why: string): AppError =>
  new AppError('fleet.bad_notice', `A notice of a provider’s nodes does not hold. ${why}`, {
    advice: 'Drop it; the sender is broken or speaks another version.',
  });
