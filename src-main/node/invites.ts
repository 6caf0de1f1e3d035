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
  shortInvitationLink,
  writeInvitation,
} from '#shared/features/p2p/invitation.ts';
import type { InvitationView, joiningContract, NetworkView } from '#shared/features/p2p/joining.ts';
import type { TaskRunner } from '#shared/features/node/tasks.ts';
import { networkIdOf, type NetworkItem } from '#shared/features/p2p/networks.ts';
import { toHex } from '#shared/kernel/bytes.ts';
import { decodeCbor, encodeCbor } from '#shared/kernel/canonical.ts';
import type { Clock } from '#shared/kernel/clock.ts';
import type { CallContext, Handlers } from '#shared/kernel/contract.ts';
import type { Closeable } from '#shared/kernel/disposables.ts';
import type { Verify } from '#shared/kernel/envelope.ts';
import { AppError } from '#shared/kernel/errors.ts';
import { type NetworkId, type ProviderId, PUBLIC_NETWORK } from '#shared/kernel/ids.ts';
import { watch } from '#shared/kernel/watch.ts';
import type { Random } from '#shared/kernel/random.ts';
import type { Log } from '#main/platform/log.ts';
import type { Identity } from '../features/identity/index.ts';
import type { Networks, PeerInfo } from '../features/p2p/index.ts';
import type { Trust } from '../features/trust/index.ts';
import type { InvitationStore } from './invitation-store.ts';
import type { PrivateNetworks } from './private-networks.ts';
import { type Membership, UNDO_LEAVE_MS } from './private-network.ts';

export interface InvitesDeps {
  identity: Identity;
  network: Networks;
  trust: Trust;
  store: InvitationStore;
  membership: Membership;
  privateNetworks: PrivateNetworks;
  tasks: TaskRunner;
  clock: Clock;
  random: Random;
  verify: Verify;
  log: Log;
  settings: { mdns(): boolean; bootstrap(): string[]; isPublic(): boolean; setPublic(on: boolean): void };
  /** Servers that everyone in a network may see. */
  sharesIn(network: NetworkId): number;
  /** A connected peer as the list of peers shows it. */
  viewOf(peer: PeerInfo): PeerView;
}

export interface Invites {
  handlers: Handlers<typeof joiningContract>;
  /** Once the network runs: takes guests, and follows invitations that nobody answered yet. */
  start(): Closeable;
}

const secretSchema = z.object({
  secret: z.custom<Uint8Array>((value) => value instanceof Uint8Array && value.length === SECRET_BYTES),
});
const answerSchema = z.looseObject({ pinned: z.boolean() });
/** The inviting node looks one row up. */
const REDEEM_TIMEOUT_MS = 10_000;
/** How often an invitation that nobody answered is tried again. */
const FOLLOW_AGAIN_MS = 30_000;

