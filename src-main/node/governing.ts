/** Governance as a node has it: who decides is the operator's own provider and those that he pinned and somebody saw lately. */
import { SEEN_MS } from '#shared/features/governance/numbers.ts';
import type { CertifiedNode } from '#shared/features/governance/records.ts';
import type { Elector } from '#shared/features/governance/rules.ts';
import { VERSIONS } from '#shared/features/p2p/hello.ts';
import { type Activation, createGovernance, type Governance } from '../features/governance/index.ts';
import type { Identity } from '../features/identity/index.ts';
import type { Networks } from '../features/p2p/index.ts';
import type { Records } from '../features/records/index.ts';
import type { Settings } from '../features/settings/index.ts';
import type { Trust } from '../features/trust/index.ts';
import type { Platform } from './platform.ts';
import type { nodeSettings } from './settings.ts';

/** Remembered peers that are looked through for when a provider was seen. */
const MAX_LOOKED_AT = 1000;

export interface GoverningDeps extends Pick<Platform, 'clock' | 'db' | 'log' | 'random'> {
  activation: Activation;
  records: Records;
  network: Networks;
  trust: Trust;
  identity: Identity;
  settings: Settings<typeof nodeSettings>;
  certified(certificate: Uint8Array): CertifiedNode;
  providerName(providerId: string): string | undefined;
}

export function createNodeGovernance(deps: GoverningDeps): Governance {
  const { activation, clock, db, identity, log, network, random, records, settings } = deps;
  const self = identity.self();
  return createGovernance(
    {
      activation,
      clock,
      db,
      log,
      random,
      records,
      certified: deps.certified,
      node: {
        providerId: self.providerId,
        peerId: self.peerId,
        signer: identity.nodeSigner,
        certificate: () => identity.certificate(),
      },
    },
    {
      electors: () => electorsOf(deps, self.providerId),
      isAutomatic: () => settings.get('governance.automatic'),
      versions: VERSIONS,
      peers: () => network.peers(),
      refusedVersions() {
        const drops = network.drops();
        return { older: drops['p2p.too_old'] ?? 0, newer: drops['p2p.too_new'] ?? 0 };
      },
      providerName: deps.providerName,
    },
  );
}

/** Seen: connected, met as a peer, or still signing something, within {@link SEEN_MS}. */
function electorsOf(
  { clock, network, records, trust }: Pick<GoverningDeps, 'clock' | 'network' | 'records' | 'trust'>,
  own: string,
): Elector[] {
  const since = clock.now() - SEEN_MS;
  const seen = new Set<string>([own, ...network.peers().map(({ providerId }) => providerId)]);
  for (const { lastSeenAt, providerId } of network.remembered.list(MAX_LOOKED_AT))
    if (providerId && lastSeenAt >= since) seen.add(providerId);
  // Records live for days: whoever has one in store was there a short time ago.
  const isSeen = (provider: string) => seen.has(provider) || records.ofOwner(provider).length > 0;
  const pinned = trust.known().filter((provider) => provider !== own && isSeen(provider));
  const electors = pinned.map((provider) => ({ provider, weight: trust.standing(provider).weight }));
  return [{ provider: own, weight: 1 }, ...electors].filter(({ weight }) => weight > 0);
}
