import { expect, it } from 'vitest';
import { createIncoming } from '#main/features/relay/incoming.ts';
import { createOnce } from '#main/features/relay/once.ts';
import type { Place, Visit } from '#main/features/relay/ports.ts';
import { createValidation } from '#main/features/relay/validation.ts';
import type { Network, RpcExchange, RpcHandler } from '#main/features/p2p/index.ts';
import type { CallableTool } from '#main/features/registry/index.ts';
import { relayError } from '#shared/features/relay/errors.ts';
import { callRequestSchema, decodeMessage, encodeMessage } from '#shared/features/relay/messages.ts';
import { createHopClock } from '#main/features/relay/hop-clock.ts';
import type { McpTarget } from '#shared/features/servers/mcp.ts';
import type { JsonObject } from '#shared/kernel/canonical.ts';
import { AppError } from '#shared/kernel/errors.ts';
import { fail, ok } from '#shared/kernel/result.ts';
import { createVirtualClock } from '#test/support/virtual-clock.ts';

const fingerprint = 'a'.repeat(64);

interface Scene {
  target?: McpTarget['request'];
  grant?: { calls?: number; args?: Record<string, string> };
  tool?: string;
  inputSchema?: JsonObject;
}

/** Calls in the clear; sealed ones have tests of their own. */
const unsealed: Parameters<typeof createIncoming>[0]['sealing'] = {
  passing: () => undefined,
  start: () => ({ close: () => undefined }),
  take(payload, rpc) {
    const request = decodeMessage(callRequestSchema, payload);
    return { request, content: payload, rpc, respond: (work) => work() };
  },
};

/** The provider's half with one tool, a door that tests hold, and peers that are made up. */
function scene({ grant, inputSchema = { type: 'object' }, target, tool = 'read' }: Scene = {}) {
  const clock = createVirtualClock();
  let handler: RpcHandler | undefined;
  let used = 0;
  let isRevoked = false;
  const sent: JsonObject[] = [];
  const visits: Visit[] = [];
  const places: Array<{ admit(): void }> = [];
  const door = { isOpen: true, refuses: false, released: 0 };
  const network = {
    serve(_protocol: string, serving: RpcHandler) {
      handler = serving;
      return { close: () => undefined };
    },
    on: () => () => undefined,
  } as unknown as Network;
  const place: Place = { release: () => void door.released++ };
  const incoming = createIncoming(
    {
      network,
      clock,
      loadValidation: async () => createValidation(),
      servers: {
        target: () => ({
          request: async (message, exchange) => {
            sent.push(message.params as JsonObject);
            return target ? target(message, exchange) : { content: [] };
          },
        }),
        sessionEnded: () => undefined,
      },
      mayCall() {
        if (!grant) return ok({});
        if (isRevoked) return fail('access.grant_revoked');
        if (grant.calls !== undefined && used >= grant.calls) return fail('access.grant_spent');
        return ok({ grant: { id: 'g', grant: { args: grant.args } } });
      },
      useGrant: () => void used++,
      onward: () => undefined,
      judgeChain: () => ({ ok: false, reason: 'access.bad_chain' }),
      isGrantGood: () => !isRevoked,
      door: {
        enter(visit) {
          visits.push(visit);
          if (door.refuses) return Promise.reject(relayError('relay.rate_limited'));
          if (door.isOpen) return Promise.resolve(place);
          return new Promise((resolve) => places.push({ admit: () => resolve(place) }));
        },
      },
      once: createOnce({ clock }),
      secretForms: () => [],
      sealing: unsealed,
      mustBeSealed: () => false,
      isPaused: () => false,
      findLocal: () => ({ tool: { name: tool, inputSchema }, fingerprint }) as unknown as CallableTool,
    },
    { maxResultBytes: () => 1 << 20 },
  );
  incoming.start(async (call) => (await call.run(createHopClock(clock))).bytes);
  const call = (params: JsonObject = {}, key?: string, signal = new AbortController().signal) => {
    const caller = { era: 'legacy' as const, protocolVersion: 'x', capabilities: {}, session: 's' };
    const manner = key ? { manner: { key: key.padEnd(22, '0') } } : {};
    const payload = encodeMessage({ server: 'files', tool, fingerprint, params, caller, ...manner });
    const peer = { peerId: 'peer', providerId: 'provider', network: 'public' };
    const rpc = { peer, signal, send: async () => undefined, onMessage: () => undefined };
    return Promise.resolve((handler as RpcHandler)(payload, rpc as unknown as RpcExchange));
  };
  return {
    call,
    clock,
    door,
    incoming,
    places,
    sent,
    visits,
    used: () => used,
    revoke: () => void (isRevoked = true),
  };
}
const codeOf = (call: Promise<unknown>): Promise<string> =>
  call.then(
    () => 'ok',
    (error: unknown) => (error instanceof AppError ? error.code : String(error)),
  );
const settled = () => new Promise(setImmediate);

