/** Spans of calls: one for the call, one for each of its hops below it. What was said is in none of them. */
import type { InvocationDetail } from '#shared/features/relay/contract.ts';
import type { CallRequest } from '#shared/features/relay/messages.ts';
import { type TraceContext, traceOf, withTrace } from '#shared/features/relay/trace.ts';
import { toHex } from '#shared/kernel/bytes.ts';
import type { JsonObject } from '#shared/kernel/canonical.ts';
import type { Random } from '#shared/kernel/random.ts';
import type { ExportedSpan, SpanExporter } from '../metrics/index.ts';

/** The span of one call. */
export interface CallSpan {
  /** The parameters as whoever is called next gets them: they name this span. */
  carry(params: JsonObject): JsonObject;
  end(call: InvocationDetail): void;
}

/** The request as the server gets it: part of the span that this node has for it. */
export const below = (span: CallSpan | undefined, request: CallRequest): CallRequest =>
  span ? { ...request, params: span.carry(request.params) } : request;

/** Without a collector nothing is added: what a client said passes as it came. */
const UNTRACED: CallSpan = { carry: (params) => params, end: () => undefined };

export interface Tracer {
  begin(params: JsonObject | undefined): CallSpan;
}

export function createTracer({
  exporter,
  random,
}: {
  exporter: Pick<SpanExporter, 'add' | 'isOn'> | undefined;
  random: Random;
}): Tracer {
  const spanId = () => toHex(random.bytes(8));
  return {
    begin(params) {
      if (!exporter?.isOn) return UNTRACED;
      const parent = traceOf(params);
      const own: TraceContext = {
        traceId: parent?.traceId ?? toHex(random.bytes(16)),
        spanId: spanId(),
        sampled: parent?.sampled ?? true,
      };
      return {
        carry: (given) => withTrace(given, own),
        end(call) {
          if (own.sampled) exporter.add(spansOf(call, own, parent?.spanId, spanId));
        },
      };
    },
  };
}

function spansOf(
  call: InvocationDetail,
  { spanId, traceId }: TraceContext,
  parentSpanId: string | undefined,
  newId: () => string,
): ExportedSpan[] {
  const { code, direction, durationMs, hops = [], method, outcome, server, startedAt, tool } = call;
  const whole: ExportedSpan = {
    ...{ traceId, spanId, startedAt, durationMs },
    ...(parentSpanId === undefined ? {} : { parentSpanId }),
    name: tool === undefined ? method : `${method} ${tool}`,
    kind: direction === 'outgoing' ? 'client' : 'server',
    failed: outcome === 'error',
    attributes: {
      'mcp.method.name': method,
      'gen_ai.tool.name': tool,
      'toolswarm.server': server,
      'toolswarm.direction': direction,
      'toolswarm.outcome': outcome,
      'error.type': code,
    },
  };
  let at = startedAt;
  const parts = hops.map(({ hop, ms }): ExportedSpan => {
    const begun = at;
    at += ms;
    return {
      ...{ traceId, spanId: newId(), parentSpanId: spanId, startedAt: begun, durationMs: ms },
      name: hop,
      kind: 'internal',
      failed: false,
      attributes: { 'toolswarm.hop': hop },
    };
  });
  return [whole, ...parts];
}
