/** Keys of the distributed index: by what a server can do, by whose it is, and by package. Pure. */
import { concatBytes, utf8 } from '#shared/kernel/bytes.ts';
import { sha256Bytes } from '#shared/kernel/canonical.ts';
import type { PeerId, ProviderId } from '#shared/kernel/ids.ts';

/** One word in common use would burden the few nodes next to its key; it has this many keys. */
export const SHARDS = 16;

/** The shard under which a node tells what it can do. */
export const shardOf = (peerId: PeerId): number => (sha256Bytes(utf8(peerId))[0] ?? 0) % SHARDS;

/** @param shard 0 to {@link SHARDS} − 1. */
export const capabilityKey = (capability: string, shard: number): Uint8Array =>
  concatBytes(utf8(`cap:${capability}`), Uint8Array.of(shard));

export const providerKey = (provider: ProviderId): Uint8Array => utf8(`provider/${provider}`);

/** @param digest SHA-256 of the package, lower-case hex. */
export const packageKey = (digest: string): Uint8Array => utf8(`package/${digest}`);

/** What a node can be found by. */
export interface Findable {
  peerId: PeerId;
  capabilities?: readonly string[];
  provider?: ProviderId;
  /** Digest of a package that it hands out. */
  package?: string;
}

/** Every key under which a node tells of itself. */
export const keysOf = ({ capabilities = [], package: digest, peerId, provider }: Findable): Uint8Array[] => [
  ...(provider === undefined ? [] : [providerKey(provider)]),
  ...(digest === undefined ? [] : [packageKey(digest)]),
  ...capabilities.map((capability) => capabilityKey(capability, shardOf(peerId))),
];