it('gives calls side by side no more than the grant is for', async () => {
  const { call, door, sent, used } = scene({ grant: { calls: 3 } });
  const codes = await Promise.all(Array.from({ length: 20 }, () => codeOf(call())));
  expect(codes.filter((code) => code === 'ok')).toHaveLength(3);
  expect(codes.filter((code) => code === 'access.grant_spent')).toHaveLength(17);
  expect(used()).toBe(3);
  expect(sent).toHaveLength(3);
  expect(door.released).toBe(20);
});

it('judges a call again that waited at the door: what was revoked meanwhile has no effect', async () => {
  const { call, door, places, revoke, sent, used } = scene({ grant: {} });
  door.isOpen = false;
  const outcome = codeOf(call());
  await settled();
  revoke();
  places[0]?.admit();
  expect(await outcome).toBe('access.grant_revoked');
  expect([sent.length, used(), door.released]).toEqual([0, 0, 1]);
});

it('does not run what was called off in the moment it was let in', async () => {
  const { call, door, places, sent, used } = scene({ grant: {} });
  door.isOpen = false;
  const gone = new AbortController();
  const outcome = codeOf(call({}, undefined, gone.signal));
  await settled();
  places[0]?.admit();
  gone.abort();
  expect(await outcome).toBe('relay.cancelled');
  expect([sent.length, used(), door.released]).toEqual([0, 0, 1]);
});

it('lets the last call of a grant come to its end, and ends it once the grant is revoked', async () => {
  const { call, incoming, revoke, sent } = scene({
    grant: { calls: 1 },
    target: (_message, { signal }) =>
      new Promise((_resolve, reject) =>
        signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true }),
      ),
  });
  const outcome = codeOf(call());
  let isOver = false;
  void outcome.then(() => (isOver = true));
  await settled();
  expect(sent).toHaveLength(1);
  incoming.recheck();
  await settled();
  expect(isOver).toBe(false);
  revoke();
  incoming.recheck();
  expect(await outcome).toBe('access.grant_revoked');
});

it('gives the answer of a grant’s last call again to who did not get it, not once it is revoked', async () => {
  const { call, revoke, sent, used } = scene({ grant: { calls: 1 } });
  expect(await codeOf(call({}, 'k'))).toBe('ok');
  expect(await codeOf(call({}, 'k'))).toBe('ok');
  expect([sent.length, used()]).toEqual([1, 1]);
  revoke();
  expect(await codeOf(call({}, 'k'))).toBe('access.grant_revoked');
});

it('counts answers from memory against the limits', async () => {
  const { call, door, visits } = scene();
  await call({}, 'k');
  await call({}, 'k');
  expect(visits).toHaveLength(2);
  door.refuses = true;
  expect(await codeOf(call({}, 'k'))).toBe('relay.rate_limited');
  expect(door.released).toBe(2);
});

it('sends on what was checked: arguments are an object or nothing', async () => {
  const { call, sent } = scene({ inputSchema: {}, grant: { args: { read: '{"required":["path"]}' } } });
  for (const bad of [['x'], 'text', 7, true, null])
    expect(await codeOf(call({ arguments: bad }))).toBe('relay.invalid_arguments');
  expect(await codeOf(call({}))).toBe('access.grant_arguments');
  expect(await codeOf(call({ arguments: { path: 'a' }, name: 'other' }))).toBe('ok');
  expect(sent).toEqual([{ arguments: { path: 'a' }, name: 'read' }]);
});

it.each(['constructor', 'toString', 'valueOf'])('takes a tool named “%s” for what it is', async (tool) => {
  const { call } = scene({ tool, grant: { args: { other: '{"required":["path"]}' } } });
  expect(await codeOf(call())).toBe('ok');
});

it('refuses a tool of which a grant cannot say anything, where it says something', async () => {
  const { call, used } = scene({ tool: '__proto__', grant: { args: {} } });
  expect(await codeOf(call())).toBe('access.grant_arguments');
  expect(used()).toBe(0);
});

it('does not let a server wait for ever for a consumer who never answers', async () => {
  let failure: unknown;
  const { call, clock, door } = scene({
    target: async (_message, { ask }) => {
      failure = await ask({ method: 'elicitation/create' }).catch((error: unknown) => error);
      return { content: [] };
    },
  });
  const outcome = codeOf(call());
  await settled();
  expect(door.released).toBe(0);
  await clock.advance(11 * 60_000);
  expect(await outcome).toBe('ok');
  expect(failure).toMatchObject({ code: -32603 });
  expect(door.released).toBe(1);
});

it('tells a server at once that nobody will answer where the consumer is gone', async () => {
  const gone = new AbortController();
  let failure: unknown;
  const { call, door } = scene({
    target: async (_message, { ask }) => {
      failure = await ask({ method: 'elicitation/create' }).catch((error: unknown) => error);
      return { content: [] };
    },
  });
  const outcome = codeOf(call({}, undefined, gone.signal));
  await settled();
  gone.abort();
  await outcome;
  expect(failure).toMatchObject({ code: -32603 });
  expect(door.released).toBe(1);
});
