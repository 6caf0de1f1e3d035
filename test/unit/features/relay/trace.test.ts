import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { traceOf, withoutTrace, withTrace, withTraceHeader } from '#shared/features/relay/trace.ts';

const TRACE = { traceId: 'a1'.repeat(16), spanId: 'b2'.repeat(8), sampled: true };
const TEXT = `00-${TRACE.traceId}-${TRACE.spanId}-01`;

describe('where a call belongs in a trace', () => {
  it('is read as it was written, whatever else is in the parameters', () => {
    const given = { name: 'x', _meta: { own: 1 } };
    expect(withTrace(given, TRACE)).toEqual({ name: 'x', _meta: { own: 1, traceparent: TEXT } });
    expect(traceOf(withTrace(given, TRACE))).toEqual(TRACE);
    expect(traceOf(withTrace(undefined, { ...TRACE, sampled: false }))?.sampled).toBe(false);
    expect(withoutTrace({ _meta: { traceparent: TEXT, tracestate: 'a=b', own: 1 } })).toEqual({
      _meta: { own: 1 },
    });
  });

  it('is nothing where nonsense stands, and no reason to fail', () => {
    const bad = [
      `ff-${TRACE.traceId}-${TRACE.spanId}-01`,
      `00-${'0'.repeat(32)}-${TRACE.spanId}-01`,
      'x',
      '',
      TEXT.toUpperCase(),
    ];
    for (const traceparent of bad) expect(traceOf({ _meta: { traceparent } })).toBeUndefined();
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(traceOf({ _meta: value as never })).toBeUndefined();
      }),
    );
  });

  it('comes from the header of HTTP where the message does not say', () => {
    expect(traceOf(withTraceHeader(undefined, TEXT))).toEqual(TRACE);
    const said = withTrace({}, { ...TRACE, spanId: 'c3'.repeat(8) });
    expect(withTraceHeader(said, TEXT)).toBe(said);
    expect(withTraceHeader({ name: 'x' }, 'nonsense')).toEqual({ name: 'x' });
    expect(withTraceHeader(undefined, undefined)).toBeUndefined();
  });
});
