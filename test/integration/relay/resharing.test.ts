/** Servers that are shared on, over real connections: origin, one who shares on, another, and who calls. */
import { afterEach, describe, expect, it } from 'vitest';
import { createResharingHandlers } from '#main/node/resharing.ts';
import type { McpExchange, McpTarget } from '#shared/features/servers/mcp.ts';
import { echoTool, type MeshNode, startMeshNode, testExchange, until } from '#test/support/mesh-node.ts';

const nodes: MeshNode[] = [];
afterEach(async () => {
  for (const node of nodes.splice(0)) await node.stop();
});

async function node(options: Parameters<typeof startMeshNode>[0] = {}): Promise<MeshNode> {
  const started = await startMeshNode(options);
  nodes.push(started);
  return started;
}

const never = new AbortController().signal;
const handlersOf = (at: MeshNode) =>
  createResharingHandlers(
    {
      access: at.access,
      registry: at.registry,
      relay: at.relay,
      resharing: at.resharing,
      servers: { on: () => () => undefined, has: () => false },
    },
    () => undefined,
  );
const add = (at: MeshNode, from: MeshNode, server: string, name: string, depth?: number) =>
  handlersOf(at)['reshares.add'](
    {
      provider: from.providerId,
      server,
      name,
      audience: { kind: 'everyone' },
      confirmed: true,
      ...(depth === undefined ? {} : { delegation: { depth } }),
    },
    { signal: never },
  );

const idAt = (at: MeshNode, from: MeshNode) =>
  at.registry.list('network').find(({ providerId }) => providerId === from.providerId)?.id;

async function approve(at: MeshNode, from: MeshNode): Promise<string> {
  const id = await until(() => idAt(at, from));
  at.registry.approve(id);
  return id;
}
const call = (at: MeshNode, id: string, message = 'hi') =>
  at.relay.callTool(id, { name: 'echo', arguments: { message } }, testExchange().exchange);

/** An origin that lets its server be shared on so often in a row, and others that know it through each other alone. */
async function scene(
  depth: number | undefined,
  target?: McpTarget['request'],
  seal?: 'offered' | 'required',
) {
  const seen: McpExchange[] = [];
  const origin = await node({
    targets: {
      echo: {
        request: (message, exchange) => {
          seen.push(exchange);
          return (
            target?.(message, exchange) ?? Promise.resolve({ content: [{ type: 'text', text: 'said' }] })
          );
        },
      },
    },
  });
  origin.addServer('echo', [echoTool]);
  const first = await node({ bootstrap: [origin.address()] });
  await until(() => origin.network.peers().length === 1 || undefined);
  const share = (delegation: number | undefined) =>
    origin.access.share({
      server: 'echo',
      audience: { kind: 'providers', providers: [first.providerId] },
      confirmed: false,
      offered: [echoTool],
      ...(delegation === undefined ? {} : { delegation: { depth: delegation } }),
      ...(seal ? { seal } : {}),
    });
  share(depth);
  await approve(first, origin);
  return { origin, first, share, seen };
}

