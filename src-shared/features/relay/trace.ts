/** Where a call belongs in a trace (https://www.w3.org/TR/trace-context/), as MCP carries it: `_meta.traceparent`. */
import type { JsonObject } from '../../kernel/canonical.ts';

export interface TraceContext {
  /** 16 bytes in hex. */
  traceId: string;
  /** Of the span that calls: 8 bytes in hex. */
  spanId: string;
  sampled: boolean;
}

const TRACEPARENT = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(?:-.*)?$/;
const SAMPLED = 1;

/** Undefined where there is none, or it says nothing: what comes from elsewhere is never a reason to refuse a call. */
export function traceOf(params: JsonObject | undefined): TraceContext | undefined {
  const meta = params?.['_meta'];
  const given = meta && typeof meta === 'object' && !Array.isArray(meta) ? meta['traceparent'] : undefined;
  const parts = typeof given === 'string' && given.length < 256 ? TRACEPARENT.exec(given) : null;
  const [, version = '', traceId = '', spanId = '', flags = ''] = parts ?? [];
  if (!parts || version === 'ff' || /^0+$/.test(traceId) || /^0+$/.test(spanId)) return undefined;
  return { traceId, spanId, sampled: (Number.parseInt(flags, 16) & SAMPLED) === SAMPLED };
}

/** The same parameters, told to belong below another span. */
export function withTrace(
  params: JsonObject | undefined,
  { sampled, spanId, traceId }: TraceContext,
): JsonObject {
  const meta = params?.['_meta'];
  const known = meta && typeof meta === 'object' && !Array.isArray(meta) ? meta : {};
  const traceparent = `00-${traceId}-${spanId}-${sampled ? '01' : '00'}`;
  return { ...params, _meta: { ...known, traceparent } };
}

/** The same parameters as part of no trace. */
export function withoutTrace(params: JsonObject): JsonObject {
  const meta = params['_meta'];
  if (!meta || typeof meta !== 'object' || Array.isArray(meta)) return params;
  const { traceparent: _traceparent, tracestate: _tracestate, ...rest } = meta;
  return { ...params, _meta: rest };
}

/** The same parameters, part of the trace that the header `traceparent` names where they do not name one themselves. */
export function withTraceHeader(params: JsonObject | undefined, header: unknown): JsonObject | undefined {
  if (typeof header !== 'string' || traceOf(params)) return params;
  const trace = traceOf({ _meta: { traceparent: header } });
  return trace ? withTrace(params, trace) : params;
}
