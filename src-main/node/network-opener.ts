/** Opens the networks of a node: who it is to its peers, whom it admits, and how it may be reached. */
import type { PeerId } from '#shared/kernel/ids.ts';
import type { Activation } from '../features/governance/index.ts';
import { createLibp2pNetwork, type Libp2pNetwork } from '../features/p2p/index.ts';
import type { Settings } from '../features/settings/index.ts';
import { PRODUCT_VERSION } from '../platform/version.ts';
import type { Platform } from './platform.ts';
import type { PrivateMembership } from './private-network.ts';
import type { nodeSettings } from './settings.ts';
import type { NodeSlices } from './slices.ts';

type NetworkDeps = Pick<Platform, 'clock' | 'db' | 'log' | 'random'> &
  Pick<NodeSlices, 'identity' | 'trust'> & { activation: Activation };

/** Connections in a private network, of the most that a node may have. */
const PRIVATE_SHARE = 0.5;

/** Builds the node of the public network, or of a private one. A peer is admitted when its certificate holds and neither it nor its provider is blocked. */
export function networkOpener(
  { activation, identity, trust, ...base }: NetworkDeps,
  settings: Settings<typeof nodeSettings>,
) {
  const deps = {
    ...base,
    privateKey: identity.nodeSeed(),
    certificate: () => identity.certificate(),
    gate: (peerId: PeerId) => !trust.isBlocked(peerId),
    admit(peerId: PeerId, certificate: Uint8Array) {
      const admission = identity.admit(peerId, certificate);
      if (!admission.ok || !trust.isBlocked(peerId, admission.providerId)) return admission;
      return { ok: false as const, code: 'p2p.blocked', message: 'The operator has blocked this peer.' };
    },
  };
  const agent = `toolswarm/${PRODUCT_VERSION}`;
  const features = {
    offered: activation.offered,
    onChanged: (listener: () => void) => activation.on('changed', listener),
  };
  return (network?: PrivateMembership, port = 0): Libp2pNetwork => {
    const maxConnections = settings.get('p2p.maxConnections');
    const relaying = {
      relay: settings.get('p2p.relay.serve'),
      useRelays: settings.get('p2p.relay.use'),
      webrtc: settings.get('p2p.webrtc'),
      portMapping: settings.get('p2p.portMapping'),
      privateAddresses: settings.get('p2p.privateAddresses'),
    };
    if (network)
      return createLibp2pNetwork(deps, {
        ...relaying,
        agent,
        features,
        network: network.id,
        networkKey: network.key,
        listen: listenOn(settings.get('p2p.listen'), port),
        // What announces itself on a local network tells everybody there who belongs together.
        mdns: false,
        // A private network is small: all of it keeps its index.
        dhtServer: true,
        maxConnections: Math.max(4, Math.ceil(maxConnections * PRIVATE_SHARE)),
      });
    return createLibp2pNetwork(deps, {
      ...relaying,
      agent,
      features,
      listen: settings.get('p2p.listen'),
      bootstrap: settings.get('p2p.bootstrap'),
      mdns: settings.get('p2p.mdns'),
      dhtServer: settings.get('p2p.dhtServer'),
      maxConnections,
    });
  };
}

/** The hosts of the public network's TCP addresses with another port: nothing but TCP carries private networks. */
const listenOn = (listen: readonly string[], port: number): string[] =>
  [...new Set(listen.flatMap((address) => /^\/ip[46]\/[^/]+\/tcp\//.exec(address)?.[0] ?? []))].map(
    (host) => `${host}${port}`,
  );
