import { afterEach, describe, expect, it } from 'vitest';
import { fingerprintOf } from '#shared/features/registry/tool.ts';
import { AppError } from '#shared/kernel/errors.ts';
import type { McpTarget } from '#shared/features/servers/mcp.ts';
import {
  echoTool,
  type MeshNode,
  type MeshNodeOptions,
  startMeshNode,
  testExchange,
  until,
} from '#test/support/mesh-node.ts';

const nodes: MeshNode[] = [];
afterEach(async () => {
  for (const node of nodes.splice(0)) await node.stop();
});
async function start(options: MeshNodeOptions = {}): Promise<MeshNode> {
  const node = await startMeshNode(options);
  nodes.push(node);
  return node;
}
const echo: McpTarget = {
  request: async ({ params }, exchange) => {
    exchange.notify({ method: 'notifications/progress', params: { progressToken: 1, progress: 1 } });
    return { content: [{ type: 'text', text: String((params?.arguments as { message?: string }).message) }] };
  },
};
const toolAt = (node: MeshNode, name: string) =>
  node.registry.list('network').find((tool) => tool.name === name);

/** B shares `echo` with A; A is connected and has approved it. */
async function pair(targets: Record<string, McpTarget> = { echo }, options: MeshNodeOptions = {}) {
  const b = await start({ targets, ...options });
  b.addServer('echo', [echoTool]);
  const a = await start({ bootstrap: [b.address()], ...options });
  b.access.share({
    server: 'echo',
    audience: { kind: 'providers', providers: [a.providerId] },
    confirmed: false,
    offered: [echoTool],
  });
  const tool = await until(() => toolAt(a, 'echo'));
  expect(() => a.registry.approve('echo')).toThrow(expect.objectContaining({ code: 'registry.say_whose' }));
  a.registry.approve(tool.id);
  return { a, b, id: tool.id };
}

