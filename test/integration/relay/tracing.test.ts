/** One trace over two nodes and a server, as a collector gets it: real libp2p, real HTTP, payloads in none of it. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { createSpanExporter, type SpanExporter } from '#main/features/metrics/index.ts';
import { systemClock } from '#main/platform/clock.ts';
import { silentLog } from '#main/platform/log.ts';
import type { JsonObject } from '#shared/kernel/canonical.ts';
import type { McpTarget } from '#shared/features/servers/mcp.ts';
import { echoTool, startMeshNode, testExchange, until } from '#test/support/mesh-node.ts';

interface Span {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  name: string;
  kind: number;
  startTimeUnixNano: string;
  endTimeUnixNano: string;
  status: { code: number };
}

const ends: Array<() => unknown> = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

/** What a collector is for this test: it takes what it gets and keeps it by service. */
async function collector(status = 200) {
  const bodies: string[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8');
    request.on('data', (part: string) => (body += part));
    request.on('end', () => {
      bodies.push(body);
      response.writeHead(status, { 'content-type': 'application/json' }).end('{}');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  ends.push(() => new Promise((resolve) => server.close(resolve)));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/traces`;
  const spansOf = (instance: string): Span[] =>
    bodies
      .flatMap((body) => (JSON.parse(body) as { resourceSpans: Array<Record<string, never>> }).resourceSpans)
      .filter(({ resource }) => JSON.stringify(resource).includes(`"${instance}"`))
      .flatMap(({ scopeSpans }) =>
        (scopeSpans as unknown as Array<{ spans: Span[] }>).flatMap(({ spans }) => spans),
      );
  return { bodies, spansOf, url };
}

function exporter(url: string, instance: string): SpanExporter {
  const made = createSpanExporter(
    { clock: systemClock, log: silentLog },
    { url: () => url, service: { name: 'toolswarm', version: '1', instance } },
  );
  ends.push(() => made.close());
  return made;
}

/** A provider and a consumer with collectors of their own; `seen` is what the server gets. */
async function pair(urls: { consumer: string; provider: string }) {
  const seen: JsonObject[] = [];
  const target: McpTarget = {
    request({ params = {} }, { trace }) {
      trace?.begin('tool');
      seen.push(params);
      return Promise.resolve({ content: [{ type: 'text', text: 'the secret answer' }] });
    },
  };
  const spans = {
    provider: exporter(urls.provider, 'provider'),
    consumer: exporter(urls.consumer, 'consumer'),
  };
  const provider = await startMeshNode({ targets: { echo: target }, spans: spans.provider });
  ends.push(() => provider.stop());
  provider.addServer('echo', [echoTool]);
  const consumer = await startMeshNode({ bootstrap: [provider.address()], spans: spans.consumer });
  ends.push(() => consumer.stop());
  provider.access.share({
    server: 'echo',
    audience: { kind: 'providers', providers: [consumer.providerId] },
    confirmed: false,
    offered: [echoTool],
  });
  const { id } = await until(() => consumer.registry.list('network').find(({ name }) => name === 'echo'));
  consumer.registry.approve(id);
  await until(() => consumer.registry.callable(id).nodes.length > 0 || undefined);
  const call = (traceparent?: string) =>
    consumer.relay.callTool(
      id,
      {
        name: 'echo',
        arguments: { message: 'the secret question' },
        ...(traceparent === undefined ? {} : { _meta: { traceparent, own: 1 } }),
      },
      testExchange().exchange,
    );
  const flush = () => Promise.all([spans.consumer.flush(), spans.provider.flush()]);
  return { call, flush, seen, spans };
}

const TRACE = 'a1'.repeat(16);
const CLIENT = 'b2'.repeat(8);

describe('traces', () => {
  it('lead from the client over both nodes to the server, with a span of each one’s own and no payload', async () => {
    const { bodies, spansOf, url } = await collector();
    const { call, flush, seen } = await pair({ consumer: url, provider: url });
    await call(`00-${TRACE}-${CLIENT}-01`);
    await flush();
    const outgoing = spansOf('consumer').find(({ kind }) => kind === 3);
    const incoming = spansOf('provider').find(({ kind }) => kind === 2);
    expect(outgoing).toMatchObject({ traceId: TRACE, parentSpanId: CLIENT, name: 'tools/call echo' });
    expect(incoming).toMatchObject({ traceId: TRACE, parentSpanId: outgoing?.spanId });
    expect(seen[0]?.['_meta']).toEqual({ traceparent: `00-${TRACE}-${incoming?.spanId}-01`, own: 1 });
    const hops = spansOf('consumer').filter(({ parentSpanId }) => parentSpanId === outgoing?.spanId);
    expect(hops.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['check', 'network', 'peerTool', 'verify']),
    );
    const all = [...spansOf('consumer'), ...spansOf('provider')];
    expect(new Set(all.map(({ spanId }) => spanId)).size).toBe(all.length);
    for (const { endTimeUnixNano, startTimeUnixNano } of all)
      expect(BigInt(endTimeUnixNano)).toBeGreaterThanOrEqual(BigInt(startTimeUnixNano));
    expect(bodies.join()).not.toContain('secret');
  });

  it('begin here where the client has none, are only passed on where he wants none, and are left alone when off', async () => {
    const { spansOf, url } = await collector();
    const { call, flush, seen } = await pair({ consumer: url, provider: '' });
    await call();
    await call(`00-${TRACE}-${CLIENT}-00`);
    await call('nonsense');
    await flush();
    expect(spansOf('provider')).toEqual([]);
    const roots = spansOf('consumer').filter(({ kind }) => kind === 3);
    expect(roots).toHaveLength(2);
    expect(roots.every(({ parentSpanId }) => parentSpanId === undefined)).toBe(true);
    expect(seen[0]?.['_meta']).toEqual({ traceparent: `00-${roots[0]?.traceId}-${roots[0]?.spanId}-01` });
    expect((seen[1]?.['_meta'] as JsonObject)['traceparent']).toMatch(
      new RegExp(`^00-${TRACE}-(?!${CLIENT})`),
    );
  });

  it('never hold up a call: what a collector does not take is dropped and counted', async () => {
    const { url } = await collector(503);
    const { call, flush, spans } = await pair({ consumer: url, provider: 'http://127.0.0.1:1/v1/traces' });
    await call();
    await flush();
    expect(spans.consumer.dropped()).toBeGreaterThan(0);
    expect(spans.provider.dropped()).toBeGreaterThan(0);
  });
});

it('no more spans wait than there is room for', () => {
  const made = exporter('http://127.0.0.1:1/', 'x');
  const span = {
    ...{ traceId: TRACE, spanId: CLIENT, name: 'n', kind: 'internal' as const, startedAt: 0, durationMs: 1 },
    failed: false,
    attributes: {},
  };
  made.add(Array.from({ length: 5_100 }, () => span));
  expect(made.dropped()).toBe(100);
});
