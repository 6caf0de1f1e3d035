/**
 * Inviting and joining. Writing an invitation gives a stranger nothing but addresses, a proof of who invites and, where
 * wished, a secret; whoever presents the secret over a connection that proved his key is noted as known, once.
 */
import { z } from 'zod';
import { byReach, farthestReach, withoutPeer } from '#shared/features/p2p/addresses.ts';
import type { PeerView } from '#shared/features/p2p/contract.ts';
import {
  codeIn,
  DEFAULT_INVITATION_MS,
  type Invitation,
  INVITATION_PROTOCOL,
  invitationError,
  invitationLink,
  NETWORK_KEY_BYTES,
  readInvitation,
  SECRET_BYTES,
  writeInvitation,
} from '#shared/features/p2p/invitation.ts';
import type { InvitationView, joiningContract, NetworkView } from '#shared/features/p2p/joining.ts';
import { toHex } from '#shared/kernel/bytes.ts';
import { decodeCbor, encodeCbor } from '#shared/kernel/canonical.ts';
import type { Clock } from '#shared/kernel/clock.ts';
import type { CallContext, Handlers } from '#shared/kernel/contract.ts';
import type { Closeable } from '#shared/kernel/disposables.ts';
import type { Verify } from '#shared/kernel/envelope.ts';
import { AppError } from '#shared/kernel/errors.ts';
import type { ProviderId } from '#shared/kernel/ids.ts';
import type { Random } from '#shared/kernel/random.ts';
import type { Log } from '#main/platform/log.ts';
import type { Identity } from '../features/identity/index.ts';
import type { Libp2pNetwork, PeerInfo } from '../features/p2p/index.ts';
import type { Trust } from '../features/trust/index.ts';
import type { InvitationStore } from './invitation-store.ts';
import { isSameNetwork, type Membership } from './private-network.ts';

export interface InvitesDeps {
  identity: Identity;
  network: Libp2pNetwork;
  trust: Trust;
  store: InvitationStore;
  membership: Membership;
  clock: Clock;
  random: Random;
  verify: Verify;
  log: Log;
  settings: { mdns(): boolean; bootstrap(): string[] };
  /** A connected peer as the list of peers shows it. */
  viewOf(peer: PeerInfo): PeerView;
  /** The node is to be built anew. */
  restart(): void;
}

export interface Invites {
  handlers: Handlers<typeof joiningContract>;
  /** Once the network runs: takes guests, and follows the invitation that a change of networks waited for. */
  start(): Closeable;
}

const secretSchema = z.object({
  secret: z.custom<Uint8Array>((value) => value instanceof Uint8Array && value.length === SECRET_BYTES),
});
const answerSchema = z.looseObject({ pinned: z.boolean() });
/** The inviting node looks one row up. */
const REDEEM_TIMEOUT_MS = 10_000;
/** How often an invitation that could not be followed after a restart is tried again. */
const FOLLOW_AGAIN_MS = 30_000;