describe('a server that may be shared on', () => {
  it('is called through who shares it on, by the leave of its origin, and says where it comes from', async () => {
    const { first, origin, seen } = await scene(1);
    expect(first.registry.list('network')).toMatchObject([{ depth: 1 }]);
    const reshared = await add(first, origin, 'echo', 'said-on');
    expect(reshared).toMatchObject({ state: 'shared', tools: ['echo'], depth: 0 });
    expect(reshared.via.map(({ provider }) => provider)).toEqual([origin.providerId]);
    const consumer = await node({ bootstrap: [first.address()] });
    const id = await approve(consumer, first);
    const [view] = consumer.registry
      .list('network')
      .filter(({ providerId }) => providerId === first.providerId);
    expect(view).toMatchObject({ server: 'said-on', via: [origin.providerId, first.providerId] });
    await expect(call(consumer, id)).resolves.toMatchObject({ content: [{ text: 'said' }] });
    // The origin sees a call of the one it lets, with the chain.
    expect(seen.at(-1)?.caller.principal).toBe(first.providerId);
    expect(seen.at(-1)?.via).toHaveLength(1);
    // Whoever shares on does not find it twice in his own catalog.
    expect(first.registry.list('local')).toEqual([]);
  });

  it('is not shared on where its provider does not let it', async () => {
    const { first, origin } = await scene(undefined);
    await expect(add(first, origin, 'echo', 'said-on')).rejects.toMatchObject({
      code: 'access.not_delegable',
    });
    expect(handlersOf(first)['reshares.list']({}, { signal: never })).toEqual({ items: [] });
  });

  it('goes so far and no further, with every link in the chain', async () => {
    const { first, origin, seen } = await scene(2);
    await add(first, origin, 'echo', 'one', 1);
    const second = await node({ bootstrap: [first.address()] });
    await approve(second, first);
    const reshared = await add(second, first, 'one', 'two', 1);
    expect(reshared.via.map(({ provider }) => provider)).toEqual([origin.providerId, first.providerId]);
    const consumer = await node({ bootstrap: [second.address()] });
    const id = await approve(consumer, second);
    await expect(call(consumer, id)).resolves.toMatchObject({ content: [{ text: 'said' }] });
    expect(seen.at(-1)?.via).toHaveLength(2);
    await expect(add(consumer, second, 'two', 'three')).rejects.toMatchObject({
      code: 'access.not_delegable',
    });
  });

  it('is told apart from itself where it is reached over two ways', async () => {
    const { first, origin } = await scene(1);
    await add(first, origin, 'echo', 'one');
    const consumer = await node({ bootstrap: [origin.address(), first.address()] });
    origin.access.share({
      server: 'echo',
      audience: { kind: 'providers', providers: [first.providerId, consumer.providerId] },
      delegation: { depth: 1 },
      confirmed: false,
      offered: [echoTool],
    });
    await until(() => consumer.registry.list('network').length === 2 || undefined);
    const [direct, through] = consumer.registry
      .list('network')
      .toSorted((a, b) => (a.via?.length ?? 0) - (b.via?.length ?? 0));
    expect(direct?.via).toBeUndefined();
    expect(through?.via).toEqual([origin.providerId, first.providerId]);
    expect(through?.fingerprint).toBe(direct?.fingerprint);
    expect(through?.id).not.toBe(direct?.id);
    // Approving one says nothing of the other.
    consumer.registry.approve(direct?.id ?? '');
    await expect(call(consumer, direct?.id ?? '')).resolves.toMatchObject({ content: [{ text: 'said' }] });
    await expect(call(consumer, through?.id ?? '')).rejects.toMatchObject({ code: 'relay.not_approved' });
  });

  it('never comes back to anybody: the origin neither lists nor shares on what is its own', async () => {
    const { first, origin } = await scene(3);
    await add(first, origin, 'echo', 'one', 2);
    const other = await node({ bootstrap: [first.address()] });
    await until(() => idAt(other, first));
    await until(() => origin.records.get('entry/1', `${first.providerId}/${first.peerId}/one`));
    expect(origin.registry.list('network')).toEqual([]);
    await expect(add(origin, first, 'one', 'again')).rejects.toMatchObject({ code: 'access.not_delegable' });
  });
});

