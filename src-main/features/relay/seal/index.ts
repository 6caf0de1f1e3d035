/**
 * Sealing of calls from the consumer's node to the node that runs the tool (HPKE, then AES-256-GCM): whoever stands between
 * them carries ciphertext.
 *
 *     const sealing = createSealing(deps, options);
 *     const taken = sealing.take(payload, rpc);                    // provider
 *     const session = await sealing.session(tool, peerId);         // consumer; undefined: the call goes in the clear
 *
 * Invariants: a call that must be sealed never goes, and is never taken, in the clear; a frame opens once, in its place, in
 * its call, between its two nodes, or not at all.
 */
import type { SealPolicy } from '#shared/features/access/seal-policies.ts';
import { relayError } from '#shared/features/relay/errors.ts';
import {
  type Clear,
  decodeSealedRequest,
  decodeSealMessage,
  encodeSealMessage,
  isSealed,
  SEAL_PROTOCOL,
  type SealRequest,
  sealRequestSchema,
} from '#shared/features/relay/sealing.ts';
import type { SealWish } from '#shared/features/relay/seal-wishes.ts';
import type { Closeable } from '#shared/kernel/disposables.ts';
import type { PeerId } from '#shared/kernel/ids.ts';
import type { Network, PeerInfo, RpcExchange } from '../../p2p/index.ts';
import type { CallableTool } from '../../registry/index.ts';
import { createKeeper, type KeeperDeps } from './keeper.ts';
import { type TakenCall, takeCall } from './opener.ts';
import { type ConsumerSession, createConsumerSessions, type SessionsDeps } from './sessions.ts';

export type { SealingSelf } from './keeper.ts';

export interface SealingDeps extends Omit<KeeperDeps, 'refuse' | 'policy'>, Pick<SessionsDeps, 'certified'> {
  network: Network;
}

/** Where calls of what is shared on here under a name go: to a node of its provider, with the chain that lets them. */
export type Onwards = (
  name: string,
) => { peerId: PeerId; at: string | undefined; via: readonly string[] } | undefined;

const PASSING_MS = 10_000;
const MAX_ANSWER_BYTES = 16 * 1024;

export interface Sealing {
  /** The clear part of a sealed call that is to be carried on from here; undefined for all others. */
  passing(payload: Uint8Array): (Clear & { at: string }) | undefined;
  /** Answers those who want to seal calls of own tools. */
  start(refuse: KeeperDeps['refuse']): Closeable;
  take(payload: Uint8Array, rpc: RpcExchange): TakenCall;
  /**
   * The session for a call of a tool through a node; undefined where it goes in the clear. Rejects with
   * `relay.seal_refused` or `relay.seal_required` where what is wanted here and offered there do not fit.
   */
  session(tool: CallableTool, carrier: PeerId): Promise<ConsumerSession | undefined>;
  /** The other end has lost the session. */
  forget(tool: CallableTool, carrier: PeerId): void;
}

export function createSealing(
  deps: SealingDeps,
  options: { policy: KeeperDeps['policy']; wish(): SealWish; onward: Onwards },
): Sealing {
  const refusal: { by: KeeperDeps['refuse'] } = {
    by: () => {
      throw relayError('relay.paused');
    },
  };
  const refuse = (peer: PeerInfo, server: string, tool: string) => refusal.by(peer, server, tool);
  const keeper = createKeeper({ ...deps, refuse, policy: options.policy });
  const sessions = createConsumerSessions(deps);
  /** What is shared on is sealed past this node: it brings questions and answers, and reads neither keys nor calls. */
  function passOn(
    name: string,
    request: SealRequest,
    peer: PeerInfo,
    signal: AbortSignal,
  ): Promise<Uint8Array> {
    refuse(peer, name, request.tool);
    const onward = options.onward(name);
    if (!onward) throw relayError('relay.unreachable');
    const message = encodeSealMessage({ ...request, at: onward.at });
    const call = deps.network.call(onward.peerId, SEAL_PROTOCOL, message, {
      signal,
      timeoutMs: PASSING_MS,
      maxResponseBytes: MAX_ANSWER_BYTES,
    });
    return call.response;
  }

  return {
    passing(payload) {
      if (!isSealed(payload)) return undefined;
      const { clear } = decodeSealedRequest(payload);
      return clear.at === undefined ? undefined : { ...clear, at: clear.at };
    },
    start(by) {
      refusal.by = by;
      return deps.network.serve(SEAL_PROTOCOL, (message, { peer, signal }) => {
        const { at, ...request } = decodeSealMessage(sealRequestSchema, message);
        return at === undefined ? keeper.answer(message, peer) : passOn(at, request, peer, signal);
      });
    },
    take: (payload, rpc) => takeCall(payload, rpc, keeper),
    async session(tool, carrier) {
      return isSealedCall(options.wish(), tool.seal ?? 'off') ? sessions.to(wayOf(tool, carrier)) : undefined;
    },
    forget: (tool, carrier) => sessions.forget(wayOf(tool, carrier)),
  };
}

/** Throws where nobody could be content. */
function isSealedCall(wish: SealWish, policy: SealPolicy): boolean {
  if (wish === 'always' && policy === 'off') throw relayError('relay.seal_refused');
  if (wish === 'never' && policy === 'required') throw relayError('relay.seal_required');
  return wish !== 'never' && policy !== 'off';
}

/** To whose node a call is sealed: past all who share the tool on, to the provider whose server it is. */
const wayOf = ({ origin, provider, server, tool }: CallableTool, carrier: PeerId) =>
  origin
    ? { carrier, ...origin, tool: tool.name, at: server }
    : { carrier, provider, server, tool: tool.name };
