/**
 * The private network that this node is in, if any: a name and 32 bytes that all of its nodes share, kept with the keys.
 * It is read once at the start; a change is in force after the next one.
 */
import { z } from 'zod';
import {
  networkNameSchema,
  NETWORK_KEY_BYTES,
  type PrivateNetwork,
} from '#shared/features/p2p/invitation.ts';
import { decodeCbor, encodeCbor } from '#shared/kernel/canonical.ts';
import { equalBytes } from '#shared/kernel/bytes.ts';
import { AppError } from '#shared/kernel/errors.ts';
import type { Keystore } from '#main/platform/keystore.ts';

const ENTRY = 'p2p/network';

const storedSchema = z.object({
  name: networkNameSchema,
  key: z.custom<Uint8Array>((value) => value instanceof Uint8Array && value.length === NETWORK_KEY_BYTES),
});

export interface Membership {
  /** Of the running node. */
  readonly active: PrivateNetwork | undefined;
  /** After the next start. */
  next(): PrivateNetwork | undefined;
  isChanged(): boolean;
  enter(network: PrivateNetwork): void;
  leave(): void;
}

/** Throws `keystore.corrupt` where what is kept makes no sense: such a node must not silently go public. */
export function createMembership(keystore: Pick<Keystore, 'get' | 'set' | 'delete'>): Membership {
  const read = (): PrivateNetwork | undefined => {
    const bytes = keystore.get(ENTRY);
    if (!bytes) return undefined;
    const parsed = storedSchema.safeParse(decodeCbor(bytes));
    if (parsed.success) return parsed.data;
    throw new AppError('keystore.corrupt', 'The key of the private network cannot be read.', {
      advice: 'Restore the keys from a backup.',
    });
  };
  const active = read();
  return {
    active,
    next: read,
    isChanged: () => !isSameNetwork(active, read()),
    enter: ({ name, key }) => keystore.set(ENTRY, encodeCbor({ name, key })),
    leave: () => keystore.delete(ENTRY),
  };
}

/** The key makes the network; names are labels. */
export const isSameNetwork = (a: PrivateNetwork | undefined, b: PrivateNetwork | undefined): boolean =>
  a === undefined || b === undefined ? a === b : equalBytes(a.key, b.key);
