/** Calls as the provider's node takes them: in the clear, or sealed and then opened here. */
import { relayError } from '#shared/features/relay/errors.ts';
import {
  type CallRequest,
  callRequestSchema,
  decodeMessage,
  encodeMessage,
} from '#shared/features/relay/messages.ts';
import {
  type Clear,
  decodeSealedFrame,
  decodeSealedRequest,
  encodeFault,
  encodeSealedFrame,
  isSealed,
} from '#shared/features/relay/sealing.ts';
import { fromUtf8 } from '#shared/kernel/bytes.ts';
import { AppError } from '#shared/kernel/errors.ts';
import type { RpcExchange } from '../../p2p/index.ts';
import { openFrame, sealFrame } from './cipher.ts';
import type { Keeper, ProviderSession } from './keeper.ts';

/** `sealed` comes from how the request arrived, never from the wire. */
export type TakenRequest = CallRequest & { sealed?: true };

export interface TakenCall {
  request: TakenRequest;
  /** The same for every attempt at one call, however it was sealed. */
  content: Uint8Array;
  rpc: RpcExchange;
  /** The response frame for what `work` comes to, refusals included. */
  respond(work: () => Promise<Uint8Array>): Promise<Uint8Array>;
}

/** Throws `relay.malformed`, `relay.seal_unknown`, or `relay.seal_broken` where it was changed or came before. */
export function takeCall(payload: Uint8Array, rpc: RpcExchange, keeper: Pick<Keeper, 'session'>): TakenCall {
  if (!isSealed(payload)) {
    const request = decodeMessage(callRequestSchema, payload);
    return { request, content: payload, rpc, respond: (work) => work() };
  }
  const { ciphertext, clear } = decodeSealedRequest(payload);
  const session = keeper.session(clear.seal.session);
  if (!session.window.isFresh(clear.seal.call)) throw relayError('relay.seal_broken');
  const opened = openFrame(session.keys.toProvider, { clear, kind: 'request', frame: 0 }, ciphertext);
  session.window.note(clear.seal.call);
  const request = requestOf(clear, opened);
  const ends = sealedEnds(session, clear, rpc);
  return { request: { ...request, sealed: true }, content: encodeMessage(request), ...ends };
}

function requestOf({ seal: _seal, ...clear }: Clear, opened: Uint8Array): CallRequest {
  try {
    const inner = JSON.parse(fromUtf8(opened)) as object;
    return decodeMessage(callRequestSchema, encodeMessage({ ...inner, ...clear } as CallRequest));
  } catch {
    throw relayError('relay.malformed');
  }
}

/** Both directions of one call after its request. Frames are counted: one that is missing or moved does not open. */
function sealedEnds({ keys }: ProviderSession, clear: Clear, rpc: RpcExchange) {
  let sent = 0;
  let received = 1;
  // Not the fault of the link: whoever carries calls of many must not lose them all for what one consumer sends.
  const broken = new AbortController();
  const sealOut = (kind: 'message' | 'response', content: Uint8Array) =>
    encodeSealedFrame(sealFrame(keys.toConsumer, { clear, kind, frame: sent++ }, content));

  function openAnswer(frame: Uint8Array): Uint8Array | undefined {
    if (broken.signal.aborted) return undefined;
    try {
      const place = { clear, kind: 'answer' as const, frame: received++ };
      return openFrame(keys.toProvider, place, decodeSealedFrame(frame));
    } catch (error) {
      broken.abort(error);
      return undefined;
    }
  }

  return {
    rpc: {
      peer: rpc.peer,
      get signal() {
        return AbortSignal.any([rpc.signal, broken.signal]);
      },
      send: (message: Uint8Array) => rpc.send(sealOut('message', message)),
      onMessage: (listener: (message: Uint8Array) => void) =>
        rpc.onMessage((frame) => {
          const answer = openAnswer(frame);
          if (answer) listener(answer);
        }),
    },
    async respond(work: () => Promise<Uint8Array>): Promise<Uint8Array> {
      try {
        return sealOut('response', await work());
      } catch (failure) {
        const error: unknown = broken.signal.aborted ? broken.signal.reason : failure;
        if (!(error instanceof AppError)) throw error;
        return sealOut('response', encodeFault(error));
      }
    },
  };
}