export function createInvites(deps: InvitesDeps): Invites {
  const { clock, identity, log, membership, network, random, store, trust } = deps;
  const read = (code: string) => readInvitation(code, { now: clock.now(), verify: deps.verify });

  function show(): NetworkView {
    const { displayName } = identity.view().profile;
    const { peerId, providerId } = identity.self();
    const addresses = network.addresses();
    const { active } = membership;
    return {
      peerId,
      providerId,
      displayName,
      addresses,
      reach: farthestReach(addresses),
      mdns: deps.settings.mdns(),
      bootstrap: deps.settings.bootstrap(),
      invitations: store.list(),
      ...(active ? { network: active.name } : {}),
      ...(membership.isChanged() ? { nextNetwork: membership.next()?.name ?? '' } : {}),
    };
  }

  function invite({ expiresInMs = DEFAULT_INVITATION_MS, note, pin }: InviteInput) {
    const now = clock.now();
    const addresses = byReach(network.addresses()).map(withoutPeer);
    if (addresses.length === 0) throw invitationError('invitation.no_address');
    const reach = farthestReach(addresses);
    // Addresses of this machine alone help nobody elsewhere, and only tell about it.
    const useful =
      reach === 'machine' ? addresses : addresses.filter((one) => farthestReach([one]) !== 'machine');
    const expiresAt = now + expiresInMs;
    const opened = pin ? open(now, expiresAt, note) : undefined;
    const code = writeInvitation(
      {
        certificate: identity.certificate(),
        addresses: useful,
        issuedAt: now,
        expiresAt,
        secret: opened?.secret,
        network: membership.active,
      },
      identity.nodeSigner,
    );
    return {
      code,
      link: invitationLink(code),
      expiresAt,
      reach,
      ...(opened ? { id: opened.id } : {}),
      ...(membership.active ? { network: membership.active.name } : {}),
    };
  }

  function open(createdAt: number, expiresAt: number, note: string | undefined) {
    if (!store.hasRoom(createdAt)) throw invitationError('invitation.too_many');
    const id = toHex(random.bytes(8));
    const secret = random.bytes(SECRET_BYTES);
    store.add({ id, secret, createdAt, expiresAt, ...(note ? { note } : {}) });
    return { id, secret };
  }

  function preview(code: string): InvitationView {
    const { expiresAt, label, network: into, secret, ...who } = readForeign(code);
    return {
      providerId: who.providerId,
      peerId: who.peerId,
      label,
      addresses: who.addresses,
      expiresAt,
      pins: secret !== undefined,
      change: changeFor(into),
      standing: trust.isBlocked(who.providerId, who.peerId)
        ? 'blocked'
        : trust.isKnown(who.providerId)
          ? 'known'
          : 'unknown',
      ...(into ? { network: into.name } : {}),
    };
  }

  function readForeign(code: string): Invitation {
    const invitation = read(code);
    if (invitation.peerId === identity.self().peerId) throw invitationError('invitation.own');
    return invitation;
  }

  function changeFor(into: Invitation['network']): InvitationView['change'] {
    if (isSameNetwork(membership.active, into)) return 'none';
    if (!into) return 'leave';
    return membership.active ? 'switch' : 'enter';
  }

  async function join(
    { changeNetwork, code }: { changeNetwork: boolean; code: string },
    signal: AbortSignal,
  ) {
    const invitation = readForeign(code);
    const change = changeFor(invitation.network);
    if (change === 'none') return follow(invitation, signal);
    if (!changeNetwork) throw invitationError('invitation.other_network', { details: { change } });
    // The invitation first: a kill in between must not leave a node in a network where it knows nobody.
    store.setJoining(codeIn(code));
    if (invitation.network) membership.enter(invitation.network);
    else membership.leave();
    return { pinned: false, restartNeeded: true };
  }

  /** Connects, and believes nothing before the node that answered has proven to be the one of the invitation. */
  async function follow(invitation: Invitation, signal?: AbortSignal) {
    const { addresses, peerId } = invitation;
    const full = addresses.map((address) => `${address}/p2p/${peerId}`);
    network.remembered.remember({ peerId, addresses: full, lastSeenAt: clock.now() });
    const peer = await network.dial(peerId, signal);
    if (peer.providerId !== identity.currentProvider(invitation.providerId)) {
      await network.disconnect(peerId);
      throw invitationError('invitation.wrong_provider');
    }
    trust.setKnown(peer.providerId, true);
    const pinned = invitation.secret ? await redeem(peer, invitation.secret) : false;
    return { peer: deps.viewOf(peer), pinned, restartNeeded: false };
  }

  /** A spent secret does not undo the joining: the connection stands, only the other side does not know us. */
  async function redeem({ peerId }: PeerInfo, secret: Uint8Array): Promise<boolean> {
    try {
      const call = network.call(peerId, INVITATION_PROTOCOL, encodeCbor({ secret }), {
        timeoutMs: REDEEM_TIMEOUT_MS,
        maxResponseBytes: 1024,
      });
      return answerSchema.parse(decodeCbor(await call.response)).pinned;
    } catch (error) {
      log.info({ peerId, error: String(error) }, 'the secret of an invitation was not taken');
      return false;
    }
  }

  /** A guest: the connection has proven who he is. */
  function receive(payload: Uint8Array, guest: ProviderId): Uint8Array {
    const parsed = secretSchema.safeParse(decodeCbor(payload));
    if (!parsed.success) throw invitationError('invitation.malformed');
    if (trust.isBlocked(guest) || !store.redeem(parsed.data.secret, guest, clock.now()))
      throw invitationError('invitation.spent');
    trust.setKnown(guest, true);
    log.info({ guest }, 'an invitation was used');
    return encodeCbor({ pinned: true });
  }

  /** After a change of networks: until it is followed, or of no use any more. */
  async function followWaiting(): Promise<void> {
    const code = store.joining();
    if (code === undefined || membership.isChanged()) return;
    try {
      await follow(read(code));
      store.setJoining(undefined);
    } catch (error) {
      const isOver = error instanceof AppError && !error.retryable;
      log.warn({ error: String(error), isOver }, 'an invitation could not be followed');
      if (isOver) store.setJoining(undefined);
    }
  }

  return {
    handlers: {
      'network.show': show,
      'network.invite': invite,
      'network.revokeInvitation': ({ id }) => (store.remove(id), {}),
      'network.previewInvitation': ({ code }) => preview(code),
      'network.join': (input, { signal }: CallContext) => join(input, signal),
      'network.createPrivate': ({ changeNetwork, name }) => {
        if (membership.next() && !changeNetwork)
          throw invitationError('invitation.other_network', { details: { change: 'switch' } });
        membership.enter({ name, key: random.bytes(NETWORK_KEY_BYTES) });
        return show();
      },
      'network.leavePrivate': () => {
        membership.leave();
        return show();
      },
      'network.restart': () => (deps.restart(), {}),
    },
    start() {
      const served = network.serve(INVITATION_PROTOCOL, (payload, { peer }) =>
        receive(payload, peer.providerId),
      );
      void followWaiting();
      const timer = clock.every(FOLLOW_AGAIN_MS, () => void followWaiting());
      return {
        close() {
          timer.cancel();
          return served.close();
        },
      };
    },
  };
}

interface InviteInput {
  expiresInMs?: number | undefined;
  note?: string | undefined;
  pin: boolean;
}