describe('sharing across the mesh', () => {
  it('shows a listed peer the tools, verified, pending, and puts them into the catalog on approval', async () => {
    const { a, b, id } = await pair();
    const [tool] = a.registry.list('network');
    expect(tool).toMatchObject({
      providerId: b.providerId,
      server: 'echo',
      version: '1.0.0',
      fingerprint: fingerprintOf(echoTool),
      state: 'approved',
      reachable: true,
    });
    expect(a.registry.show(id).tool).toEqual(echoTool);
    expect(a.registry.catalog().map(({ name }) => name)).toEqual(['echo_echo']);
  });

  it('shows a stranger nothing, and refuses his calls with the name of the rule', async () => {
    const { a, b, id } = await pair();
    const c = await start({ bootstrap: [b.address(), a.address()] });
    await until(() => c.network.peers().length === 2);
    expect(c.registry.list('network')).toEqual([]);
    // c knows everything about the tool by other means, and calls all the same.
    const call = c.network.call(
      b.peerId,
      '/toolswarm/call/1',
      new TextEncoder().encode(
        JSON.stringify({
          server: 'echo',
          tool: 'echo',
          fingerprint: fingerprintOf(echoTool),
          params: { name: 'echo', arguments: { message: 'hi' } },
          caller: { era: 'legacy', protocolVersion: '2025-11-25', capabilities: {}, session: 'x' },
        }),
      ),
    );
    await expect(call.response).rejects.toMatchObject({ code: 'access.not_listed' });
    expect(id).toContain(b.providerId);
  });

  it('carries a call with progress, and records it on both sides', async () => {
    const { a, b, id } = await pair();
    const { exchange, notifications } = testExchange();
    const result = await a.relay.callTool(
      id,
      { name: 'echo', arguments: { message: 'hello' }, _meta: { progressToken: 1 } },
      exchange,
    );
    expect(result).toEqual({ content: [{ type: 'text', text: 'hello' }] });
    expect(notifications).toEqual([
      { method: 'notifications/progress', params: { progressToken: 1, progress: 1 } },
    ]);
    expect(a.relay.invocations.list({ limit: 10 })).toMatchObject([
      { direction: 'outgoing', outcome: 'ok', tool: 'echo', providerId: b.providerId, peerId: b.peerId },
    ]);
    expect(b.relay.invocations.list({ limit: 10 })).toMatchObject([
      { direction: 'incoming', outcome: 'ok', tool: 'echo', providerId: a.providerId, peerId: a.peerId },
    ]);
  });

  it('notes where the time of a call went on both sides, and the sums are the whole', async () => {
    const working: McpTarget = {
      async request(_message, { trace }) {
        trace?.begin('tool');
        await new Promise((resolve) => setTimeout(resolve, 5));
        return { content: [] };
      },
    };
    const { a, b, id } = await pair({ echo: working });
    await a.relay.callTool(id, { name: 'echo', arguments: { message: '' } }, testExchange().exchange);
    const [near, far] = [a, b].map(({ relay }) => {
      const [call] = relay.invocations.list({ limit: 1 });
      return relay.invocations.get(call?.id ?? '');
    });
    expect(near?.hops?.map(({ hop }) => hop)).toEqual([
      'check',
      'connect',
      'network',
      'peerCheck',
      'peerQueue',
      'peerTool',
      'verify',
    ]);
    expect(far?.hops?.map(({ hop }) => hop)).toEqual(['check', 'queue', 'tool']);
    for (const call of [near, far])
      expect(call?.hops?.reduce((sum, { ms }) => sum + ms, 0)).toBeCloseTo(call?.durationMs ?? -1, 3);
  });

  it('carries questions of the server to the client and answers back', async () => {
    const asking: McpTarget = {
      request: async (_message, exchange) => {
        const answer = await exchange.ask({ method: 'elicitation/create', params: { message: 'Name?' } });
        return { content: [{ type: 'text', text: JSON.stringify(answer) }] };
      },
    };
    const { a, id } = await pair({ echo: asking });
    const { exchange } = testExchange({
      ask: async ({ params }) => ({ action: 'accept', content: { asked: params?.message ?? '' } }),
    });
    const result = await a.relay.callTool(id, { name: 'echo', arguments: { message: '' } }, exchange);
    expect(result).toEqual({
      content: [{ type: 'text', text: '{"action":"accept","content":{"asked":"Name?"}}' }],
    });
  });

  it('tells the other node that a server does not work, and nothing of this machine', async () => {
    const failing: McpTarget = {
      request: () =>
        Promise.reject(
          new AppError('processes.not_found', 'The program “/home/alice/bin/x” was not found.', {
            advice: 'Check that the folder /home/alice exists.',
          }),
        ),
    };
    const { a, b, id } = await pair({ echo: failing });
    const call = a.relay.callTool(id, { name: 'echo', arguments: { message: '' } }, testExchange().exchange);
    const error = (await call.catch((thrown: unknown) => thrown)) as AppError;
    expect(error).toMatchObject({ code: 'processes.not_found' });
    expect(`${error.message} ${error.advice}`).not.toContain('alice');
    expect(b.relay.invocations.list({ limit: 1 })).toMatchObject([{ code: 'processes.not_found' }]);
  });

  it('refuses arguments before they travel', async () => {
    const { a, b, id } = await pair();
    const call = a.relay.callTool(id, { name: 'echo', arguments: { message: 5 } }, testExchange().exchange);
    await expect(call).rejects.toMatchObject({ code: 'relay.invalid_arguments' });
    expect(b.relay.invocations.list({ limit: 10 })).toEqual([]);
  });

  it('takes a changed tool out of the catalog until it is approved again, with a diff', async () => {
    const { a, b, id } = await pair();
    const changed = { ...echoTool, description: 'Says it back and reads your mail' };
    b.addServer('echo', [changed]);
    const seen = await until(() => a.registry.list('network').find(({ state }) => state === 'changed'));
    expect(a.registry.catalog()).toEqual([]);
    expect(a.registry.show(seen.id).diff).toEqual([
      { path: 'description', before: '"Says it back"', after: '"Says it back and reads your mail"' },
    ]);
    await expect(
      a.relay.callTool(id, { name: 'echo', arguments: { message: 'x' } }, testExchange().exchange),
    ).rejects.toMatchObject({ code: 'registry.changed_meanwhile' });
    a.registry.approve(seen.id, seen.fingerprint);
    expect(a.registry.catalog()).toHaveLength(1);
  });

  it('withdraws what is no longer shared, and ends calls in flight with the rule', async () => {
    let started: () => void = () => undefined;
    const running = new Promise<void>((resolve) => {
      started = resolve;
    });
    const endless: McpTarget = {
      request: (_message, exchange) => {
        started();
        return new Promise((_resolve, reject) =>
          exchange.signal.addEventListener('abort', () => reject(exchange.signal.reason as Error)),
        );
      },
    };
    const { a, b, id } = await pair({ echo: endless });
    const call = a.relay.callTool(id, { name: 'echo', arguments: { message: 'x' } }, testExchange().exchange);
    const outcome = call.catch((error: unknown) => error);
    await running;
    b.access.unshare('echo');
    expect(await outcome).toMatchObject({ code: 'access.not_shared' });
    await until(() => a.registry.list('network').length === 0);
    expect(a.registry.catalog()).toEqual([]);
  });

  it('ends the calls of a peer that is blocked, and forgets what came from it', async () => {
    const { a, b, id } = await pair();
    a.trust.block(b.providerId);
    await until(() => a.registry.list('network').length === 0);
    await until(() => a.network.peers().length === 0);
    await expect(
      a.relay.callTool(id, { name: 'echo', arguments: { message: 'x' } }, testExchange().exchange),
    ).rejects.toMatchObject({ code: 'registry.unknown_tool' });
  });

  it('gossips what is for everyone to peers of peers, without their asking', async () => {
    const b = await start({ targets: { echo } });
    const hub = await start({ bootstrap: [b.address()] });
    const c = await start({ bootstrap: [hub.address()] });
    await until(() => hub.network.peers().length === 2);
    b.addServer('echo', [echoTool]);
    b.access.share({ server: 'echo', audience: { kind: 'everyone' }, confirmed: false, offered: [echoTool] });
    const tool = await until(() => toolAt(c, 'echo'));
    expect(tool).toMatchObject({ providerId: b.providerId, state: 'pending' });
    c.registry.approve(tool.id);
    const result = await c.relay.callTool(
      tool.id,
      { name: 'echo', arguments: { message: 'far' } },
      testExchange().exchange,
    );
    expect(result).toMatchObject({ content: [{ text: 'far' }] });
    // Made private again, it ends for those who may not see it.
    b.access.share({
      server: 'echo',
      audience: { kind: 'providers', providers: [hub.providerId] },
      confirmed: false,
      offered: [echoTool],
    });
    await until(() => c.registry.list('network').length === 0);
    await until(() => toolAt(hub, 'echo'));
  });
});

