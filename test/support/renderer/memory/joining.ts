import type { joiningContract } from '#shared/features/p2p/joining.ts';
import { sleep } from '#shared/kernel/clock.ts';
import type { Handlers } from '#shared/kernel/contract.ts';
import { AppError } from '#shared/kernel/errors.ts';
import { invitationError } from '#shared/features/p2p/invitation.ts';
import { ANNA, OWN_PEER, OWN_PROVIDER } from '../world.ts';
import type { Memory } from './memory.ts';

/** As long as a real one, so that its picture is as dense. */
export const EXAMPLE_CODE = 'hGxpbnZpdGF0aW9uLzFZAc'.repeat(34);

export function answerJoining(memory: Memory): Handlers<typeof joiningContract> {
  const { world, after, clock } = memory;
  const show = () => ({
    peerId: OWN_PEER,
    providerId: OWN_PROVIDER,
    displayName: world.displayName,
    addresses: [`/ip4/192.168.1.23/tcp/7422/p2p/${OWN_PEER}`],
    reach: 'lan' as const,
    mdns: true,
    bootstrap: [],
    ...world.network,
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
    'network.invite': ({ expiresInMs = 7 * 86_400_000, note, pin }) => {
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
        expiresAt,
        reach: 'lan',
        ...(pin ? { id } : {}),
        ...(world.network.network ? { network: world.network.network } : {}),
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
        change: isPrivate ? ('enter' as const) : ('none' as const),
        standing: 'unknown' as const,
        ...(isPrivate ? { network: 'Workshop' } : {}),
      };
    },
    'network.join': async ({ changeNetwork, code }, { signal }) => {
      const { private: isPrivate } = read(code);
      await sleep(clock, 700, signal);
      if (isPrivate && !changeNetwork)
        throw new AppError('invitation.other_network', 'It leads into another network.', {
          advice: 'Confirm.',
        });
      if (isPrivate) world.network.nextNetwork = 'Workshop';
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
      };
      if (!isPrivate && !world.peers.some(({ providerId }) => providerId === ANNA)) world.peers.push(peer);
      return after({ pinned: !isPrivate, restartNeeded: isPrivate, ...(isPrivate ? {} : { peer }) });
    },
    'network.createPrivate': ({ name }) => {
      world.network.nextNetwork = name;
      return after(show());
    },
    'network.leavePrivate': () => {
      if (world.network.network) world.network.nextNetwork = '';
      else delete world.network.nextNetwork;
      return after(show());
    },
    'network.restart': () => {
      const { nextNetwork } = world.network;
      delete world.network.nextNetwork;
      if (nextNetwork) world.network.network = nextNetwork;
      else delete world.network.network;
      return after({});
    },
  };
}
