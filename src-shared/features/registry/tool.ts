/** A tool as its MCP server describes it, and the fingerprint that pins the description. */
import { z } from 'zod';
import { type JsonObject, jcsBytes, sha256Bytes } from '../../kernel/canonical.ts';
import { toHex } from '../../kernel/bytes.ts';

/**
 * MCP `Tool`. Only what we decide on is named; every other field passes through untouched, so that a tool looks the
 * same on every node (C4).
 */
export const toolSchema = z.looseObject({
  name: z.string().min(1).max(256),
  title: z.string().optional(),
  description: z.string().optional(),
  inputSchema: z.looseObject({}),
  outputSchema: z.looseObject({}).optional(),
  annotations: z
    .looseObject({
      readOnlyHint: z.boolean().optional(),
      destructiveHint: z.boolean().optional(),
      idempotentHint: z.boolean().optional(),
      openWorldHint: z.boolean().optional(),
    })
    .optional(),
});
export type Tool = z.output<typeof toolSchema>;

const FINGERPRINTED = ['name', 'title', 'description', 'inputSchema', 'outputSchema', 'annotations'] as const;

/**
 * SHA-256 (lower-case hex) over the JCS form of `{name, title, description, inputSchema, outputSchema, annotations}`,
 * raw text, absent fields left out. Changing any of them makes another tool, which needs another approval (X2, S6).
 */
export function fingerprintOf(tool: Tool): string {
  const pinned: JsonObject = {};
  for (const field of FINGERPRINTED) {
    const value = tool[field];
    if (value !== undefined) pinned[field] = value as JsonObject[string];
  }
  return toHex(sha256Bytes(jcsBytes(pinned)));
}