describe('limits and failures of calls', () => {
  it('returns results of many frames, and refuses larger ones clearly', async () => {
    const large: McpTarget = {
      request: async () => ({ content: [{ type: 'text', text: 'x'.repeat(7 << 20) }] }),
    };
    const { a, id } = await pair({ echo: large });
    const result = await a.relay.callTool(
      id,
      { name: 'echo', arguments: { message: '' } },
      testExchange().exchange,
    );
    expect((result.content as Array<{ text: string }>)[0]?.text).toHaveLength(7 << 20);
    for (const node of nodes.splice(0)) await node.stop();
    const small = await pair({ echo: large }, { maxResultBytes: 1 << 20 });
    const refused = small.a.relay.callTool(
      small.id,
      { name: 'echo', arguments: { message: '' } },
      testExchange().exchange,
    );
    await expect(refused).rejects.toMatchObject({ code: 'relay.too_large' });
  });

  it('cancels at the server what the client cancels', async () => {
    let cancelled = false;
    const endless: McpTarget = {
      request: (_message, { signal }) =>
        new Promise((_resolve, reject) =>
          signal.addEventListener('abort', () => {
            cancelled = true;
            reject(signal.reason as Error);
          }),
        ),
    };
    const { a, b, id } = await pair({ echo: endless });
    const controller = new AbortController();
    const call = a.relay.callTool(
      id,
      { name: 'echo', arguments: { message: '' } },
      testExchange({ signal: controller.signal }).exchange,
    );
    const outcome = call.catch((error: unknown) => error);
    setTimeout(() => controller.abort(), 100);
    expect(await outcome).toMatchObject({ code: 'relay.cancelled' });
    await until(() => cancelled);
    await until(() => b.relay.invocations.list({ limit: 1 })[0]?.outcome === 'cancelled');
  });

  it('ends a silent call, and keeps one with progress alive', async () => {
    const target: McpTarget = {
      request: async ({ params }, exchange) => {
        const { message } = params?.arguments as { message: string };
        for (let step = 0; message === 'busy' && step < 6; step++) {
          await new Promise((resolve) => setTimeout(resolve, 350));
          exchange.notify({ method: 'notifications/progress', params: { progressToken: 1, progress: step } });
        }
        if (message === 'busy') return { content: [] };
        return new Promise((_resolve, reject) =>
          exchange.signal.addEventListener('abort', () => reject(exchange.signal.reason as Error)),
        );
      },
    };
    const { a, id } = await pair({ echo: target }, { idleTimeoutMs: 1500 });
    const call = (message: string) =>
      a.relay.callTool(id, { name: 'echo', arguments: { message } }, testExchange().exchange);
    await expect(call('busy')).resolves.toEqual({ content: [] });
    await expect(call('silent')).rejects.toMatchObject({ code: 'relay.timeout' });
  });

  it('says so when the provider is gone', async () => {
    const { a, b, id } = await pair();
    await b.stop();
    nodes.splice(nodes.indexOf(b), 1);
    await until(() => a.registry.list('network')[0]?.reachable === false);
    await expect(
      a.relay.callTool(id, { name: 'echo', arguments: { message: 'x' } }, testExchange().exchange),
    ).rejects.toMatchObject({ code: 'relay.unreachable' });
    expect(a.registry.catalog()).toHaveLength(1);
  });
});
