/**
 * Which addresses this node dials: those of the public internet, and those that somebody vouched for. A person did who
 * wrote them down, the local network for its own, and this node where it was connected through them.
 */
import { withoutPeer } from '#shared/features/p2p/addresses.ts';
import {
  type PrivateAddresses,
  REFUSALS,
  type Refusal,
  refusalOf,
} from '#shared/features/p2p/dial-policy.ts';

/** Addresses that were vouched for; the oldest makes room, and is vouched for anew when it is used. */
const MAX_VOUCHED = 4000;

export interface Dialable {
  /** From now on this address is dialled wherever it leads, for the peer that it names, or for anyone where it names none. */
  vouch(address: string): void;
  /** Why it is not dialled; undefined where it is. */
  refusal(address: string): Refusal | undefined;
  /** As `refusal`, and counted. */
  refuse(address: string): Refusal | undefined;
  /** Refused since the start. */
  refused(): Record<Refusal, number>;
}

export function createDialable(policy: PrivateAddresses): Dialable {
  const vouched = new Set<string>();
  const counts = Object.fromEntries(REFUSALS.map((refusal) => [refusal, 0])) as Record<Refusal, number>;

  const refusal = (address: string): Refusal | undefined =>
    policy === 'always' || vouched.has(doorOf(address)) ? undefined : refusalOf(address);

  return {
    vouch(address) {
      const door = doorOf(address);
      vouched.delete(door);
      vouched.add(door);
      const oldest = vouched.values().next().value;
      if (vouched.size > MAX_VOUCHED && oldest !== undefined) vouched.delete(oldest);
    },
    refusal,
    refuse(address) {
      const why = refusal(address);
      if (why) counts[why]++;
      return why;
    },
    refused: () => ({ ...counts }),
  };
}

/** What is dialled for an address: of a relayed one the relay, whoever is behind it. */
function doorOf(address: string): string {
  const door = address.split('/p2p-circuit')[0] as string;
  // A name of many addresses is looked up as such; the addresses name the peers.
  return door.startsWith('/dnsaddr/') ? withoutPeer(door) : door;
}