export function createInvites(deps: InvitesDeps): Invites {
  const { clock, identity, log, membership, network, privateNetworks, random, store, trust } = deps;
  const read = (code: string) => readInvitation(code, { now: clock.now(), verify: deps.verify });

  function show(): NetworkView {
    const { displayName } = identity.view().profile;
    const { peerId, providerId } = identity.self();
    const addresses = network.addresses();
    return {
      peerId,
      providerId,
      displayName,
      addresses,
      reach: farthestReach(addresses),
      mdns: deps.settings.mdns(),
      bootstrap: deps.settings.bootstrap(),
      invitations: store.list(),
      networks: items(),
      left: left(),
    };
  }

  function items(): NetworkItem[] {
    const running = new Map(network.networks().map((one) => [one.id, one]));
    const item = (id: NetworkId, name: string): NetworkItem => {
      const { addresses = [], peers = 0, state = 'off' } = running.get(id) ?? {};
      const fault = privateNetworks.fault(id);
      const kind = id === PUBLIC_NETWORK ? 'public' : 'private';
      return {
        id,
        kind,
        name,
        peers,
        addresses,
        shares: deps.sharesIn(id),
        state: fault ? 'failed' : state,
        ...(fault ? { fault: { code: fault.code, message: fault.message, advice: fault.advice } } : {}),
      };
    };
    return [item(PUBLIC_NETWORK, ''), ...membership.list().map(({ id, name }) => item(id, name))];
  }

  const left = () =>
    membership.left().map(({ id, leftAt = 0, name }) => ({ id, name, until: leftAt + UNDO_LEAVE_MS }));

  function itemOf(id: NetworkId): NetworkItem {
    const found = items().find((one) => one.id === id);
    if (!found) throw invitationError('invitation.no_network');
    return found;
  }

  /** The network that an invitation is for unless somebody says otherwise. */
  const usual = (): NetworkId =>
    deps.settings.isPublic() ? PUBLIC_NETWORK : (membership.list()[0]?.id ?? PUBLIC_NETWORK);

  function invite({ expiresInMs = DEFAULT_INVITATION_MS, network: id = usual(), note, pin }: InviteInput) {
    const now = clock.now();
    const into = membership.get(id);
    // Addresses of one network say nothing in another.
    const addresses = byReach(itemOf(id).addresses).map(withoutPeer);
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
        network: into && { name: into.name, key: into.key },
      },
      identity.nodeSigner,
    );
    return {
      code,
      link: invitationLink(code),
      short: shortInvitationLink(code),
      expiresAt,
      reach,
      ...(opened ? { id: opened.id } : {}),
      ...(into ? { network: into.name } : {}),
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

  const networkOf = ({ network: into }: Pick<Invitation, 'network'>): NetworkId =>
    into ? networkIdOf(into.key) : PUBLIC_NETWORK;

  function changeFor(into: Invitation['network']): InvitationView['change'] {
    if (into) return membership.get(networkIdOf(into.key)) ? 'none' : 'enter';
    return deps.settings.isPublic() ? 'none' : 'public';
  }

  function join({ code, enterNetwork }: { code: string; enterNetwork: boolean }, signal: AbortSignal) {
    const invitation = readForeign(code);
    const change = changeFor(invitation.network);
    if (change !== 'none' && !enterNetwork)
      throw invitationError('invitation.other_network', { details: { change } });
    const subject = invitation.network?.name ?? invitation.label;
    return deps.tasks.run({ kind: 'network.join', subject, cancellable: true, signal }, async (task) => {
      // Whatever happens after it was entered, the invitation leads somewhere in the end.
      if (change !== 'none') store.addJoining(codeIn(code));
      if (invitation.network) await privateNetworks.enter(invitation.network);
      else if (change === 'public') deps.settings.setPublic(true);
      return arrive(invitation, change !== 'none', task.signal);
    });
  }

  /** A network was entered even where the inviting node is away at the moment. */
  async function arrive(invitation: Invitation, mayWait: boolean, signal: AbortSignal) {
    const id = networkOf(invitation);
    try {
      const { peer, pinned } = await follow(invitation, signal);
      settled(invitation);
      return { peer, pinned, network: id, waiting: false };
    } catch (error) {
      if (!mayWait || !(error instanceof AppError) || !error.retryable) {
        settled(invitation);
        throw error;
      }
      log.info({ error: String(error) }, 'nobody answers to an invitation yet; it is tried again');
      return { pinned: false, network: id, waiting: true };
    }
  }

  /** The invitation led somewhere, or never will. */
  function settled({ issuedAt, peerId }: Invitation): void {
    for (const code of store.joining()) {
      const other = readOrUndefined(code);
      if (!other || (other.peerId === peerId && other.issuedAt === issuedAt)) store.removeJoining(code);
    }
  }

  function readOrUndefined(code: string): Invitation | undefined {
    try {
      return read(code);
    } catch (error) {
      log.info({ error: String(error) }, 'an invitation that was being followed is of no use any more');
      return undefined;
    }
  }

  /** Connects, and believes nothing before the node that answered has proven to be the one of the invitation. */
  async function follow(invitation: Invitation, signal?: AbortSignal) {
    const { addresses, peerId } = invitation;
    const id = networkOf(invitation);
    const full = addresses.map((address) => `${address}/p2p/${peerId}`);
    network.within(id)?.remembered.remember({ peerId, addresses: full, lastSeenAt: clock.now() });
    const peer = await network.dial(peerId, signal, id);
    if (peer.providerId !== identity.currentProvider(invitation.providerId)) {
      await network.disconnect(peerId);
      throw invitationError('invitation.wrong_provider');
    }
    trust.setKnown(peer.providerId, true);
    const pinned = invitation.secret ? await redeem(peer, invitation.secret) : false;
    return { peer: deps.viewOf(peer), pinned };
  }

  /** A spent secret does not undo the joining: the connection stands, only the other side does not know us. */
  async function redeem({ network: id, peerId }: PeerInfo, secret: Uint8Array): Promise<boolean> {
    try {
      const call = network.call(peerId, INVITATION_PROTOCOL, encodeCbor({ secret }), {
        timeoutMs: REDEEM_TIMEOUT_MS,
        maxResponseBytes: 1024,
        network: id,
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

  /** One after the other: until each is followed, or of no use any more. */
  async function followWaiting(): Promise<void> {
    for (const code of store.joining()) {
      const invitation = readOrUndefined(code);
      const isWanted =
        invitation && (!invitation.network || membership.get(networkOf(invitation)) !== undefined);
      if (!isWanted) store.removeJoining(code);
      else await arrive(invitation, true, new AbortController().signal).catch(noteFailure);
    }
  }

  const noteFailure = (error: unknown): void =>
    log.warn({ error: String(error) }, 'an invitation could not be followed');

  async function leave(id: NetworkId): Promise<NetworkView> {
    const { name } = privateOf(id);
    await deps.tasks.run({ kind: 'network.leave', subject: name }, () => privateNetworks.leave(id));
    return show();
  }

  function privateOf(id: NetworkId) {
    const found = membership.get(id);
    if (!found) throw invitationError('invitation.no_network');
    return found;
  }

  return {
    handlers: {
      'network.show': show,
      'network.invite': invite,
      'network.revokeInvitation': ({ id }) => (store.remove(id), {}),
      'network.previewInvitation': ({ code }) => preview(code),
      'network.join': (input, { signal }: CallContext) => join(input, signal),
      async 'network.createPrivate'({ name }) {
        const made = { name, key: random.bytes(NETWORK_KEY_BYTES) };
        const { id } = await privateNetworks.enter(made);
        return itemOf(id);
      },
      'network.leavePrivate': ({ network: id }) => leave(id),
      async 'network.rejoinPrivate'({ network: id }) {
        await privateNetworks.rejoin(id);
        return show();
      },
      'network.forgetPrivate': ({ network: id }) => (privateNetworks.forget(id), show()),
      'network.renamePrivate': ({ name, network: id }) => (membership.rename(privateOf(id).id, name), show()),
      'network.watch': (_input, { signal }) =>
        watch(
          signal,
          () => ({ items: items(), left: left() }),
          (changed) => {
            const stops = [
              network.on('networksChanged', changed),
              network.on('peerConnected', changed),
              network.on('peerDisconnected', changed),
              network.on('addressesChanged', changed),
              privateNetworks.on('forgotten', changed),
            ];
            return () => stops.forEach((stop) => stop());
          },
        ),
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
  network?: NetworkId | undefined;
  expiresInMs?: number | undefined;
  note?: string | undefined;
  pin: boolean;
}
