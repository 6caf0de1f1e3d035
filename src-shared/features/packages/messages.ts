/** Messages by which nodes fetch what belongs to packages: small documents by hash, and pieces of bundles. */
import { z } from 'zod';
import { type CborValue, decodeCbor, encodeCbor } from '../../kernel/canonical.ts';
import { AppError } from '../../kernel/errors.ts';
import { hashSchema } from './bundle.ts';

/** Feature in the hello: the node has packages, or may have. */
export const PACKAGES_FEATURE = 'packages/1';

/** Request: a list of hashes. Answer: for each the document, or null where it is not there. */
export const DOCUMENTS_PROTOCOL = '/toolswarm/package-documents/1';
export const MAX_DOCUMENTS = 16;
/** A manifest, a log, a list of tools; a release is far smaller. */
export const MAX_DOCUMENT_BYTES = 1 << 20;
/** What one answer holds; documents beyond it are told as null and asked for again. */
export const MAX_ANSWER_BYTES = 4 << 20;

/** Request: {@link PieceRequest}. Answer: a bitmap (bit 7 of byte 0 is piece 0), or the bytes of one piece. */
export const PIECES_PROTOCOL = '/toolswarm/package-pieces/1';

const bytes = z.custom<Uint8Array>((value) => value instanceof Uint8Array, 'bytes');
const documentsRequestSchema = z.object({ hashes: z.array(hashSchema).min(1).max(MAX_DOCUMENTS) });
const documentsAnswerSchema = z.object({
  documents: z
    .array(bytes.refine(({ length }) => length <= MAX_DOCUMENT_BYTES).nullable())
    .max(MAX_DOCUMENTS),
});
const pieceRequestSchema = z.discriminatedUnion('op', [
  z.object({ op: z.literal('have'), bundle: hashSchema }),
  z.object({ op: z.literal('piece'), bundle: hashSchema, index: z.number().int().min(0).max(65_535) }),
]);
export type PieceRequest = z.output<typeof pieceRequestSchema>;

export const encodePackagesMessage = (value: unknown): Uint8Array => encodeCbor(value as CborValue);
export const readDocumentsRequest = (payload: Uint8Array) => read(documentsRequestSchema, payload);
export const readDocumentsAnswer = (payload: Uint8Array) => read(documentsAnswerSchema, payload);
export const readPieceRequest = (payload: Uint8Array): PieceRequest => read(pieceRequestSchema, payload);

function read<Schema extends z.ZodType>(schema: Schema, payload: Uint8Array): z.output<Schema> {
  const parsed = schema.safeParse(decodeCbor(payload));
  if (parsed.success) return parsed.data;
  throw new AppError('packages.bad_message', 'A message about a package makes no sense.', {
    advice: 'The peer is broken or speaks another version.',
    cause: parsed.error,
  });
}

export const encodeBitmap = (has: (index: number) => boolean, length: number): Uint8Array => {
  const bitmap = new Uint8Array(Math.ceil(length / 8));
  for (let index = 0; index < length; index += 1)
    if (has(index)) bitmap[index >> 3] = (bitmap[index >> 3] ?? 0) | (0x80 >> (index & 7));
  return bitmap;
};

export const inBitmap = (bitmap: Uint8Array, index: number): boolean =>
  ((bitmap[index >> 3] ?? 0) & (0x80 >> (index & 7))) !== 0;
