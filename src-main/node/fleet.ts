/** What a node tells the others of its provider about itself, and what it does before it serves another. */
import type { FleetFacts } from '#shared/features/fleet/messages.ts';
import { type Clock, sleep } from '#shared/kernel/clock.ts';
import type { Access } from '../features/access/index.ts';
import type { Identity } from '../features/identity/index.ts';
import type { Usage } from '../features/metrics/index.ts';
import type { Registry } from '../features/registry/index.ts';
import type { Relay } from '../features/relay/index.ts';
import { PRODUCT_VERSION } from '../platform/version.ts';

export interface FactsDeps {
  clock: Clock;
  access: Access;
  identity: Identity;
  registry: Registry;
  relay: Relay;
  usage: Usage;
}

export function fleetFacts({ access, clock, identity, registry, relay, usage }: FactsDeps): () => FleetFacts {
  const startedAt = clock.now();
  return () => {
    const shared = access.shares().map(({ server }) => server);
    const { running, waiting } = relay.load();
    const { total } = usage.query({ days: 1, by: 'day', limit: 1 });
    return {
      version: PRODUCT_VERSION,
      startedAt,
      shares: shared.length,
      tools: shared.reduce((sum, server) => sum + (registry.localOffers(server)?.tools.length ?? 0), 0),
      calls: total.calls,
      errors: total.errors,
      running,
      waiting,
      rootHere: identity.view().rootHere,
    };
  };
}

/** For the word of it to leave this node; peers that miss it hear it when they compare their directories. */
const FAREWELL_MS = 500;

/** What is published in the name of one provider ends before the node speaks for another. */
export async function withdrawShares({
  clock,
  registry,
}: Pick<FactsDeps, 'clock' | 'registry'>): Promise<void> {
  const published = registry.published();
  for (const server of published) registry.setShare(server, undefined);
  if (published.length > 0) await sleep(clock, FAREWELL_MS);
}
