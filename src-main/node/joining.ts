/** What lets a node find others and be found, put together: invitations, the doctor, and answers to other doctors. */
import type { TaskRunner } from '#shared/features/node/tasks.ts';
import { isSharedIn } from '#shared/features/access/rules.ts';
import { PUBLIC_NETWORK } from '#shared/kernel/ids.ts';
import type { PeerInfo } from '../features/p2p/index.ts';
import { serveDialBack } from './dial-back.ts';
import { createDoctor } from './doctor.ts';
import { createInvitationStore } from './invitation-store.ts';
import { createInvites } from './invites.ts';
import { peersDeps, viewOfPeer } from './peers.ts';
import type { Platform } from './platform.ts';
import type { NodeSlices } from './slices.ts';

export interface JoiningDeps {
  tasks: TaskRunner;
  mcpUrl(): string;
}

export function createJoining(platform: Platform, slices: NodeSlices, deps: JoiningDeps) {
  const { clock, dataDir, db, keystore, owned } = platform;
  const { access, membership, network, settings } = slices;
  const read = {
    mdns: () => settings.get('p2p.mdns'),
    bootstrap: () => settings.get('p2p.bootstrap'),
    isPublic: () => settings.get('p2p.public'),
    setPublic: (on: boolean) => void settings.set('p2p.public', on),
  };
  const invites = createInvites({
    ...platform,
    ...slices,
    membership,
    tasks: deps.tasks,
    store: createInvitationStore(db, keystore),
    settings: read,
    sharesIn: (id) => access.shares().filter((share) => isSharedIn(share, id)).length,
    viewOf: (peer) => viewOfPeer(peer, peersDeps(platform, slices)),
  });
  const doctor = createDoctor({
    ...platform,
    network,
    tasks: deps.tasks,
    dataDir: dataDir.root,
    keys: () => ({ passphraseProtected: keystore.passphraseProtected }),
    mcpUrl: deps.mcpUrl,
    settings: read,
  });
  /** To whom this node came by itself, whom it sees on its own network, or who shares a key with it. */
  const mayGoInward = ({ direction, network: id, peerId }: PeerInfo): boolean =>
    id !== PUBLIC_NETWORK ||
    direction === 'outbound' ||
    settings.get('p2p.privateAddresses') === 'always' ||
    network.whereabouts().lanPeers.includes(peerId);
  return {
    invites,
    doctor,
    /** Once the network runs. */
    start(): void {
      owned.add(invites.start());
      owned.add(serveDialBack({ network, clock, mayGoInward }));
    },
  };
}
