/**
 * Identities for calls that are not to be connected with this node: for each provider a node key and a provider key of their
 * own, made at random, never written down, used with no other provider and forgotten after a while. What that hides and what
 * it does not stands in docs/decisions/0035-fresh-identities.md.
 */
import { signCertificate } from '#shared/features/identity/rules.ts';
import { toHex } from '#shared/kernel/bytes.ts';
import type { Clock, Timer } from '#shared/kernel/clock.ts';
import type { Signer } from '#shared/kernel/envelope.ts';
import { peerIdOf, type ProviderId } from '#shared/kernel/ids.ts';
import type { Random } from '#shared/kernel/random.ts';
import { createSigner } from '../../../platform/crypto.ts';
import type { Network } from '../../p2p/index.ts';
import type { SealingSelf } from '../seal/index.ts';

/** Each is a node with connections of its own; the one that was not used for longest makes room. */
export const MAX_MASKS = 8;
/** Calls within this time can be told to be of one consumer. */
export const MASK_LIFE_MS = 3_600_000;
const IDLE_MS = 10 * 60_000;
/** What a certificate says of its making would tell one clock from another: it is rounded. */
const ROUNDING_MS = 3_600_000;

export interface Mask {
  self: SealingSelf;
  /** Knows nobody, is known to nobody, listens nowhere. */
  network: Network;
  /** What its calls say their session is. */
  session: string;
}

export interface Masks {
  /** The mask for a provider; made with its first call. */
  of(provider: ProviderId): Promise<Mask>;
  /** Ends all of them. */
  close(): Promise<void>;
}

export interface MaskKeys {
  nodeSeed: Uint8Array;
  certificate: Uint8Array;
}

export interface MasksDeps {
  clock: Clock;
  random: Random;
  /** A node of these keys that finds nobody by itself. */
  open(keys: MaskKeys): Network;
}

interface Worn {
  mask: Promise<Mask>;
  /** Monotonic ms. */
  until: number;
  idle: Timer | undefined;
}

export function createMasks({ clock, open, random }: MasksDeps): Masks {
  /** By provider; the one used last stands last. */
  const worn = new Map<ProviderId, Worn>();

  async function make(): Promise<Mask> {
    const root = createSigner(random.bytes(32));
    const nodeSeed = random.bytes(32);
    const signer = createSigner(nodeSeed);
    const certificate = certify(root, signer, clock.now());
    const network = open({ nodeSeed, certificate });
    await network.start();
    const self = { peerId: peerIdOf(signer.publicKey), signer, certificate: () => certificate };
    return { self, network, session: toHex(random.bytes(16)) };
  }

  /** Its calls in flight end with it, as they would with any connection. */
  async function drop(provider: ProviderId, which: Worn): Promise<void> {
    if (worn.get(provider) === which) worn.delete(provider);
    which.idle?.cancel();
    const mask = await which.mask.catch(() => undefined);
    await mask?.network.stop();
  }

  function put(provider: ProviderId): Worn {
    const made: Worn = { mask: make(), until: clock.monotonic() + MASK_LIFE_MS, idle: undefined };
    made.mask.catch(() => {
      if (worn.get(provider) === made) worn.delete(provider);
    });
    worn.set(provider, made);
    const [oldest] = worn;
    if (worn.size > MAX_MASKS && oldest) void drop(...oldest);
    return made;
  }

  return {
    of(provider) {
      const known = worn.get(provider);
      const isOver = known !== undefined && known.until <= clock.monotonic();
      if (isOver) void drop(provider, known);
      const mask = known && !isOver ? known : put(provider);
      worn.delete(provider);
      worn.set(provider, mask);
      mask.idle?.cancel();
      mask.idle = clock.after(IDLE_MS, () => void drop(provider, mask));
      return mask.mask;
    },
    close: async () => void (await Promise.all([...worn].map(([provider, mask]) => drop(provider, mask)))),
  };
}

const certify = (root: Signer, node: Signer, now: number): Uint8Array =>
  signCertificate(root, {
    nodePublicKey: node.publicKey,
    label: '',
    seq: 1,
    issuedAt: now - (now % ROUNDING_MS),
    rotations: [],
  });
