/** What every way of asking a router for a port has in common. */
import type { MappingProtocol } from '#shared/features/p2p/port-mapping.ts';
import type { Clock } from '#shared/kernel/clock.ts';
import type { Random } from '#shared/kernel/random.ts';

export interface MapperDeps {
  clock: Clock;
  random: Random;
}

export type Outcome =
  | { kind: 'granted'; address: string; externalPort: number; lifetimeS: number }
  /** Answered, but not with a port; `reason` holds the protocol's own number. */
  | { kind: 'refused'; reason: string }
  | { kind: 'silent' };

export interface Mapper {
  readonly protocol: MappingProtocol;
  /** Asks for a TCP port, or once more for one that was given. Never rejects but for `signal`. */
  map(wanted: { internalPort: number; externalPort: number }, signal: AbortSignal): Promise<Outcome>;
  /** Gives a port back; resolves once the router said so, or does not answer. */
  unmap(given: { internalPort: number; externalPort: number }, signal: AbortSignal): Promise<void>;
}

/** Asked for; routers may grant less. Short enough that what a crash leaves open is closed soon. */
export const LIFETIME_S = 3_600;
