/** Resources whose server says how long they hold: a whole node, real processes, clients over HTTP. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { JsonObject } from '#shared/kernel/canonical.ts';
import { openSession, rpc } from '#test/support/endpoint/http.ts';
import { until } from '#test/support/mcp/bench.ts';
import { startWholeNode, type WholeNode } from '../../conformance/support/whole-node.ts';

let whole: WholeNode;
const context = { signal: new AbortController().signal } as never;
beforeEach(async () => {
  whole = await startWholeNode();
  await whole.node.handlers['profiles.set']({ name: 'work', prefix: true }, context);
});
afterEach(() => whole.stop());

async function client(profile?: string) {
  const session = await openSession(
    profile ? `${whole.url}/${profile}` : whole.url,
    {},
    '2025-11-25',
    whole.token,
  );
  const result = async (method: string, params: JsonObject = {}) =>
    (await session.send(rpc(1, method, params))).json['result'] as JsonObject;
  return {
    async read(more: JsonObject = {}) {
      const { contents } = await result('resources/read', { uri: 'count://it', ...more });
      return (contents as JsonObject[])[0]?.['text'];
    },
    call: (name: string) => result('tools/call', { name, arguments: {} }),
    resources: async () => (await result('resources/list'))['resources'] as JsonObject[],
  };
}

const serve = (scope: string) => whole.addServer('counting', 'test/support/mcp/counting-reads.ts', [scope]);

it('are read once by each client, afresh where it asks so, and again when the server’s lists changed', async () => {
  await serve('private');
  const [one, other] = [await client(), await client('work')];
  expect([await one.read(), await one.read()]).toEqual(['1', '1']);
  expect([await other.read(), await other.read()]).toEqual(['2', '2']);
  expect(await one.read({ _meta: { 'io.toolswarm/cache': 'bypass' } })).toBe('3');
  expect(await whole.node.handlers['relay.cache']({}, context)).toMatchObject({ hits: 2, misses: 2 });
  await one.call('counting_grow');
  await until(async () => (await one.resources()).length === 2);
  expect(await one.read()).toBe('4');
});

it('are read once for all where the server says that all read the same', async () => {
  await serve('public');
  const [one, other] = [await client(), await client('work')];
  expect([await one.read(), await other.read()]).toEqual(['1', '1']);
});
