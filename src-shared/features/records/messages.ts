/**
 * Messages of `/toolswarm/records/1`, by which two connected nodes exchange signed records. CBOR arrays and maps as
 * described here; every list is bounded, and every record is verified by its receiver whatever the sender says.
 */
import { z } from 'zod';
import { type CborValue, decodeCbor, encodeCbor } from '../../kernel/canonical.ts';
import { AppError } from '../../kernel/errors.ts';
import { filterSchema } from './filters.ts';
import { answersSchema, questionsSchema } from './ranges.ts';
import { saltedTextSchema } from './texts.ts';

export const RECORDS_PROTOCOL = '/toolswarm/records/1';
/** Feature in the hello: the peer answers `ranges`. Others are read by their whole inventory. */
export const RECONCILE_FEATURE = 'reconcile/1';

/** Feature in the hello: who asks for records gets the texts beside them in the same answer. */
export const TEXTS_ALONG_FEATURE = 'texts-along/1';

/** A signed record on the wire, envelope and all. */
export const MAX_RECORD_BYTES = 4096;
/** Lines of one page of an inventory. */
export const INVENTORY_PAGE = 1000;
/** Records in one fetch or push: 64 × 4 KiB stays within one frame. */
export const RECORD_BATCH = 60;
/** Proofs of equivocation in one answer, two records each; and proofs that a peer may say it has. */
export const PROOF_BATCH = 20;
export const MAX_PROOFS_KNOWN = 1000;
/** So much of a proof's hash tells two proofs apart. */
export const PROOF_NAME_BYTES = 8;

const bytes = z.instanceof(Uint8Array);
const hash = bytes.refine((value) => value.length === 32, 'a SHA-256 hash');
const record = bytes.refine((value) => value.length <= MAX_RECORD_BYTES, 'at most 4 KiB');

export const inventoryLineSchema = z.object({
  type: z.string().max(60),
  key: z.string().max(400),
  seq: z.number().int().nonnegative(),
  hash,
});
export type InventoryLine = z.output<typeof inventoryLineSchema>;

const request = z.discriminatedUnion('op', [
  /** What the other node holds that we may see; pages follow each other by `after`, the last key of the page before. */
  z.object({
    op: z.literal('inventory'),
    after: z.string().max(450),
    /** Only what the answering node signed itself; the rest is compared by ranges. */
    own: z.boolean().optional(),
  }),
  /** What the answering node holds for everybody in the network of the call, compared range by range. */
  z.object({ op: z.literal('ranges'), filter: filterSchema, ranges: questionsSchema }),
  /** The records under these keys as they are in force. */
  z.object({
    op: z.literal('get'),
    type: z.string().max(60),
    keys: z.array(z.string().max(400)).max(RECORD_BATCH),
  }),
  /** Proofs of equivocation other than those that the caller has. */
  z.object({
    op: z.literal('proofs'),
    known: bytes.refine(
      ({ length }) => length % PROOF_NAME_BYTES === 0 && length <= MAX_PROOFS_KNOWN * PROOF_NAME_BYTES,
      'whole names',
    ),
  }),
  /** Texts that stand beside records, by their commitments. */
  z.object({ op: z.literal('texts'), commitments: z.array(hash).max(RECORD_BATCH) }),
  z.object({
    op: z.literal('fetch'),
    hashes: z.array(hash).max(RECORD_BATCH),
    /** The texts beside them too; only where both ends have {@link TEXTS_ALONG_FEATURE}. */
    texts: z.boolean().optional(),
  }),
  /** New or newer records that are for the receiver but not for gossip. */
  z.object({ op: z.literal('push'), records: z.array(record).max(RECORD_BATCH) }),
  /** Private records of the sender's own that the receiver may no longer see. */
  z.object({
    op: z.literal('withdraw'),
    records: z.array(z.object({ type: z.string().max(60), key: z.string().max(400) })).max(RECORD_BATCH),
  }),
]);
export type RecordsRequest = z.output<typeof request>;

export const inventoryReplySchema = z.object({
  lines: z.array(inventoryLineSchema).max(INVENTORY_PAGE),
  /** Empty on the last page. */
  next: z.string().max(450),
});
export const recordsReplySchema = z.object({
  records: z.array(record).max(RECORD_BATCH),
  texts: z.array(saltedTextSchema).max(RECORD_BATCH).optional(),
});

export const rangesReplySchema = z.object({ answers: answersSchema });
/** Two records that contradict each other, the one with the lower bytes first. */
const proof = z.tuple([record, record]);
export const proofsReplySchema = z.object({ proofs: z.array(proof).max(PROOF_BATCH) });
export const textsReplySchema = z.object({ texts: z.array(saltedTextSchema).max(RECORD_BATCH) });

export const decodeRecordsRequest = (payload: Uint8Array): RecordsRequest => decodeAs(request, payload);
export const decodeInventoryReply = (payload: Uint8Array) => decodeAs(inventoryReplySchema, payload);
export const decodeRecordsReply = (payload: Uint8Array) => decodeAs(recordsReplySchema, payload);
export const decodeRangesReply = (payload: Uint8Array) => decodeAs(rangesReplySchema, payload);
export const decodeProofsReply = (payload: Uint8Array) => decodeAs(proofsReplySchema, payload);
/** As it is gossiped. */
export const decodeProof = (payload: Uint8Array) => decodeAs(proof, payload);
export const decodeTextsReply = (payload: Uint8Array) => decodeAs(textsReplySchema, payload);
export const encodeRecordsMessage = (message: CborValue): Uint8Array => encodeCbor(message);

function decodeAs<T extends z.ZodType>(schema: T, payload: Uint8Array): z.output<T> {
  const parsed = schema.safeParse(decodeCbor(payload));
  if (parsed.success) return parsed.data;
  throw new AppError('records.malformed', 'This message about records makes no sense.', {
    advice: 'Drop it; the sender is broken or speaks another version.',
    cause: parsed.error,
  });
}
