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
import { SEAL_PROTOCOL } from '#shared/features/relay/sealing.ts';
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

export interface Sealing {
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
  options: { policy: KeeperDeps['policy']; wish(): SealWish },
): Sealing {
  const refusal: { by: KeeperDeps['refuse'] } = {
    by: () => {
      throw relayError('relay.paused');
    },
  };
  const refuse = (peer: PeerInfo, server: string, tool: string) => refusal.by(peer, server, tool);
  const keeper = createKeeper({ ...deps, refuse, policy: options.policy });
  const sessions = createConsumerSessions(deps);
  return {
    start(by) {
      refusal.by = by;
      return deps.network.serve(SEAL_PROTOCOL, (message, { peer }) => keeper.answer(message, peer));
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

const wayOf = ({ provider, server, tool }: CallableTool, carrier: PeerId) => ({
  carrier,
  provider,
  server,
  tool: tool.name,
});
