/** Grants over real connections: seen, used, spent, revoked; asked for and answered. */
import { afterEach, describe, expect, it } from 'vitest';
import type { McpTarget } from '#shared/features/servers/mcp.ts';
import { echoTool, type MeshNode, startMeshNode, testExchange, until } from '#test/support/mesh-node.ts';

const nodes: MeshNode[] = [];
afterEach(async () => {
  for (const node of nodes.splice(0)) await node.stop();
});

const shout = { ...echoTool, name: 'shout' };

/** A provider with a server that is open to holders of grants alone, and two consumers that are connected. */
async function scene(target?: McpTarget) {
  const echo: McpTarget = target ?? { request: async () => ({ content: [{ type: 'text', text: 'said' }] }) };
  const provider = await startMeshNode({ targets: { echo } });
  nodes.push(provider);
  provider.addServer('echo', [echoTool, shout]);
  provider.access.share({
    server: 'echo',
    audience: { kind: 'grants' },
    confirmed: false,
    offered: [echoTool, shout],
  });
  const [holder, other] = await Promise.all(
    [0, 1].map(async () => {
      const node = await startMeshNode({ bootstrap: [provider.address()] });
      nodes.push(node);
      return node;
    }),
  );
  await until(() => provider.network.peers().length === 2 || undefined);
  return { provider, holder: holder as MeshNode, other: other as MeshNode };
}

const idAt = (node: MeshNode, name: string) =>
  node.registry.list('network').find((tool) => tool.name === name)?.id;

async function approved(node: MeshNode, name: string): Promise<string> {
  const id = await until(() => idAt(node, name));
  node.registry.approve(id);
  return id;
}
const call = (node: MeshNode, id: string, name: string, message = 'hi') =>
  node.relay.callTool(id, { name, arguments: { message } }, testExchange().exchange);

describe('a server that is shown to those who may not call it', () => {
  it('is found, says that access can be asked for, and opens once it was given', async () => {
    const { other, provider } = await scene();
    provider.access.share({
      server: 'echo',
      audience: { kind: 'grants' },
      listedFor: { kind: 'everyone' },
      confirmed: false,
      offered: [echoTool, shout],
    });
    const id = await approved(other, 'echo');
    expect(other.registry.list('network')).toMatchObject([{ ask: true }, { ask: true }]);
    await expect(call(other, id, 'echo')).rejects.toMatchObject({ code: 'access.not_granted' });
    await other.grants.ask({
      provider: provider.providerId,
      server: 'echo',
      tools: ['echo'],
      words: 'May I?',
    });
    expect(provider.grants.requests('here')).toMatchObject([{ provider: other.providerId, state: 'open' }]);
    provider.grants.make({ to: other.providerId, server: 'echo', tools: ['echo'], days: 1 });
    await expect(call(other, id, 'echo')).resolves.toMatchObject({ content: [{ text: 'said' }] });
    // No longer shown: who was given nothing sees nothing; who was, goes on.
    provider.access.share({
      server: 'echo',
      audience: { kind: 'grants' },
      confirmed: false,
      offered: [echoTool, shout],
    });
    await until(() => provider.registry.list('local').length === 2 || undefined);
    await expect(call(other, id, 'echo')).resolves.toMatchObject({ content: [{ text: 'said' }] });
  });
});