describe('calls that are sealed', () => {
  /** Every byte that a node sends on for others. */
  function brought(at: MeshNode): Uint8Array[] {
    const frames: Uint8Array[] = [];
    const { call: really } = at.network;
    at.network.call = (peer, protocol, payload, options) => {
      frames.push(payload);
      return really(peer, protocol, payload, options);
    };
    return frames;
  }
  const holds = (frames: readonly Uint8Array[], words: string) =>
    frames.some((frame) => Buffer.from(frame).toString('latin1').includes(words));

  it('go past all who share the server on, who read neither arguments nor results', async () => {
    const said = { content: [{ type: 'text', text: 'the answer' }] };
    const { first, origin, seen } = await scene(2, () => Promise.resolve(said), 'required');
    await add(first, origin, 'echo', 'one', 1);
    const second = await node({ bootstrap: [first.address()] });
    await approve(second, first);
    await add(second, first, 'one', 'two');
    const consumer = await node({ bootstrap: [second.address()] });
    const id = await approve(consumer, second);
    expect(consumer.registry.callable(id)).toMatchObject({
      seal: 'required',
      origin: { provider: origin.providerId, server: 'echo' },
    });
    const frames = [brought(first), brought(second)];
    await expect(call(consumer, id, 'words for the origin alone')).resolves.toEqual(said);
    await expect(call(consumer, id, 'more of them')).resolves.toEqual(said);
    expect(frames.every((one) => one.length > 0)).toBe(true);
    expect(frames.some((one) => holds(one, 'words for') || holds(one, 'more of'))).toBe(false);
    expect(holds(frames[1] ?? [], '"fingerprint"')).toBe(true);
    // The origin knows through whom, and every one keeps a record of what he brought on.
    expect(seen.at(-1)?.via).toHaveLength(2);
    expect(first.relay.invocations.list({ limit: 10 })).toMatchObject([{ sealed: true }, { sealed: true }]);
  });

  it('are cut like all others, and are not taken where they come in the clear', async () => {
    const { first, origin } = await scene(1, undefined, 'required');
    await add(first, origin, 'echo', 'one');
    const consumer = await node({ bootstrap: [first.address()] });
    const id = await approve(consumer, first);
    await call(consumer, id);
    const [link] = origin.grants.made();
    origin.grants.revoke(link?.id ?? '');
    await expect(call(consumer, id)).rejects.toMatchObject({
      code: expect.stringMatching(/^(access\.branch_cut|relay\.(no_such_tool|unreachable)|registry\.)/),
    });
    const open = await node({ bootstrap: [first.address()], seal: 'never' });
    await add(first, origin, 'echo', 'one');
    const other = await approve(open, first);
    await expect(call(open, other)).rejects.toMatchObject({ code: 'relay.seal_required' });
  });
});

describe('a branch', () => {
  it('is cut by its origin: calls that run end, entries go, and nothing is shared on any more', async () => {
    let running = 0;
    const { first, origin } = await scene(1, (_message, { signal }) => {
      running++;
      return new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
      });
    });
    await add(first, origin, 'echo', 'one');
    const consumer = await node({ bootstrap: [first.address()] });
    const id = await approve(consumer, first);
    const outcome = call(consumer, id).catch((error: unknown) => error);
    await until(() => running > 0 || undefined);
    const [link] = origin.grants.made();
    origin.grants.revoke(link?.id ?? '');
    expect(await outcome).toMatchObject({ code: 'access.branch_cut' });
    await until(() => first.resharing.get('one')?.chain.length === 0 || undefined);
    await until(() => consumer.registry.list('network').length === 0 || undefined);
    await expect(add(first, origin, 'echo', 'one')).resolves.toMatchObject({ state: 'shared' });
  });

  it('ends all along when sharing on is no longer wanted, or somebody in it is blocked', async () => {
    const { first, origin, share } = await scene(2);
    await add(first, origin, 'echo', 'one', 1);
    const second = await node({ bootstrap: [first.address()] });
    await approve(second, first);
    await add(second, first, 'one', 'two');
    const consumer = await node({ bootstrap: [second.address()] });
    const id = await approve(consumer, second);
    await call(consumer, id);
    origin.trust.block(second.providerId);
    await expect(call(consumer, id)).rejects.toMatchObject({ code: 'access.branch_cut' });
    origin.trust.unblock(second.providerId);
    await expect(call(consumer, id)).resolves.toMatchObject({ content: [{ text: 'said' }] });
    share(undefined);
    await expect(call(consumer, id)).rejects.toMatchObject({ code: 'access.branch_cut' });
  });

  it('is cut in the middle as well: who is nearer to the origin revokes, what follows ends', async () => {
    const { first, origin } = await scene(2);
    await add(first, origin, 'echo', 'one', 1);
    const second = await node({ bootstrap: [first.address()] });
    await approve(second, first);
    await add(second, first, 'one', 'two');
    const [link] = origin.grants.made();
    origin.grants.revoke(link?.id ?? '');
    await until(() => first.grants.made().every(({ revokedAt }) => revokedAt !== undefined) || undefined);
    await until(() => second.resharing.get('two')?.chain.length === 0 || undefined);
  });
});
