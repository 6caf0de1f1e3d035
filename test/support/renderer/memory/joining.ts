import { isSharedIn } from '#shared/features/access/rules.ts';
import type { joiningContract } from '#shared/features/p2p/joining.ts';
import { sleep } from '#shared/kernel/clock.ts';
import type { Handlers } from '#shared/kernel/contract.ts';
import { AppError } from '#shared/kernel/errors.ts';
import { invitationError } from '#shared/features/p2p/invitation.ts';
import { PUBLIC_NETWORK } from '#shared/kernel/ids.ts';
import { ANNA, OWN_PEER, OWN_PROVIDER, privateNetwork, WORKSHOP } from '../world.ts';
import type { Memory } from './memory.ts';

/** As long as a real one, so that its picture is as dense. */
export const EXAMPLE_CODE = 'hGxpbnZpdGF0aW9uLzFZAc'.repeat(34);

const EXAMPLE_SHORT = `TOOLSWARM://JOIN/:${'0A1B2C3D4E5F$*+'.repeat(36)}`;

export function answerJoining(memory: Memory): Handlers<typeof joiningContract> {
  const { world, after, clock, changed, live } = memory;
  const networks = () =>
    world.network.networks.map((network) => ({
      ...network,
      peers: world.peers.filter((peer) => peer.networks?.includes(network.id)).length,
      shares: world.shares.filter((share) => isSharedIn(share, network.id)).length,
    }));
  const itemOf = (id: string) => {
    const found = networks().find((one) => one.id === id);
    if (!found) throw invitationError('invitation.no_network');
    return found;
  };
  const add = (id: string, name: string) => {
    world.network.networks = [
      ...world.network.networks.filter((one) => one.id !== id),
      privateNetwork(id, name),
    ];
    world.network.left = world.network.left.filter((one) => one.id !== id);
    changed();
  };
  const show = () => ({
    peerId: OWN_PEER,
    providerId: OWN_PROVIDER,
    displayName: world.displayName,
    addresses: [`/ip4/192.168.1.23/tcp/7422/p2p/${OWN_PEER}`],
    reach: 'lan' as const,
    mdns: true,
    bootstrap: [],
    networks: networks(),
    left: world.network.left,
    invitations: world.network.invitations,
  });
  /** Codes in tests say by their first letters what they are. */
  const read = (code: string) => {
    if (code.includes('expired')) throw invitationError('invitation.expired');
    if (code.includes('forged')) throw invitationError('invitation.forged');
    if (code.replace(/^toolswarm:\/\/join\//, '').length < 64) throw invitationError('invitation.malformed');
    return { private: code.includes('private') };
  };
  return {
    'network.show': show,
    'network.invite': ({ expiresInMs = 7 * 86_400_000, network = PUBLIC_NETWORK, note, pin }) => {
      const { name } = itemOf(network);
      const expiresAt = clock.now() + expiresInMs;
      const id = `invitation-${world.network.invitations.length + 1}`;
      if (pin)
        world.network.invitations.unshift({
          id,
          createdAt: clock.now(),
          expiresAt,
          ...(note ? { note } : {}),
        });
      return after({
        code: EXAMPLE_CODE,
        link: `toolswarm://join/${EXAMPLE_CODE}`,
        short: EXAMPLE_SHORT,
        expiresAt,
        reach: 'lan',
        ...(pin ? { id } : {}),
        ...(name ? { network: name } : {}),
      });
    },
    'network.revokeInvitation': ({ id }) => {
      world.network.invitations = world.network.invitations.filter((one) => one.id !== id);
      return after({});
    },
    'network.previewInvitation': ({ code }) => {
      const { private: isPrivate } = read(code);
      return {
        providerId: ANNA,
        peerId: '12D3KooWAnnaAnnaAnnaAnnaAnnaAnnaAnnaAnnaAnnaAnnaAnna',
        label: 'Anna’s workshop',
        addresses: ['/ip4/192.0.2.7/tcp/7422'],
        expiresAt: clock.now() + 3 * 86_400_000,
        pins: true,
        change:
          isPrivate && !world.network.networks.some(({ id }) => id === WORKSHOP)
            ? ('enter' as const)
            : ('none' as const),
        standing: 'unknown' as const,
        ...(isPrivate ? { network: 'Workshop' } : {}),
      };
    },
    'network.join': async ({ enterNetwork, code }, { signal }) => {
      const { private: isPrivate } = read(code);
      await sleep(clock, 700, signal);
      if (isPrivate && !enterNetwork)
        throw new AppError('invitation.other_network', 'It leads into another network.', {
          advice: 'Confirm.',
        });
      if (isPrivate) add(WORKSHOP, 'Workshop');
      const network = isPrivate ? WORKSHOP : PUBLIC_NETWORK;
      const peer = {
        peerId: '12D3KooWAnnaAnnaAnnaAnnaAnnaAnnaAnnaAnnaAnnaAnnaAnna',
        providerId: ANNA,
        displayName: 'Anna’s workshop',
        connected: true,
        blocked: false,
        known: true,
        addresses: ['/ip4/192.0.2.7/tcp/7422'],
        latencyMs: 12,
        path: 'direct' as const,
        networks: [network],
      };
      const known = world.peers.find(({ providerId }) => providerId === ANNA);
      if (known) known.networks = [...new Set([...(known.networks ?? []), network])];
      else world.peers.push(peer);
      return after({ pinned: true, network, waiting: false, peer });
    },
    'network.createPrivate': ({ name }) => {
      const id = `${world.network.networks.length}`.padStart(16, '7');
      add(id, name);
      return after(itemOf(id));
    },
    'network.leavePrivate': ({ network }) => {
      const { id, name } = itemOf(network);
      world.network.networks = world.network.networks.filter((one) => one.id !== id);
      world.network.left.push({ id, name, until: clock.now() + 3_600_000 });
      changed();
      return after(show());
    },
    'network.rejoinPrivate': ({ network }) => {
      const left = world.network.left.find(({ id }) => id === network);
      if (!left) throw invitationError('invitation.no_network');
      add(left.id, left.name);
      return after(show());
    },
    'network.forgetPrivate': ({ network }) => {
      world.network.left = world.network.left.filter(({ id }) => id !== network);
      changed();
      return after(show());
    },
    'network.renamePrivate': ({ name, network }) => {
      for (const one of world.network.networks) if (one.id === network) one.name = name;
      changed();
      return after(show());
    },
    'network.watch': (_, { signal }) =>
      live.follow(() => ({ items: networks(), left: world.network.left }), signal),
  };
}
