/** A guest finds the node that wrote a code: at the link's addresses, among those connected, then through the index. */
import {
  guestProof,
  hostProof,
  isProof,
  type JoinCode,
  rendezvousOf,
} from '#shared/features/fleet/join-code.ts';
import {
  decodeFleet,
  encodeFleet,
  FLEET_FEATURE,
  hostHelloSchema,
  JOIN_PROTOCOL,
  type Welcome,
  welcomeSchema,
} from '#shared/features/fleet/messages.ts';
import type { Clock } from '#shared/kernel/clock.ts';
import { AppError } from '#shared/kernel/errors.ts';
import type { NetworkId, PeerId } from '#shared/kernel/ids.ts';
import type { Log } from '../../platform/log.ts';
import type { Networks, PeerInfo } from '../p2p/index.ts';

/** Connected peers that are asked whether the code is theirs. */
const MAX_ASKED = 64;
/** Nodes that the index names. */
const MAX_FOUND = 8;
/** How long the index is asked. */
const INDEX_MS = 20_000;
/** A person may have gone for the other machine. */
const WAIT_MS = 24 * 3_600_000;
const MAX_WELCOME_BYTES = 64 * 1024;

/** The host has proven itself; a person there decides. */
export interface Host {
  peerId: PeerId;
  name: string;
  welcome: Promise<Welcome>;
}

export interface SeekDeps {
  clock: Clock;
  network: Networks;
  log: Log;
  self: PeerId;
}

/** Rejects with `fleet.host_not_found`, or with what the host said. Aborting calls everything off. */
export async function seekHost(
  deps: SeekDeps,
  code: JoinCode,
  label: string,
  signal: AbortSignal,
): Promise<Host> {
  const asked = new Set<string>();
  const faults: AppError[] = [];
  const ask = async (peer: PeerInfo): Promise<Host | undefined> => {
    if (asked.has(peer.peerId) || !peer.features.includes(FLEET_FEATURE)) return undefined;
    asked.add(peer.peerId);
    return askPeer(deps, peer, code.text, label, signal).catch((error: unknown) => noted(error, faults));
  };
  const reach = async (target: string, network?: NetworkId): Promise<Host | undefined> => {
    const peer = await deps.network.dial(target, signal, network).catch((error: unknown) => noted(error, []));
    return peer ? ask(peer) : undefined;
  };
  // A person vouches for the addresses that he pasted.
  for (const address of code.addresses) deps.network.vouch(address);
  const host =
    (await firstOf(code.addresses, reach)) ??
    (await firstOf(deps.network.peers().slice(0, MAX_ASKED), ask)) ??
    (await throughIndex(deps, code, reach, signal));
  if (host) return host;
  signal.throwIfAborted();
  // Who knew the code and refused says more than silence.
  throw faults.find(({ code: why }) => why === 'fleet.code_taken') ?? notFound();
}

function noted(error: unknown, faults: AppError[]): undefined {
  if (!(error instanceof AppError)) throw error;
  faults.push(error);
  return undefined;
}

/** All at once; the first that is the host. The others only learned a hash of the code. */
async function firstOf<T>(candidates: readonly T[], ask: (one: T) => Promise<Host | undefined>) {
  const answers = candidates.map(async (one) => {
    const host = await ask(one);
    if (!host) throw new Error('not the host');
    return host;
  });
  return Promise.any(answers).catch((error: unknown) => {
    if (error instanceof AggregateError) return undefined;
    throw error;
  });
}

async function throughIndex(
  { clock, log, network }: SeekDeps,
  code: JoinCode,
  reach: (target: string, network?: NetworkId) => Promise<Host | undefined>,
  signal: AbortSignal,
): Promise<Host | undefined> {
  const late = new AbortController();
  const timer = clock.after(INDEX_MS, () => late.abort());
  const options = { limit: MAX_FOUND, signal: AbortSignal.any([signal, late.signal]) };
  try {
    for (const { id } of network.networks())
      for await (const peerId of network.find(rendezvousOf(code.text), { ...options, network: id })) {
        const host = await reach(peerId, id);
        if (host) return host;
      }
  } catch (error) {
    // An index that cannot be asked is as good as one that knows nothing; that nobody was found is said anyway.
    log.info({ error: String(error) }, 'the index could not be asked for the writer of a code');
  } finally {
    timer.cancel();
  }
  return undefined;
}

/** Resolves once the peer has proven that it wrote the code. */
async function askPeer(
  { network, self }: SeekDeps,
  { network: id, peerId }: PeerInfo,
  code: string,
  label: string,
  signal: AbortSignal,
): Promise<Host> {
  const hello = Promise.withResolvers<{ name: string }>();
  const request = { code: rendezvousOf(code), proof: guestProof(code, self, peerId), label };
  const call = network.call(peerId, JOIN_PROTOCOL, encodeFleet(request), {
    signal,
    timeoutMs: WAIT_MS,
    maxResponseBytes: MAX_WELCOME_BYTES,
    network: id,
    onMessage(message) {
      try {
        const { name, proof } = decodeFleet(hostHelloSchema, message);
        if (isProof(proof, hostProof(code, self, peerId))) hello.resolve({ name });
        else hello.reject(forged());
      } catch (error) {
        hello.reject(error);
      }
    },
  });
  const welcome = call.response.then((bytes) => decodeFleet(welcomeSchema, bytes));
  // Refused or answered before it proved itself: both end the question.
  const ended = welcome.then(() => Promise.reject(forged()));
  const { name } = await Promise.race([hello.promise, ended]);
  // The race is over; what becomes of the welcome is told to who waits for it.
  ended.catch(() => undefined);
  return { peerId, name, welcome };
}

const forged = (): AppError =>
  new AppError('fleet.forged', 'The node that answered did not write this code.', {
    advice: 'Type the code again; if this happens again, somebody is in between.',
  });
const notFound = (): AppError =>
  new AppError('fleet.host_not_found', 'The machine that wrote this code was not found.', {
    advice:
      'Both machines must be in one network: connect to the other (`toolswarm peers connect`), or use the link instead of the code.',
    retryable: true,
  });
