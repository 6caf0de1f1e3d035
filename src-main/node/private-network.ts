/**
 * The private networks that this node is in: for each a name and 32 bytes that all of its nodes share, kept with the
 * keys. They are entered and left while the node runs; a network that was left can be entered again for an hour.
 */
import { z } from 'zod';
import {
  invitationError,
  NETWORK_KEY_BYTES,
  networkNameSchema,
  type PrivateNetwork,
} from '#shared/features/p2p/invitation.ts';
import { networkIdOf } from '#shared/features/p2p/networks.ts';
import { decodeCbor, encodeCbor } from '#shared/kernel/canonical.ts';
import { AppError } from '#shared/kernel/errors.ts';
import type { NetworkId } from '#shared/kernel/ids.ts';
import type { Keystore } from '#main/platform/keystore.ts';
import { MAX_PRIVATE_NETWORKS } from '../features/p2p/index.ts';

const ENTRY = 'p2p/networks';
/** Where the one network of earlier versions lies. */
const SINGLE_ENTRY = 'p2p/network';
/** For so long the key of a network that was left is kept, so that leaving can be undone. */
export const UNDO_LEAVE_MS = 3_600_000;

const singleSchema = z.object({
  name: networkNameSchema,
  key: z.custom<Uint8Array>((value) => value instanceof Uint8Array && value.length === NETWORK_KEY_BYTES),
});
const storedSchema = z
  .array(
    singleSchema.extend({
      port: z.number().int().min(0).max(65_535),
      leftAt: z.number().int().nonnegative().optional(),
    }),
  )
  .max(2 * MAX_PRIVATE_NETWORKS);

export interface PrivateMembership extends PrivateNetwork {
  id: NetworkId;
  /** Port on which this node listens for it; 0 until it did for the first time. */
  port: number;
  /** It was left then, and is forgotten before long. */
  leftAt?: number | undefined;
}

export interface Membership {
  /** Networks that the node is in, in the order in which it came. */
  list(): PrivateMembership[];
  /** Networks that were left and can be entered again. */
  left(): PrivateMembership[];
  get(id: NetworkId): PrivateMembership | undefined;
  /** Idempotent; the key makes the network, names are labels. Throws `invitation.too_many_networks`. */
  enter(network: PrivateNetwork): PrivateMembership;
  leave(id: NetworkId, now: number): void;
  /** Undoes {@link leave}; undefined where it is too late. */
  rejoin(id: NetworkId): PrivateMembership | undefined;
  /** The key is gone for good. */
  forget(id: NetworkId): void;
  rename(id: NetworkId, name: string): void;
  notePort(id: NetworkId, port: number): void;
}

export interface MembershipOptions {
  /** An earlier version was in this network and in no other: it must not silently go public. Told before it is moved. */
  onMigrated?(id: NetworkId): void;
}

/** Throws `keystore.corrupt` where what is kept makes no sense: such a node must not silently go public. */
export function createMembership(
  keystore: Pick<Keystore, 'get' | 'update'>,
  options: MembershipOptions = {},
): Membership {
  let networks: PrivateMembership[] = [];
  networks = read();

  function read(): PrivateMembership[] {
    const stored = parsed(storedSchema, keystore.get(ENTRY)) ?? [];
    const single = parsed(singleSchema, keystore.get(SINGLE_ENTRY));
    const known = stored.map((one) => ({ ...one, id: networkIdOf(one.key) }));
    if (!single) return known;
    const id = networkIdOf(single.key);
    options.onMigrated?.(id);
    const moved = [...known.filter((one) => one.id !== id), { ...single, id, port: 0 }];
    write(moved, { [SINGLE_ENTRY]: undefined });
    return moved;
  }

  function write(next: PrivateMembership[], also: Record<string, undefined> = {}): void {
    const stored = next.map(({ key, leftAt, name, port }) => ({
      name,
      key,
      port,
      ...(leftAt === undefined ? {} : { leftAt }),
    }));
    keystore.update({
      ...also,
      [ENTRY]: stored.length === 0 ? undefined : encodeCbor(stored),
    });
    networks = next;
  }

  const present = () => networks.filter(({ leftAt }) => leftAt === undefined);
  const change = (id: NetworkId, part: Partial<PrivateMembership>) =>
    write(networks.map((one) => (one.id === id ? { ...one, ...part } : one)));

  return {
    list: present,
    left: () => networks.filter(({ leftAt }) => leftAt !== undefined),
    get: (id) => present().find((one) => one.id === id),
    enter({ key, name }) {
      const id = networkIdOf(key);
      const known = networks.find((one) => one.id === id);
      if (known && known.leftAt === undefined) return known;
      if (present().length >= MAX_PRIVATE_NETWORKS) throw invitationError('invitation.too_many_networks');
      const entered = { id, key, name: known?.name ?? name, port: known?.port ?? 0 };
      write([...networks.filter((one) => one.id !== id), entered]);
      return entered;
    },
    leave(id, now) {
      // The longest ago makes room.
      const left = networks.filter(({ leftAt }) => leftAt !== undefined);
      const excess = left.length >= MAX_PRIVATE_NETWORKS ? left[0]?.id : undefined;
      write(
        networks.flatMap((one) => (one.id === excess ? [] : one.id === id ? { ...one, leftAt: now } : one)),
      );
    },
    rejoin(id) {
      const known = networks.find((one) => one.id === id);
      if (!known || present().length >= MAX_PRIVATE_NETWORKS) return undefined;
      change(id, { leftAt: undefined });
      return { ...known, leftAt: undefined };
    },
    forget: (id) => write(networks.filter((one) => one.id !== id)),
    rename: (id, name) => change(id, { name }),
    notePort: (id, port) => change(id, { port }),
  };
}

function parsed<Schema extends z.ZodType>(
  schema: Schema,
  bytes: Uint8Array | undefined,
): z.output<Schema> | undefined {
  if (!bytes) return undefined;
  const result = schema.safeParse(decodeCbor(bytes));
  if (result.success) return result.data;
  throw new AppError('keystore.corrupt', 'The keys of private networks cannot be read.', {
    advice: 'Restore the keys from a backup.',
  });
}
