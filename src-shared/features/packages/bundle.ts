/**
 * How the bytes of a bundle are named. They are cut into pieces of one size, which follows from the size of the bundle; the
 * list of their hashes is the bundle's identity, so that one name stands for one sequence of bytes and one way to fetch it.
 */
import { CID } from 'multiformats/cid';
import { create as digestOf } from 'multiformats/hashes/digest';
import { z } from 'zod';
import { toHex } from '../../kernel/bytes.ts';
import { encodeCbor, sha256Bytes } from '../../kernel/canonical.ts';

const KIB = 1024;
/** Larger bundles are neither published nor fetched. */
export const MAX_BUNDLE_BYTES = 512 * KIB * KIB;
const PIECE_SIZES = [256 * KIB, 512 * KIB, 1024 * KIB] as const;
const MAX_PIECES = MAX_BUNDLE_BYTES / (1024 * KIB);
/** With the smallest pieces, a bundle has no more than these. */
const PIECES_BEFORE_LARGER = 512;

const bytes = z.custom<Uint8Array>((value) => value instanceof Uint8Array, 'bytes');
export const hashSchema = bytes.refine(({ length }) => length === 32, 'a SHA-256 hash');

export const bundleSchema = z
  .object({
    size: z.number().int().min(1).max(MAX_BUNDLE_BYTES),
    pieceSize: z.number().int(),
    /** SHA-256 of each piece, in order; the last piece may be shorter. */
    pieces: z.array(hashSchema).min(1).max(Math.max(MAX_PIECES, PIECES_BEFORE_LARGER)),
  })
  .refine(
    ({ pieceSize, size }) => pieceSize === pieceSizeFor(size),
    'pieces of the size that belongs to the bundle',
  )
  .refine(({ pieces, size }) => pieces.length === pieceCount(size), 'a hash for each piece');
export type Bundle = z.output<typeof bundleSchema>;

/** SHA-256 of the canonical form of a bundle's description, lower-case hex. */
export type BundleId = string;

/** 256 KiB, and more where that would make too many pieces. */
export const pieceSizeFor = (size: number): number =>
  PIECE_SIZES.find((pieceSize) => Math.ceil(size / pieceSize) <= PIECES_BEFORE_LARGER) ?? PIECE_SIZES[2];

export const pieceCount = (size: number): number => Math.ceil(size / pieceSizeFor(size));

/** Bytes of one piece. */
export const pieceLength = ({ pieceSize, size }: Bundle, index: number): number =>
  Math.min(pieceSize, size - index * pieceSize);

const rootOf = (bundle: Bundle): Uint8Array => sha256Bytes(encodeCbor({ ...bundle }));

export const bundleId = (bundle: Bundle): BundleId => toHex(rootOf(bundle));

const DAG_CBOR = 0x71;
const SHA2_256 = 0x12;

/** The same identity as others in the field write it: CIDv1, dag-cbor, sha2-256, base32. */
export const bundleCid = (bundle: Bundle): string =>
  CID.createV1(DAG_CBOR, digestOf(SHA2_256, rootOf(bundle))).toString();
