/**
 * Private networks while the node runs: entered, left and entered again without anybody else noticing. What was shared
 * there ends with leaving, and nothing is shared there by entering.
 */
import type { Clock } from '#shared/kernel/clock.ts';
import { type Closeable, createDisposableStore } from '#shared/kernel/disposables.ts';
import { AppError } from '#shared/kernel/errors.ts';
import { createEmitter, type EventSource } from '#shared/kernel/events.ts';
import type { NetworkId } from '#shared/kernel/ids.ts';
import type { Random } from '#shared/kernel/random.ts';
import { portOf } from '#shared/features/p2p/addresses.ts';
import type { PrivateNetwork } from '#shared/features/p2p/invitation.ts';
import type { Log } from '#main/platform/log.ts';
import type { Libp2pNetwork, Networks } from '../features/p2p/index.ts';
import { type Membership, type PrivateMembership, UNDO_LEAVE_MS } from './private-network.ts';

/** Free ports are looked for in this range: below those that systems give to outgoing connections. */
const FIRST_PORT = 20_000;
const LAST_PORT = 32_767;
const PORT_TRIES = 8;
const FORGET_EVERY_MS = 60_000;
/** A network that could not be started (no port, say) is tried again so often. */
const RETRY_MS = 60_000;

export interface PrivateNetworksEvents {
  /** It was left; for an hour that can be undone. */
  left: { id: NetworkId };
  /** It is left for good: nothing of it may stay. */
  forgotten: { id: NetworkId };
}

export interface PrivateNetworks extends EventSource<PrivateNetworksEvents> {
  /** Starts those that the node is in; one that fails is tried again, and holds up nobody. */
  start(): Promise<Closeable>;
  /** Rejects with `invitation.too_many_networks`, or as the start of the network does. */
  enter(network: PrivateNetwork): Promise<PrivateMembership>;
  leave(id: NetworkId): Promise<void>;
  /** Undoes {@link leave} within an hour. Rejects with `network.too_late`. */
  rejoin(id: NetworkId): Promise<void>;
  /** Ends the time for undoing. */
  forget(id: NetworkId): void;
  fault(id: NetworkId): AppError | undefined;
}

export interface PrivateNetworksDeps {
  networks: Networks;
  membership: Membership;
  clock: Clock;
  random: Random;
  log: Log;
  /** Builds the node of one network, listening on `port`. */
  open(network: PrivateMembership, port: number): Libp2pNetwork;
  /** Whether any free port will do. */
  anyPort(): boolean;
}

export function createPrivateNetworks(deps: PrivateNetworksDeps): PrivateNetworks {
  const { clock, log, membership, networks, random } = deps;
  const events = createEmitter<PrivateNetworksEvents>((error) =>
    log.error({ err: error }, 'a listener failed'),
  );
  const faults = new Map<NetworkId, AppError>();

  const freshPort = () =>
    deps.anyPort() ? 0 : FIRST_PORT + Math.floor(random.float() * (LAST_PORT - FIRST_PORT + 1));

  /** On the port of last time, so that those who remember this node find it; else on another. */
  async function run(network: PrivateMembership): Promise<void> {
    if (networks.within(network.id)) return;
    for (let attempt = 1; ; attempt++) {
      const port = attempt === 1 && network.port > 0 ? network.port : freshPort();
      try {
        const opened = deps.open(network, port);
        await networks.add(network.id, opened);
        const [address = ''] = opened.addresses();
        const used = portOf(address) ?? port;
        if (used !== network.port) membership.notePort(network.id, used);
        faults.delete(network.id);
        return;
      } catch (error) {
        const isTaken = error instanceof AppError && error.code === 'p2p.port_in_use';
        if (!isTaken || attempt >= PORT_TRIES) throw error;
      }
    }
  }

  async function tryToRun(network: PrivateMembership): Promise<void> {
    try {
      await run(network);
    } catch (error) {
      log.warn({ network: network.id, error: String(error) }, 'a private network could not be started');
      faults.set(network.id, faultOf(error));
    }
  }

  async function startAll(): Promise<void> {
    await Promise.all(membership.list().map(tryToRun));
  }

  function forgetOld(): void {
    for (const { id, leftAt = 0 } of membership.left()) if (leftAt + UNDO_LEAVE_MS <= clock.now()) forget(id);
  }

  function forget(id: NetworkId): void {
    if (!membership.left().some((one) => one.id === id)) return;
    membership.forget(id);
    events.emit('forgotten', { id });
  }

  return {
    on: events.on,
    async start() {
      const owned = createDisposableStore();
      forgetOld();
      await startAll();
      const timers = [clock.every(FORGET_EVERY_MS, forgetOld), clock.every(RETRY_MS, () => void startAll())];
      owned.defer(() => timers.forEach((timer) => timer.cancel()));
      return owned;
    },
    async enter(network) {
      const isNew = !membership.list().some(({ key }) => sameKey(key, network.key));
      const entered = membership.enter(network);
      try {
        await run(entered);
      } catch (error) {
        if (isNew) membership.forget(entered.id);
        throw error;
      }
      return membership.get(entered.id) ?? entered;
    },
    async leave(id) {
      membership.leave(id, clock.now());
      faults.delete(id);
      await networks.remove(id);
      events.emit('left', { id });
    },
    async rejoin(id) {
      const network = membership.rejoin(id);
      if (!network) throw tooLate();
      await run(network);
    },
    forget,
    fault: (id) => faults.get(id),
  };
}

const sameKey = (a: Uint8Array, b: Uint8Array): boolean => a.every((byte, index) => byte === b[index]);

const faultOf = (error: unknown): AppError =>
  error instanceof AppError
    ? error
    : new AppError('internal', 'The network could not be started.', { cause: error });

const tooLate = (): AppError =>
  new AppError('network.too_late', 'The key of this network is no longer kept.', {
    advice: 'Ask a member for a new invitation.',
  });