describe('a grant', () => {
  it('opens the tools it names to its holder alone, and is told to him', async () => {
    const { holder, other, provider } = await scene();
    expect(holder.registry.list('network')).toEqual([]);
    const made = provider.grants.make({ to: holder.providerId, server: 'echo', tools: ['echo'], days: 1 });
    const id = await approved(holder, 'echo');
    await expect(call(holder, id, 'echo')).resolves.toMatchObject({ content: [{ text: 'said' }] });
    const shoutId = await approved(holder, 'shout');
    await expect(call(holder, shoutId, 'shout')).rejects.toMatchObject({ code: 'access.not_granted' });
    await until(() => holder.grants.held().length === 1 || undefined);
    expect(holder.grants.held()).toMatchObject([{ id: made.id, provider: provider.providerId }]);
    expect(other.registry.list('network')).toEqual([]);
    expect(other.grants.held()).toEqual([]);
    expect(provider.grants.made()).toMatchObject([{ used: 1 }]);
  });

  it('ends with the calls that it was for', async () => {
    const { holder, provider } = await scene();
    provider.grants.make({ to: holder.providerId, server: 'echo', calls: 2, days: 1 });
    const id = await approved(holder, 'echo');
    await call(holder, id, 'echo');
    await call(holder, id, 'echo');
    await expect(call(holder, id, 'echo')).rejects.toMatchObject({ code: 'access.grant_spent' });
    expect(provider.grants.made()).toMatchObject([{ used: 2 }]);
  });

  it('keeps arguments within what it says, also where the tool allows more', async () => {
    const { holder, provider } = await scene();
    const schema = JSON.stringify({ properties: { message: { pattern: '^public/' } } });
    provider.grants.make({ to: holder.providerId, server: 'echo', args: { echo: schema }, days: 1 });
    const id = await approved(holder, 'echo');
    await expect(call(holder, id, 'echo', 'public/a')).resolves.toMatchObject({ content: [{}] });
    await expect(call(holder, id, 'echo', 'secret/a')).rejects.toMatchObject({
      code: 'access.grant_arguments',
    });
    // What was refused is not counted.
    expect(provider.grants.made()).toMatchObject([{ used: 1 }]);
  });

  it('is over the moment it is revoked: calls in flight end, and its holder hears of it', async () => {
    let running = 0;
    const { holder, provider } = await scene({
      request: (_message, { signal }) =>
        new Promise((_resolve, reject) => {
          running++;
          signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
        }),
    });
    const made = provider.grants.make({ to: holder.providerId, server: 'echo', days: 1 });
    const id = await approved(holder, 'echo');
    await until(() => holder.grants.held().length === 1 || undefined);
    const outcome = call(holder, id, 'echo').catch((error: unknown) => error);
    await until(() => running > 0 || undefined);
    provider.grants.revoke(made.id);
    expect(await outcome).toMatchObject({ code: 'access.grant_revoked' });
    const judged = provider.access.mayCall(holder.providerId, 'echo', 'echo');
    expect(judged).toMatchObject({ ok: false, reason: 'access.grant_revoked' });
    await until(() => holder.registry.list('network').length === 0 || undefined);
    await until(() => holder.grants.held().length === 0 || undefined);
  });

  it('does not open what is shared with nobody', async () => {
    const { holder, provider } = await scene();
    provider.grants.make({ to: holder.providerId, server: 'echo', days: 1 });
    const id = await approved(holder, 'echo');
    provider.access.unshare('echo');
    await expect(call(holder, id, 'echo')).rejects.toMatchObject({ code: 'access.not_shared' });
  });

  it('does not outlast a block', async () => {
    const { holder, provider } = await scene();
    provider.grants.make({ to: holder.providerId, server: 'echo', days: 1 });
    await approved(holder, 'echo');
    provider.trust.block(holder.providerId);
    expect(provider.access.mayCall(holder.providerId, 'echo', 'echo')).toMatchObject({
      ok: false,
      reason: 'access.blocked',
    });
  });
});

describe('a request for access', () => {
  it('reaches the provider, and its answer the one who asked', async () => {
    const { holder, provider } = await scene();
    const asked = await holder.grants.ask({
      provider: provider.providerId,
      server: 'echo',
      tools: ['echo'],
      words: 'please',
    });
    expect(asked).toMatchObject({ side: 'elsewhere', state: 'open' });
    const [request] = provider.grants.requests('here');
    expect(request).toMatchObject({
      provider: holder.providerId,
      server: 'echo',
      words: 'please',
      state: 'open',
    });
    provider.grants.make({ to: holder.providerId, server: 'echo', days: 1 });
    provider.grants.settle(request?.id ?? -1, 'granted');
    await until(
      () => holder.grants.requests('elsewhere').some(({ state }) => state === 'granted') || undefined,
    );
    await until(() => holder.grants.held().length === 1 || undefined);
  });

  it('takes so much room and no more, however many a stranger makes', async () => {
    const { holder, provider } = await scene();
    const ask = (server: string) =>
      holder.grants.ask({ provider: provider.providerId, server, tools: [], words: '' });
    for (const server of ['a', 'b', 'c', 'd', 'e']) await ask(server);
    await expect(ask('f')).rejects.toMatchObject({ code: 'access.cannot_ask' });
    await ask('a');
    expect(provider.grants.requests('here')).toHaveLength(5);
  });
});
