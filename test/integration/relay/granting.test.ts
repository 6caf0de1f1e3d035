/** Access as an operator works with it: told of what changes, asked for and accepted, over real connections. */
import { afterEach, expect, it } from 'vitest';
import { requestsSource } from '#main/node/attention-sources.ts';
import { createGrantHandlers } from '#main/node/granting.ts';
import type { Servers } from '#main/features/servers/index.ts';
import { systemClock } from '#main/platform/clock.ts';
import { echoTool, type MeshNode, startMeshNode, testExchange, until } from '#test/support/mesh-node.ts';

const nodes: MeshNode[] = [];
afterEach(async () => {
  for (const node of nodes.splice(0)) await node.stop();
});
const context = { signal: new AbortController().signal };

async function started(options: Parameters<typeof startMeshNode>[0] = {}): Promise<MeshNode> {
  const node = await startMeshNode(options);
  nodes.push(node);
  return node;
}

/** The operator’s commands, where one server has the tool `echo`. */
const commandsOf = ({ access, grants, registry }: MeshNode) =>
  createGrantHandlers({
    access,
    grants,
    servers: { get: () => ({}), offers: () => ({ tools: [echoTool] }) } as unknown as Servers,
    clock: systemClock,
    nameOf: registry.providerName,
  });

it('a request waits for the operator, is accepted on his terms, and all that changed is told', async () => {
  const provider = await started({
    targets: { echo: { request: async () => ({ content: [{ type: 'text', text: 'said' }] }) } },
  });
  provider.addServer('echo', [echoTool]);
  const asker = await started({ bootstrap: [provider.address()] });
  await until(() => provider.network.peers().length === 1 || undefined);
  const commands = commandsOf(provider);
  const waiting = requestsSource(provider);

  const stop = new AbortController();
  let told = 0;
  const following = (async () => {
    for await (const _ of commands['access.watch']({}, { signal: stop.signal })) told++;
  })();
  await until(() => told >= 1 || undefined);
  expect(waiting.read()).toEqual([]);

  await asker.grants.ask({ provider: provider.providerId, server: 'echo', tools: ['echo'], words: 'May I?' });
  expect(waiting.read()).toMatchObject([{ kind: 'access.strangers', level: 'decide', count: 1 }]);
  provider.trust.setKnown(asker.providerId, true);
  expect(waiting.read()).toMatchObject([{ kind: 'access.request', count: 1 }]);
  await until(() => told >= 2 || undefined);

  const { items } = await commands['access.requests']({}, context);
  const made = await commands['access.accept'](
    {
      id: items[0]?.id ?? 0,
      days: 7,
      note: '',
      args: { echo: '{"properties":{"message":{"maxLength":3}}}' },
    },
    context,
  );
  expect(made).toMatchObject({ to: asker.providerId, tools: ['echo'], state: 'active' });
  expect(waiting.read()).toEqual([]);
  await until(() => told >= 3 || undefined);

  const id = await until(() => asker.registry.list('network').find(({ name }) => name === 'echo')?.id);
  asker.registry.approve(id);
  const call = (message: string) =>
    asker.relay.callTool(id, { name: 'echo', arguments: { message } }, testExchange().exchange);
  await expect(call('hey')).resolves.toMatchObject({ content: [{ text: 'said' }] });
  await expect(call('too long')).rejects.toMatchObject({ code: 'access.grant_arguments' });
  await until(() => told >= 4 || undefined);
  expect(provider.relay.invocations.uses()).toMatchObject([
    { server: 'echo', tool: 'echo', providerId: asker.providerId, calls: 1 },
  ]);

  await commands['access.revoke']({ id: made.id }, context);
  await until(() => told >= 5 || undefined);
  provider.access.limits.set({ scope: { kind: 'each' }, concurrent: 4 });
  await until(() => told >= 6 || undefined);
  stop.abort();
  await following;
});

it('a constraint is tried before it is given', async () => {
  const commands = commandsOf(await started());
  const schema = '{"properties":{"path":{"pattern":"^public/"}}}';
  const check = commands['access.checkConstraint'];
  expect(await check({ schema }, context)).toEqual({});
  expect(await check({ schema, arguments: { path: 'public/a' } }, context)).toEqual({ fits: true });
  expect(await check({ schema, arguments: { path: 'secret' } }, context)).toEqual({ fits: false });
  expect((await check({ schema: '{"properties":' }, context)).problem).toContain('cannot be used');
  expect((await check({ schema: '{"pattern":"(a+)+$","type":"wrong"}' }, context)).problem).toBeDefined();
});
