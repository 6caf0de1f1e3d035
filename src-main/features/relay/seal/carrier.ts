/**
 * Carries sealed calls on to the node that runs the tool, unread: what a node does that stands before others, or that
 * shares their tools again. It sees which tool is called, under which call key, how urgently, and how long things are by
 * their buckets.
 */
import { CALL_PROTOCOL } from '#shared/features/relay/messages.ts';
import { type Clear, decodeSealedRequest, encodeSealedRequest } from '#shared/features/relay/sealing.ts';
import { AppError } from '#shared/kernel/errors.ts';
import type { PeerId } from '#shared/kernel/ids.ts';
import type { Network, RpcExchange } from '../../p2p/index.ts';

/** The idle deadline of the consumer ends calls long before. */
const CARRY_MS = 24 * 3_600_000;

export interface Onward {
  peerId: PeerId;
  /** What the call is made under from here on: the carrier's own grant, less time. Default: as it came. */
  manner?: Clear['manner'];
  /** The next node's name for what it shares on itself; absent where it runs the tool. */
  at?: string | undefined;
}

/**
 * Rejects as the next node does.
 *
 * @param onward where a call goes from here; throws where it goes nowhere
 */
export async function carryCall(
  network: Pick<Network, 'call'>,
  payload: Uint8Array,
  rpc: RpcExchange,
  { maxResponseBytes, onward }: { maxResponseBytes: number; onward(clear: Clear): Onward },
): Promise<Uint8Array> {
  const { ciphertext, clear } = decodeSealedRequest(payload);
  const { at, manner = clear.manner, peerId } = onward(clear);
  // The call's own key is bound to the ciphertext: whoever changes it carries something that does not open.
  const frame = encodeSealedRequest({ ...clear, ...(manner ? { manner } : {}), at }, ciphertext);
  const call = network.call(peerId, CALL_PROTOCOL, frame, {
    signal: rpc.signal,
    timeoutMs: CARRY_MS,
    maxResponseBytes,
    onMessage: (message) => void rpc.send(message.slice()).catch(ignoreGone),
  });
  rpc.onMessage((message) => void call.send(message.slice()).catch(ignoreGone));
  return call.response;
}

/** When one end is gone the other is told by the end of the call. */
function ignoreGone(error: unknown): void {
  if (!(error instanceof AppError)) throw error;
}
