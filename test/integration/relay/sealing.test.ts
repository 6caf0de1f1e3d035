/** Calls are sealed from the consumer's node to the node that runs the tool; a node between them carries what it cannot read. */
import { afterEach, describe, expect, it } from 'vitest';
import type { SealPolicy } from '#shared/features/access/seal-policies.ts';
import { CALL_PROTOCOL, decodeMessage, callRequestSchema } from '#shared/features/relay/messages.ts';
import { isSealed, SEAL_PROTOCOL } from '#shared/features/relay/sealing.ts';
import type { SealWish } from '#shared/features/relay/seal-wishes.ts';
import { McpError, type McpTarget } from '#shared/features/servers/mcp.ts';
import { AppError } from '#shared/kernel/errors.ts';
import { echoTool, type MeshNode, startMeshNode, testExchange, until } from '#test/support/mesh-node.ts';

const nodes: MeshNode[] = [];
afterEach(async () => {
  for (const node of nodes.splice(0)) await node.stop();
});

const SECRET = 'the launch code is 0000';
const saysBack: McpTarget = {
  request: async ({ params }) => ({
    content: [{ type: 'text', text: JSON.stringify(params?.['arguments']) }],
  }),
};

async function shared(options: { policy?: SealPolicy; wish?: SealWish; target?: McpTarget } = {}) {
  const provider = await startMeshNode({ targets: { echo: options.target ?? saysBack } });
  const consumer = await startMeshNode({
    bootstrap: [provider.address()],
    ...(options.wish ? { seal: options.wish } : {}),
  });
  nodes.push(provider, consumer);
  provider.addServer('echo', [echoTool]);
  const share = (seal: SealPolicy) =>
    provider.access.share({
      server: 'echo',
      audience: { kind: 'everyone' },
      seal,
      confirmed: true,
      offered: [echoTool],
    });
  share(options.policy ?? 'offered');
  const found = await until(() => consumer.registry.list('network').find(({ name }) => name === 'echo'));
  consumer.registry.approve(found.id);
  const call = (message: unknown = SECRET, exchange = testExchange().exchange) =>
    consumer.relay.callTool(found.id, { name: 'echo', arguments: { message } } as never, exchange);
  return { provider, consumer, call, share, id: found.id };
}

const codeOf = (call: Promise<unknown>) =>
  call.then(
    () => 'ok',
    (error: unknown) => (error instanceof AppError ? error.code : String(error)),
  );

describe('between two nodes', () => {
  it('a call is sealed where the provider offers it, and both records say so', async () => {
    const { call, consumer, provider } = await shared();
    expect(JSON.stringify(await call())).toContain(SECRET);
    expect(consumer.relay.invocations.list({ limit: 1 })).toMatchObject([{ sealed: true, outcome: 'ok' }]);
    expect(provider.relay.invocations.list({ limit: 1 })).toMatchObject([{ sealed: true, outcome: 'ok' }]);
  });

  it('progress, questions, answers and errors of the server come through', async () => {
    const target: McpTarget = {
      async request({ params }, { ask, notify }) {
        notify({ method: 'notifications/progress', params: { progress: 1, progressToken: 't' } });
        const answer = await ask({ method: 'elicitation/create', params: { message: 'sure?' } });
        notify({ method: 'notifications/progress', params: { progress: 2, progressToken: 't' } });
        if ((params?.['arguments'] as { message: string }).message === 'fail')
          throw new McpError(-32000, 'no such thing', { of: 'mine' });
        return { content: [{ type: 'text', text: JSON.stringify(answer) }] };
      },
    };
    const { call } = await shared({ target });
    const { exchange, notifications } = testExchange({ ask: async () => ({ action: 'accept' }) });
    expect(await call('x', exchange)).toEqual({ content: [{ type: 'text', text: '{"action":"accept"}' }] });
    expect(notifications).toMatchObject([{ params: { progress: 1 } }, { params: { progress: 2 } }]);
    await expect(call('fail', exchange)).rejects.toMatchObject({ code: -32000, data: { of: 'mine' } });
  });

  it('many calls at once share one session', async () => {
    const { call } = await shared();
    const results = await Promise.all(Array.from({ length: 50 }, (_, place) => call(`number ${place}`)));
    results.forEach((result, place) => {
      expect(JSON.stringify(result)).toContain(`number ${place}`);
    });
  });

  it('what must be sealed is not taken otherwise, and not sent otherwise', async () => {
    const { call, consumer, id, provider } = await shared({ policy: 'required', wish: 'never' });
    expect(await codeOf(call())).toBe('relay.seal_required');
    expect(provider.relay.invocations.list({ limit: 10 })).toEqual([]);
    // A consumer that does not know of sealing, or pretends so.
    const { fingerprint } = consumer.registry.callable(id);
    const caller = { era: 'legacy', protocolVersion: '2025-11-25', capabilities: {}, session: 's' };
    const request = {
      server: 'echo',
      tool: 'echo',
      fingerprint,
      params: { arguments: { message: 'x' } },
      caller,
    };
    const bytes = new TextEncoder().encode(JSON.stringify(request));
    expect(await codeOf(consumer.network.call(provider.peerId, CALL_PROTOCOL, bytes).response)).toBe(
      'relay.seal_required',
    );
  });

  it('who wants every call sealed calls nothing that is not', async () => {
    const { call, provider } = await shared({ policy: 'off', wish: 'always' });
    expect(await codeOf(call())).toBe('relay.seal_refused');
    expect(provider.relay.invocations.list({ limit: 10 })).toEqual([]);
  });

  it('what a refusal says is sealed too, and says which rule refused', async () => {
    const { call } = await shared();
    expect(await codeOf(call({ not: 'a string' }))).toBe('relay.invalid_arguments');
  });
});

