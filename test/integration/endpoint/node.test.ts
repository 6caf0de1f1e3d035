import { afterAll, beforeAll, expect, it } from 'vitest';
import type { JsonObject } from '#shared/kernel/canonical.ts';
import { openSession, rpc } from '#test/support/endpoint/http.ts';
import { startWholeNode, type WholeNode } from '../../conformance/support/whole-node.ts';

let whole: WholeNode;
const context = { signal: new AbortController().signal } as never;
beforeAll(async () => {
  whole = await startWholeNode();
  await whole.addServer('plain', 'test/bench/endpoint/echo-server.ts', ['2']);
});
afterAll(() => whole.stop());

it('ends what a client has open when its token is revoked', async () => {
  const { handlers } = whole.node;
  const client = await handlers['clients.create'](
    { name: 'short-lived', profile: 'default', scope: 'call' },
    context,
  );
  const session = await openSession(whole.url, {}, '2025-11-25', client.token);
  const stream = session.send(undefined, { method: 'GET' });
  await new Promise((resolve) => setTimeout(resolve, 50));
  await handlers['clients.revoke']({ id: client.id }, context);
  expect((await stream).status).toBe(200);
  expect((await session.send(rpc(1, 'ping'))).status).toBe(401);
});

it('tells the clients of a profile when it shows something else', async () => {
  const { handlers } = whole.node;
  await handlers['profiles.set']({ name: 'work', prefix: true }, context);
  const session = await openSession(`${whole.url}/work`, {}, '2025-11-25', whole.token);
  const names = async () => {
    const listed = (await session.send(rpc(1, 'tools/list'))).json['result'] as JsonObject;
    return (listed['tools'] as JsonObject[]).map((tool) => tool['name']);
  };
  expect(await names()).toEqual(['plain_echo', 'plain_tool_0', 'plain_tool_1']);
  const stream = session.send(undefined, { method: 'GET', untilEvents: 1 });
  await new Promise((resolve) => setTimeout(resolve, 50));
  await handlers['profiles.set']({ name: 'work', prefix: false }, context);
  expect((await stream).events).toEqual([{ jsonrpc: '2.0', method: 'notifications/tools/list_changed' }]);
  expect(await names()).toEqual(['echo', 'tool_0', 'tool_1']);
});
