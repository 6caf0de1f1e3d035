/** Looking after a node: what it takes up, what can be handed to somebody who helps, starting anew. */
import { z } from 'zod';
import { command, query } from '../../kernel/contract.ts';

/**
 * `calls`: the record of calls. `network`: what peers published, which they can give again. `registry`: the copy of a
 * centralized registry. `kept`: everything else in the database. `free`: room inside of it. `log`, `blobs`: files.
 * `copies`: the database as it was before the last update. `other`: the rest of the folder.
 */
export const storageKindSchema = z.enum([
  'calls',
  'network',
  'registry',
  'kept',
  'free',
  'log',
  'blobs',
  'copies',
  'other',
]);
export type StorageKind = z.output<typeof storageKindSchema>;

export const storageSchema = z.object({
  dataDir: z.string(),
  items: z.array(z.object({ kind: storageKindSchema, bytes: z.number() })),
  /** What the disk has left for this user; absent where the system does not say. */
  freeBytes: z.number().optional(),
});
export type NodeStorage = z.output<typeof storageSchema>;

export const diagnosticsFileSchema = z.object({ name: z.string(), text: z.string() });
export const diagnosticsSchema = z.object({
  /** Name for the bundle, without an ending. */
  name: z.string(),
  /** Exactly what is handed over, file by file: nothing is added when it is packed. */
  files: z.array(diagnosticsFileSchema),
});
export type Diagnostics = z.output<typeof diagnosticsSchema>;

export const upkeepContract = {
  'node.restart': command(
    'Stops the node in order and starts it anew; settings that wait for that take effect.',
    z.object({}),
    z.object({}),
  ),
  'node.storage': query(
    'What the node takes up on the disk, by kind, and what the disk has left.',
    z.object({}),
    storageSchema,
  ),
  'node.diagnostics': query(
    'What helps somebody to find a fault, without secrets, ids, names of people or addresses. Look at it before you hand it over.',
    z.object({}),
    diagnosticsSchema,
  ),
};
