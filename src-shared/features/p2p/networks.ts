/** The networks that a node is in: their ids, and how they are shown. */
import { z } from 'zod';
import { concatBytes, toHex, utf8 } from '../../kernel/bytes.ts';
import { sha256Bytes } from '../../kernel/canonical.ts';
import type { NetworkId } from '../../kernel/ids.ts';

const DOMAIN = utf8('toolswarm/network/1\n');

/** Of a private network, from its key of 32 bytes; nothing of the key can be read out of it. */
export const networkIdOf = (key: Uint8Array): NetworkId =>
  toHex(sha256Bytes(concatBytes(DOMAIN, key))).slice(0, 16);

export const networkIdSchema = z.string().regex(/^(public|[0-9a-f]{16})$/);

export const networkStateSchema = z.enum(['running', 'starting', 'off', 'failed']);

export const networkItemSchema = z.object({
  id: networkIdSchema,
  kind: z.enum(['public', 'private']),
  /** What its members call it; empty for the public one. */
  name: z.string(),
  state: networkStateSchema,
  /** Peers that are met in it now. */
  peers: z.number(),
  /** Under which its members can dial this node. */
  addresses: z.array(z.string()),
  /** Servers of this node that everyone in it may see. */
  shares: z.number(),
  /** Why it does not run. */
  fault: z.object({ code: z.string(), message: z.string(), advice: z.string() }).optional(),
});
export type NetworkItem = z.output<typeof networkItemSchema>;

/** A private network that was left: until then it can be entered again. */
export const leftNetworkSchema = z.object({ id: networkIdSchema, name: z.string(), until: z.number() });
export type LeftNetwork = z.output<typeof leftNetworkSchema>;
