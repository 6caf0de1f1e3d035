/** Runs calls and notes what came of them, whatever that is: outcome, sizes, hops, and payloads where these are kept. */
import type { Invocation, InvocationDetail } from '#shared/features/relay/contract.ts';
import { McpError } from '#shared/features/servers/mcp.ts';
import { toHex } from '#shared/kernel/bytes.ts';
import type { JsonObject } from '#shared/kernel/canonical.ts';
import type { Clock } from '#shared/kernel/clock.ts';
import { AppError } from '#shared/kernel/errors.ts';
import type { Random } from '#shared/kernel/random.ts';
import type { CallSpan } from './tracing.ts';
import { createHopClock, type HopClock } from './hop-clock.ts';

/** What is known of a call before it runs. */
export interface CallFacts
  extends Omit<Invocation, 'id' | 'startedAt' | 'durationMs' | 'outcome' | 'responseBytes'> {
  params?: JsonObject | undefined;
  /** What was taken out of what this node sent, counted while the call runs. */
  guard?: { readonly count: number };
  /** Told of the call when it has ended. */
  span?: Pick<CallSpan, 'end'> | undefined;
  /** Monotonic ms at which the client's request had arrived, where the endpoint noted it. */
  arrivedAt?: number | undefined;
}

/** What is known once it has ended well. */
export interface CallSizes {
  result?: JsonObject;
  requestBytes?: number;
  responseBytes: number;
  peerId?: string;
  /** The result was kept from an earlier call. */
  cached?: boolean;
  sealed?: true;
}

export interface Recorder {
  /** Rejects as `run` does. */
  recorded<T>(facts: CallFacts, run: (hops: HopClock) => Promise<T & CallSizes>): Promise<T>;
}

export function createRecorder(
  deps: { clock: Clock; random: Random; add(invocation: InvocationDetail): void },
  options: { keepPayloads(): boolean },
): Recorder {
  const { clock } = deps;

  const requestOf = (params: JsonObject | undefined) =>
    options.keepPayloads() && params ? { request: payloadText(params) } : {};
  const responseOf = (result: JsonObject | undefined) =>
    options.keepPayloads() && result ? { response: payloadText(result) } : {};

  return {
    async recorded({ arrivedAt, guard, params, span, ...facts }, run) {
      const hops = createHopClock(clock, arrivedAt);
      const startedAt = clock.now();
      const id = callId(startedAt, deps.random);
      const note = (end: Partial<InvocationDetail>) => {
        const done = hops.finish();
        const durationMs = done.reduce((sum, { ms }) => sum + Math.round(ms * 1000), 0) / 1000;
        const common = { id, startedAt, durationMs, responseBytes: 0, outcome: 'ok' as const, hops: done };
        const call = { ...common, ...facts, ...redactedBy(guard), ...requestOf(params), ...end };
        deps.add(call);
        span?.end(call);
      };
      try {
        const outcome = await run(hops);
        note({ ...sizesOf(outcome), outcome: outcomeOf(outcome), ...responseOf(outcome.result) });
        return outcome;
      } catch (error) {
        note(failureOf(error));
        throw error;
      }
    },
  };
}

const redactedBy = (guard: CallFacts['guard']) => (guard && guard.count > 0 ? { redacted: guard.count } : {});

const outcomeOf = ({ result }: CallSizes): Invocation['outcome'] =>
  result?.['isError'] === true ? 'tool_error' : 'ok';

/**
 * Unique, and later calls have greater ones: rows then join the end of the store's index, where random ones would touch a
 * page each.
 */
const callId = (startedAt: number, random: Random): string =>
  startedAt.toString(16).padStart(12, '0') + toHex(random.bytes(6));

const sizesOf = ({
  cached,
  peerId,
  requestBytes,
  responseBytes,
  sealed,
}: CallSizes): Partial<Invocation> => ({
  responseBytes,
  ...(requestBytes === undefined ? {} : { requestBytes }),
  ...(peerId === undefined ? {} : { peerId }),
  ...(cached ? { cached } : {}),
  ...(sealed ? { sealed } : {}),
});

/** Characters kept of arguments and of results; a peer that is refused sends arguments as well. */
const MAX_PAYLOAD_CHARS = 32 * 1024;

function payloadText(payload: JsonObject): string {
  const text = JSON.stringify(payload);
  return text.length <= MAX_PAYLOAD_CHARS ? text : `${text.slice(0, MAX_PAYLOAD_CHARS).toWellFormed()}…`;
}

/** How a cancellation is called here and on the wire. */
const CANCELLED = new Set(['relay.cancelled', 'p2p.cancelled', 'servers.cancelled']);

function failureOf(error: unknown): Partial<Invocation> {
  if (error instanceof McpError) return { outcome: 'error', code: `mcp.${error.code}` };
  if (error instanceof AppError)
    return CANCELLED.has(error.code)
      ? { outcome: 'cancelled', code: 'relay.cancelled' }
      : { outcome: 'error', code: error.code };
  const isAbort = error instanceof DOMException && error.name === 'AbortError';
  return isAbort ? { outcome: 'cancelled', code: 'relay.cancelled' } : { outcome: 'error', code: 'internal' };
}
