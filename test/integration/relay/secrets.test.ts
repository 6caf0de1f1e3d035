/** What stays here: tokens that a server gives away, secrets in arguments, the name of the client unless it may be told. */
import { afterEach, expect, it } from 'vitest';
import { McpError, type McpTarget } from '#shared/features/servers/mcp.ts';
import { echoTool, type MeshNode, startMeshNode, testExchange, until } from '#test/support/mesh-node.ts';

const TOKEN = 'ghp_abcdefghij0123456789';
const nodes: MeshNode[] = [];
afterEach(async () => {
  for (const node of nodes.splice(0)) await node.stop();
});

async function pair(
  target: McpTarget,
  secrets: { provider?: string[]; consumer?: string[] },
  tellClient = false,
) {
  const provider = await startMeshNode({ targets: { echo: target }, secrets: secrets.provider ?? [] });
  const consumer = await startMeshNode({
    bootstrap: [provider.address()],
    secrets: secrets.consumer ?? [],
    tellClient,
  });
  nodes.push(provider, consumer);
  provider.addServer('echo', [echoTool]);
  provider.access.share({
    server: 'echo',
    audience: { kind: 'everyone' },
    confirmed: true,
    offered: [echoTool],
  });
  const found = await until(() => consumer.registry.list('network').find(({ name }) => name === 'echo'));
  consumer.registry.approve(found.id);
  const call = (message: string, exchange = testExchange().exchange) =>
    consumer.relay.callTool(found.id, { name: 'echo', arguments: { message } }, exchange);
  return { call, consumer, provider };
}

it('a token that a server gives away stays here, and the record says how often', async () => {
  const target: McpTarget = {
    async request({ params }, { ask, notify }) {
      notify({ method: 'notifications/progress', params: { progress: 1, message: `with ${TOKEN}` } });
      await ask({ method: 'elicitation/create', params: { message: `is ${TOKEN} yours?` } });
      if (JSON.stringify(params).includes('fail'))
        throw new McpError(-32_000, `401 for ${TOKEN}`, { authorization: `Bearer ${TOKEN}` });
      return { content: [{ type: 'text', text: `ok, ${TOKEN}` }] };
    },
  };
  const { call, provider } = await pair(target, { provider: [TOKEN] });
  const heard: unknown[] = [];
  const { exchange, notifications } = testExchange({
    ask: async (question) => {
      heard.push(question);
      return { action: 'decline' };
    },
  });
  heard.push(await call('hello', exchange));
  heard.push(
    await call('fail', exchange).catch(({ data, message }: McpError) => ({ data: data ?? null, message })),
  );
  heard.push(...notifications);
  expect(heard).toHaveLength(6);
  expect(JSON.stringify(heard)).not.toContain(TOKEN);
  expect(JSON.stringify(heard).split('•••')).toHaveLength(8);
  expect(provider.relay.invocations.list({ limit: 2 })).toMatchObject([{ redacted: 4 }, { redacted: 3 }]);
});

it('a secret of the consumer’s own servers does not travel in arguments or answers', async () => {
  const target: McpTarget = {
    async request({ params }, { ask }) {
      const answer = await ask({ method: 'elicitation/create', params: { message: 'your token?' } });
      return { content: [{ type: 'text', text: JSON.stringify([params, answer]) }] };
    },
  };
  const { call, consumer } = await pair(target, { consumer: [TOKEN] });
  const { exchange } = testExchange({ ask: async () => ({ action: 'accept', content: { token: TOKEN } }) });
  const seen = JSON.stringify(await call(`use ${TOKEN}`, exchange));
  expect(seen).not.toContain(TOKEN);
  expect(seen).toContain('use •••');
  expect(consumer.relay.invocations.list({ limit: 1 })).toMatchObject([{ redacted: 2 }]);
});

it.each([
  [false, undefined],
  [true, { name: 'my-client' }],
])(
  'providers are told which client calls only where the operator wants it: %s',
  async (tellClient, heard) => {
    const told: unknown[] = [];
    const target: McpTarget = {
      async request(_message, { caller }) {
        told.push(caller.clientInfo);
        return { content: [] };
      },
    };
    const { call } = await pair(target, {}, tellClient);
    const { exchange } = testExchange();
    await call('hello', { ...exchange, caller: { ...exchange.caller, clientInfo: { name: 'my-client' } } });
    expect(told).toEqual([heard]);
  },
);
