/**
 * The signed entry: one per server and node, at most 4 KiB, spread by the records slice. It names the manifest by hash;
 * the manifest (tools with schemas) is fetched separately. Fields unknown to us survive, since the bytes received are
 * the bytes stored and forwarded.
 */
import { z } from 'zod';
import type { CborValue } from '../../kernel/canonical.ts';
import { equalBytes } from '../../kernel/bytes.ts';
import { type Envelope, payloadOf, seal, type Signer } from '../../kernel/envelope.ts';
import { AppError } from '../../kernel/errors.ts';
import type { PeerId, ProviderId } from '../../kernel/ids.ts';
import type { RecordMeta } from '../records/rules.ts';
import { serverNameSchema } from '../servers/config.ts';
import { MAX_CAPABILITIES, MAX_CAPABILITY } from './capabilities.ts';

export const ENTRY_TYPE = 'entry/1';
export const ENTRY_TOPIC = 'toolswarm/entries/1';

const bytes = z.custom<Uint8Array>((value) => value instanceof Uint8Array, 'bytes');
const hash = bytes.refine(({ length }) => length === 32, 'a SHA-256 hash');

export const entrySchema = z.looseObject({
  name: serverNameSchema,
  /** Certificate of the signing node; it names the provider. */
  cert: bytes.refine(({ length }) => length <= 3200, 'at most 3,200 bytes'),
  seq: z.number().int().positive(),
  /** Epoch ms. */
  iat: z.number().int().nonnegative(),
  exp: z.number().int().nonnegative(),
  /** SHA-256 of the manifest; null ends the entry (tombstone). */
  manifest: hash.nullable(),
  /** Not for gossip: handed only to those who may see it. */
  private: z.boolean(),
  /** What the server says of itself. */
  version: z.string().max(64),
  title: z.string().max(120),
  description: z.string().max(600),
  tags: z.array(z.string().max(40)).max(16),
  /** What it can do: what it is found by in the distributed index (`capabilities.ts`). Absent in entries of older nodes. */
  caps: z.array(z.string().min(1).max(MAX_CAPABILITY)).max(MAX_CAPABILITIES).optional(),
  tools: z.number().int().min(0).max(10_000),
  /** Multiaddrs under which the node can be dialled; empty in private entries, whose readers are connected to it. */
  addresses: z.array(z.string().max(160)).max(8),
  /** What the provider's operator calls himself; a label, never an identity. */
  by: z.string().max(64),
});
export type Entry = z.output<typeof entrySchema>;

export const sealEntry = (entry: Entry, nodeSigner: Signer): Envelope =>
  seal(ENTRY_TYPE, entry as unknown as CborValue, nodeSigner);

/** Who a verified certificate speaks for. */
export interface CertifiedNode {
  providerId: ProviderId;
  peerId: PeerId;
  nodePublicKey: Uint8Array;
}

/**
 * Reads an entry whose envelope signature is verified. Throws `registry.bad_entry`, or `registry.wrong_signer` where the
 * key that signed is not the one in the certificate.
 */
export function readEntry(
  record: Envelope & { value: CborValue },
  certified: (certificate: Uint8Array) => CertifiedNode,
): { entry: Entry; node: CertifiedNode; meta: RecordMeta } {
  const entry = parseEntry(record.value);
  const node = certified(entry.cert);
  if (!equalBytes(node.nodePublicKey, record.publicKey))
    throw new AppError('registry.wrong_signer', 'The entry was not signed by the node that it names.', {
      advice: 'Drop it; it is forged.',
    });
  return { entry, node, meta: metaOf(entry, node) };
}

/** What filters of a partial directory select an entry by. */
export const entryFacets = (value: CborValue): string[] => {
  const { caps = [], tags } = parseEntry(value);
  return [...tags.map((tag) => `tag:${tag}`), ...caps.map((capability) => `cap:${capability}`)];
};

/** The entry in a stored record, whose signature was verified when it came. */
export const storedEntry = (bytes: Uint8Array): Entry => parseEntry(payloadOf(bytes));

function parseEntry(value: CborValue): Entry {
  const parsed = entrySchema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new AppError('registry.bad_entry', 'This registry entry makes no sense.', {
    advice: 'Drop it; the sender is broken or hostile.',
    cause: parsed.error,
  });
}

function metaOf(entry: Entry, node: CertifiedNode): RecordMeta {
  return {
    key: entryKey(node.providerId, node.peerId, entry.name, entry.private),
    owner: node.providerId,
    seq: entry.seq,
    issuedAt: entry.iat,
    expiresAt: entry.exp,
    private: entry.private,
    tombstone: entry.manifest === null,
  };
}

/**
 * Private entries have a key of their own: the tombstone that ends a public entry must live on among strangers while the
 * server goes on in private.
 */
export const entryKey = (provider: ProviderId, peer: PeerId, server: string, isPrivate: boolean): string =>
  `${provider}/${peer}/${server}${isPrivate ? '/private' : ''}`;

export function parseEntryKey(key: string): { provider: ProviderId; peer: PeerId; server: string } {
  const [provider = '', peer = '', server = ''] = key.split('/');
  return { provider, peer, server };
}
