/**
 * Messages of `/toolswarm/records/1`, by which two connected nodes exchange signed records. CBOR arrays and maps as
 * described here; every list is bounded, and every record is verified by its receiver whatever the sender says.
 */
import { z } from 'zod';
import { type CborValue, decodeCbor, encodeCbor } from '../../kernel/canonical.ts';
import { AppError } from '../../kernel/errors.ts';

export const RECORDS_PROTOCOL = '/toolswarm/records/1';

/** A signed record on the wire, envelope and all. */
export const MAX_RECORD_BYTES = 4096;
/** Lines of one page of an inventory. */
export const INVENTORY_PAGE = 1000;
/** Records in one fetch or push: 64 × 4 KiB stays within one frame. */
export const RECORD_BATCH = 60;

const bytes = z.instanceof(Uint8Array);
const hash = bytes.refine((value) => value.length === 32, 'a SHA-256 hash');
const record = bytes.refine((value) => value.length <= MAX_RECORD_BYTES, 'at most 4 KiB');

export const inventoryLineSchema = z.object({
  type: z.string().max(40),
  key: z.string().max(400),
  seq: z.number().int().nonnegative(),
  hash,
});
export type InventoryLine = z.output<typeof inventoryLineSchema>;

const request = z.discriminatedUnion('op', [
  /** What the other node holds that we may see; pages follow each other by `after`, the last key of the page before. */
  z.object({ op: z.literal('inventory'), after: z.string().max(450) }),
  z.object({ op: z.literal('fetch'), hashes: z.array(hash).max(RECORD_BATCH) }),
  /** New or newer records that are for the receiver but not for gossip. */
  z.object({ op: z.literal('push'), records: z.array(record).max(RECORD_BATCH) }),
  /** Private records of the sender's own that the receiver may no longer see. */
  z.object({
    op: z.literal('withdraw'),
    records: z.array(z.object({ type: z.string().max(40), key: z.string().max(400) })).max(RECORD_BATCH),
  }),
]);
export type RecordsRequest = z.output<typeof request>;

export const inventoryReplySchema = z.object({
  lines: z.array(inventoryLineSchema).max(INVENTORY_PAGE),
  /** Empty on the last page. */
  next: z.string().max(450),
});
export const recordsReplySchema = z.object({ records: z.array(record).max(RECORD_BATCH) });

export const decodeRecordsRequest = (payload: Uint8Array): RecordsRequest => decodeAs(request, payload);
export const decodeInventoryReply = (payload: Uint8Array) => decodeAs(inventoryReplySchema, payload);
export const decodeRecordsReply = (payload: Uint8Array) => decodeAs(recordsReplySchema, payload);
export const encodeRecordsMessage = (message: CborValue): Uint8Array => encodeCbor(message);

function decodeAs<T extends z.ZodType>(schema: T, payload: Uint8Array): z.output<T> {
  const parsed = schema.safeParse(decodeCbor(payload));
  if (parsed.success) return parsed.data;
  throw new AppError('records.malformed', 'This message about records makes no sense.', {
    advice: 'Drop it; the sender is broken or speaks another version.',
    cause: parsed.error,
  });
}
