/** Calls are sealed from the consumer's node to the node that runs the tool; a node between them carries what it cannot read. */
import { afterEach, describe, expect, it } from 'vitest';
import { carryCall } from '#main/features/relay/seal/carrier.ts';
import type { SealPolicy } from '#shared/features/access/seal-policies.ts';
import { relayError } from '#shared/features/relay/errors.ts';
import { CALL_PROTOCOL } from '#shared/features/relay/messages.ts';
import { SEAL_PROTOCOL } from '#shared/features/relay/sealing.ts';
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

interface Meddling {
  /** What the front makes of a request before it passes it on. */
  request?(frame: Uint8Array): Uint8Array;
  /** The same for what the provider answers. */
  response?(frame: Uint8Array): Uint8Array;
  message?(frame: Uint8Array): Uint8Array;
  /** Whose keys it gives out. Default: the provider’s. */
  keyOf?(): string | undefined;
  target?: McpTarget;
}

/** A consumer who reaches the provider through one node alone, which keeps all that it gets to see. */
async function behindFront({ keyOf, message, request, response, target }: Meddling = {}) {
  const all = await shared(target ? { target } : {});
  const { consumer, provider } = all;
  const front = await startMeshNode({ role: 'hostile', bootstrap: [provider.address()] });
  nodes.push(front);
  await front.relay.stop();
  const seen: Uint8Array[] = [];
  const carried: Uint8Array[] = [];
  const kept = (bytes: Uint8Array): Uint8Array => {
    const copy = bytes.slice();
    seen.push(copy);
    return copy;
  };
  const onward = {
    call: (...[peerId, protocol, bytes, options]: Parameters<MeshNode['network']['call']>) => {
      const call = front.network.call(peerId, protocol, bytes, {
        ...options,
        onMessage: (bytes) => options?.onMessage?.(kept(message?.(bytes.slice()) ?? bytes)),
      });
      return { ...call, send: (bytes: Uint8Array) => call.send(kept(bytes)) };
    },
  };
  front.network.serve(SEAL_PROTOCOL, async (bytes) =>
    kept(await front.network.call(keyOf?.() ?? provider.peerId, SEAL_PROTOCOL, kept(bytes)).response),
  );
  front.network.serve(CALL_PROTOCOL, async (bytes, rpc) => {
    const frame = kept(request?.(bytes.slice()) ?? bytes);
    carried.push(frame);
    const way = { maxResponseBytes: 8 << 20, onward: () => ({ peerId: provider.peerId }) };
    const answered = kept(await carryCall(onward, frame, rpc, way));
    return response?.(answered.slice()) ?? answered;
  });
  await consumer.network.dial(front.address());
  const { callable } = consumer.registry;
  consumer.registry.callable = (id) => ({ ...callable(id), nodes: [front.peerId], addresses: [] });
  const repeat = (frame: Uint8Array) =>
    codeOf(front.network.call(provider.peerId, CALL_PROTOCOL, frame).response);
  return { ...all, carried, front, repeat, seen };
}

/** The same with one bit of its last byte turned over. */
const flipped = (frame: Uint8Array): Uint8Array => {
  const changed = frame.slice();
  changed[changed.length - 1] = (changed.at(-1) as number) ^ 1;
  return changed;
};

describe('with a node in between', () => {
  it('words go through it that it cannot read: arguments, progress, questions, answers, results, refusals', async () => {
    const target: McpTarget = {
      async request(_message, { ask, notify }) {
        notify({ method: 'notifications/progress', params: { progress: 1, message: 'progress of launch' } });
        await ask({ method: 'elicitation/create', params: { message: 'question of launch' } });
        return { content: [{ type: 'text', text: 'result of launch' }] };
      },
    };
    const { call, front, provider, seen } = await behindFront({ target });
    const { exchange, notifications } = testExchange({
      ask: async () => ({ action: 'accept', content: { word: 'answer of launch' } }),
    });
    expect(JSON.stringify(await call(SECRET, exchange))).toContain('result of launch');
    expect(notifications).toHaveLength(1);
    expect(await codeOf(call({ launch: 'not a string' }))).toBe('relay.invalid_arguments');
    expect(provider.relay.invocations.list({ limit: 1 })).toMatchObject([
      { sealed: true, peerId: front.peerId },
    ]);
    const all = seen.map((bytes) => Buffer.from(bytes).toString('latin1')).join('');
    expect(seen.length).toBeGreaterThan(8);
    expect(all).toContain('"tool":"echo"');
    for (const word of ['launch', 'elicitation', 'progress', 'clientInfo', 'content'])
      expect(all).not.toContain(word);
  });

  it('lengths are told in buckets alone', async () => {
    const { call, carried } = await behindFront();
    await call('short');
    await call('rather longer');
    expect(carried[0]?.length).toBe(carried[1]?.length);
  });

  it('what it repeats is refused', async () => {
    const { call, carried, provider, repeat } = await behindFront();
    await call();
    const before = provider.relay.invocations.list({ limit: 10 }).length;
    expect(await repeat(carried[0] as Uint8Array)).toBe('relay.seal_broken');
    expect(provider.relay.invocations.list({ limit: 10 })).toHaveLength(before);
  });

  it('what it changes is refused, at either end', async () => {
    const request = await behindFront({ request: flipped });
    expect(await codeOf(request.call())).toBe('relay.seal_broken');
    expect(request.provider.relay.invocations.list({ limit: 10 })).toEqual([]);
    const response = await behindFront({ response: flipped });
    expect(await codeOf(response.call())).toBe('relay.seal_broken');
  });

  it('progress that it changes, and results that it makes up, end the call', async () => {
    const target: McpTarget = {
      async request(_message, { notify }) {
        notify({ method: 'notifications/progress', params: { progress: 1 } });
        return { content: [] };
      },
    };
    const changed = await behindFront({ target, message: flipped });
    expect(await codeOf(changed.call())).toBe('relay.seal_broken');
    const forged = () => new TextEncoder().encode(JSON.stringify({ result: { content: [] } }));
    const madeUp = await behindFront({ response: forged });
    expect(await codeOf(madeUp.call())).toBe('relay.seal_broken');
  });

  it('a key of another provider is not taken for the provider’s', async () => {
    const other = await shared();
    let isSwapped = false;
    const { call, front } = await behindFront({
      keyOf: () => (isSwapped ? other.provider.peerId : undefined),
    });
    await front.network.dial(other.provider.address());
    isSwapped = true;
    expect(await codeOf(call())).toBe('relay.seal_broken');
  });

  it('a session that the provider has lost is opened anew by itself, and the call is made again sealed', async () => {
    let lost = false;
    const { call, carried, seen } = await behindFront({
      request(frame) {
        if (lost) return frame;
        lost = true;
        throw relayError('relay.seal_unknown');
      },
    });
    expect(JSON.stringify(await call())).toContain(SECRET);
    expect(carried).toHaveLength(1);
    expect(seen.map((bytes) => Buffer.from(bytes).toString('latin1')).join('')).not.toContain(SECRET);
  });
});
