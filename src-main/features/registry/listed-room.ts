/**
 * How much of the directory, which is held in memory, the network may fill: each provider his share, and all strangers
 * together theirs, so that neither a flood of tools nor a flood of identities takes the memory of this node.
 */
import type { ProviderId } from '#shared/kernel/ids.ts';

/** Bytes of manifests listed of one provider: two of the largest. */
export const MAX_PROVIDER_BYTES = 8 << 20;
/** Bytes listed in all; providers that concern the operator find room beyond it. */
export const MAX_LISTED_BYTES = 32 << 20;
/** What an entry costs beside its manifest. */
const ENTRY_BYTES = 4096;

export interface ListedRoom {
  /** Bytes that the manifest of this entry may have at most, 0 where none fits. */
  left(provider: ProviderId, key: string): number;
  /** Takes room for an entry in place of what it had; false (and nothing taken) where it does not fit. */
  take(provider: ProviderId, key: string, size: number): boolean;
  free(key: string): void;
}

export function createListedRoom(concerns: (provider: ProviderId) => boolean): ListedRoom {
  const taken = new Map<string, { provider: ProviderId; size: number }>();
  const byProvider = new Map<ProviderId, number>();
  let total = 0;

  function add(provider: ProviderId, size: number): void {
    total += size;
    const sum = (byProvider.get(provider) ?? 0) + size;
    if (sum === 0) byProvider.delete(provider);
    else byProvider.set(provider, sum);
  }

  function left(provider: ProviderId, key: string): number {
    const before = (taken.get(key)?.size ?? 0) - ENTRY_BYTES;
    const own = MAX_PROVIDER_BYTES - (byProvider.get(provider) ?? 0) + before;
    const all = concerns(provider) ? Infinity : MAX_LISTED_BYTES - total + before;
    return Math.max(0, Math.min(own, all));
  }

  function free(key: string): void {
    const before = taken.get(key);
    if (!before) return;
    taken.delete(key);
    add(before.provider, -before.size);
  }

  return {
    left,
    take(provider, key, size) {
      if (size > left(provider, key)) return false;
      free(key);
      taken.set(key, { provider, size: size + ENTRY_BYTES });
      add(provider, size + ENTRY_BYTES);
      return true;
    },
    free,
  };
}
