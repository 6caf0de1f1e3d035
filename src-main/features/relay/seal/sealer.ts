/** One call as the consumer's node sends it: sealed before it leaves, opened when it comes back. */
import { type CallRequest, encodeMessage } from '#shared/features/relay/messages.ts';
import {
  type Clear,
  decodeSealedFrame,
  encodeSealedFrame,
  encodeSealedRequest,
  faultIn,
} from '#shared/features/relay/sealing.ts';
import { openFrame, sealFrame } from './cipher.ts';
import type { ConsumerSession } from './sessions.ts';

export interface SealedCall {
  readonly sealed: true;
  payload: Uint8Array;
  /** Messages of the provider, in their order. Throws `relay.seal_broken`. */
  openMessage(frame: Uint8Array): Uint8Array;
  sealAnswer(message: Uint8Array): Uint8Array;
  /** Throws the provider’s own refusal, or `relay.seal_broken`. */
  openResponse(frame: Uint8Array): Uint8Array;
}

/** @param at the name under which who receives it first shares the server on; absent where he runs it */
export function sealCall(session: ConsumerSession, request: CallRequest, at?: string): SealedCall {
  const { caller, params, ...place } = request;
  const clear: Clear = { ...place, at, seal: { session: session.keys.id, call: session.next++ } };
  const { toConsumer, toProvider } = session.keys;
  const inner = encodeMessage({ params, caller } as CallRequest);
  let sent = 1;
  let received = 0;
  const openNext = (kind: 'message' | 'response', frame: Uint8Array) =>
    openFrame(toConsumer, { clear, kind, frame: received++ }, decodeSealedFrame(frame));
  return {
    sealed: true,
    payload: encodeSealedRequest(clear, sealFrame(toProvider, { clear, kind: 'request', frame: 0 }, inner)),
    openMessage: (frame) => openNext('message', frame),
    sealAnswer: (message) =>
      encodeSealedFrame(sealFrame(toProvider, { clear, kind: 'answer', frame: sent++ }, message)),
    openResponse(frame) {
      const response = openNext('response', frame);
      const fault = faultIn(response);
      if (fault) throw fault;
      return response;
    },
  };
}
