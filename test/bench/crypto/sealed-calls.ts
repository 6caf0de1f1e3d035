/** A call of 1 KiB there and back through the code of both ends, in the clear and sealed under the keys of a session. */
import { randomBytes } from 'node:crypto';
import { sessionKeys } from '#main/features/relay/seal/cipher.ts';
import type { ProviderSession } from '#main/features/relay/seal/keeper.ts';
import { takeCall } from '#main/features/relay/seal/opener.ts';
import { sealCall } from '#main/features/relay/seal/sealer.ts';
import type { ConsumerSession } from '#main/features/relay/seal/sessions.ts';
import {
  type CallRequest,
  callResponseSchema,
  decodeMessage,
  encodeMessage,
} from '#shared/features/relay/messages.ts';
import { createReplayWindow, paddedLength } from '#shared/features/relay/sealing.ts';
import type { RpcExchange } from '#main/features/p2p/index.ts';
import { cpuOfEach } from '../support/cpu.ts';
import { atMost, type Figure, measured } from '../support/report.ts';

const MESSAGE = 'x'.repeat(1000);
const BUDGET_MICROS = 200;

const request: CallRequest = {
  server: 'echo',
  tool: 'echo',
  fingerprint: 'ab'.repeat(32),
  params: { name: 'echo', arguments: { message: MESSAGE } },
  caller: { era: 'legacy', protocolVersion: '2025-11-25', capabilities: {}, session: 's' },
  manner: { key: 'AAAAAAAAAAAAAAAAAAAAAA' },
};
const response = { result: { content: [{ type: 'text', text: MESSAGE }] }, hops: [] };

/** Nothing but the response passes between the two ends here. */
const rpc = {} as RpcExchange;

/** One session, as both of its ends have it. */
function openedSession() {
  const keys = sessionKeys(randomBytes(32), randomBytes(32), randomBytes(200));
  const consumer: ConsumerSession = { keys, next: 0, until: Number.POSITIVE_INFINITY };
  const ends = { consumer: 'consumer', through: 'consumer', until: Number.POSITIVE_INFINITY };
  const provider: ProviderSession = { ...ends, keys, window: createReplayWindow() };
  return { consumer, keeper: { session: () => provider } };
}

export async function measureSealedCalls(): Promise<Figure[]> {
  const { consumer, keeper } = openedSession();
  const answer = () => encodeMessage(response);
  const inTheClear = async () => {
    const taken = takeCall(encodeMessage(request), rpc, keeper);
    decodeMessage(callResponseSchema, await taken.respond(async () => answer()));
  };
  const sealed = async () => {
    const call = sealCall(consumer, request);
    const taken = takeCall(call.payload, rpc, keeper);
    decodeMessage(callResponseSchema, call.openResponse(await taken.respond(async () => answer())));
  };
  const cpu = await cpuOfEach({ inTheClear, sealed }, { rounds: 15, times: 2_000 });
  const { payload } = sealCall(consumer, request);
  return [
    atMost('crypto.sealed-call', cpu.sealed - cpu.inTheClear, 'µs CPU added, both ends', BUDGET_MICROS),
    measured('crypto.clear-call', cpu.inTheClear, 'µs CPU, codec of both ends'),
    measured(
      'crypto.sealed-bytes',
      payload.length - encodeMessage(request).length,
      'bytes more in a request',
    ),
    measured('crypto.sealed-bucket', paddedLength(1000), 'bytes that 1,000 are padded to'),
  ];
}
