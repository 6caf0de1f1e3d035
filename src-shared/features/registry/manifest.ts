/** The manifest of a shared server: its tools with schemas, as RFC 8785 JSON, fetched by hash. */
import { z } from 'zod';
import { fromUtf8 } from '../../kernel/bytes.ts';
import { jcsBytes, type JsonValue, sha256Bytes } from '../../kernel/canonical.ts';
import { AppError } from '../../kernel/errors.ts';
import { cachingSchema } from '../access/caching.ts';
import { MAX_DEPTH } from '../access/depth.ts';
import { MAX_GRANT_BYTES } from '../access/grant.ts';
import { sealPolicySchema } from '../access/sealing.ts';
import { toolSchema } from './tool.ts';

/** Request: the manifest's hash (32 bytes), then the key of the entry that names it; response: the manifest. */
export const MANIFEST_PROTOCOL = '/toolswarm/manifest/1';
/** 10,000 tools with ordinary schemas take 2.4 MiB. */
export const MAX_MANIFEST_BYTES = 4 << 20;

/** What the operator says of a server and its tools: his words, beside the server's own, which alone are fingerprinted. */
export const notesSchema = z.object({
  category: z.string().max(40).optional(),
  /** Not everyone who sees the server may call it; access can be asked for. */
  ask: z.boolean().optional().catch(undefined),
  /** How often those who may call it may share it on in a row. Absent: they may not. */
  depth: z.number().int().min(1).max(MAX_DEPTH).optional().catch(undefined),
  /** Grants by which it is shared on here, as base64url, the origin's first. Absent: it is this provider's own. */
  via: z
    .array(z.string().max(Math.ceil((MAX_GRANT_BYTES * 4) / 3)))
    .min(1)
    .max(MAX_DEPTH)
    .optional(),
  /** Whether calls are sealed up to the node that runs the tools; tools may say otherwise. Absent: they are not. */
  seal: sealPolicySchema.optional().catch(undefined),
  tools: z
    .record(
      z.string().max(256),
      z.object({
        note: z.string().max(600).optional(),
        tags: z.array(z.string().max(40)).max(16).optional(),
        caching: cachingSchema.optional().catch(undefined),
        seal: sealPolicySchema.optional().catch(undefined),
      }),
    )
    .optional(),
});
export type Notes = z.output<typeof notesSchema>;

export const manifestSchema = z.looseObject({
  format: z.literal('toolswarm-manifest/1'),
  server: z.string(),
  version: z.string(),
  tools: z.array(toolSchema).max(10_000),
  /** Words alone: what makes no sense is left out rather than costing the tools. */
  notes: notesSchema.optional().catch(undefined),
});
export type Manifest = z.output<typeof manifestSchema>;

export function encodeManifest(manifest: Manifest): { bytes: Uint8Array; hash: Uint8Array } {
  const bytes = jcsBytes(manifest as unknown as JsonValue);
  if (bytes.length > MAX_MANIFEST_BYTES)
    throw new AppError(
      'registry.manifest_too_large',
      'The descriptions of this server’s tools are too large to share.',
      {
        advice: 'Share fewer of its tools with --tool.',
      },
    );
  return { bytes, hash: sha256Bytes(bytes) };
}

/** Reads a manifest whose hash was compared already. Throws `registry.bad_manifest`. */
export function readManifest(bytes: Uint8Array): Manifest {
  try {
    return manifestSchema.parse(JSON.parse(fromUtf8(bytes)));
  } catch (cause) {
    throw new AppError('registry.bad_manifest', 'The description of this server’s tools makes no sense.', {
      advice: 'Its provider must share it anew.',
      cause,
    });
  }
}
