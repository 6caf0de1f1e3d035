/** A peer with a good certificate and bad manners: refused by the name of the rule, never a crash, never an effect. */
import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FLAGS, FRAME_TYPES } from '#main/features/p2p/rpc/frames.ts';
import { createSigner } from '#main/platform/crypto.ts';
import {
  encodeGrantsMessage,
  GRANTS_FEATURE,
  GRANTS_PROTOCOL,
} from '#shared/features/access/grant-messages.ts';
import { signCertificate } from '#shared/features/identity/rules.ts';
import { decodeFault } from '#shared/features/p2p/hello.ts';
import { CALL_PROTOCOL } from '#shared/features/relay/messages.ts';
import type { McpTarget } from '#shared/features/servers/mcp.ts';
import { concatBytes, utf8 } from '#shared/kernel/bytes.ts';
import { encodeCbor } from '#shared/kernel/canonical.ts';
import { providerIdOf } from '#shared/kernel/ids.ts';
import { echoTool, type MeshNode, startMeshNode, testExchange, until } from '#test/support/mesh-node.ts';
import { createRawPeer, type RawLink, type RawPeer } from '#test/support/network/raw-peer.ts';

const SEED = 77;
const root = createSigner(new Uint8Array(32).fill(78));
const rawProvider = providerIdOf(root.publicKey);
const certificate = signCertificate(root, {
  nodePublicKey: createSigner(new Uint8Array(32).fill(SEED)).publicKey,
  label: 'raw',
  seq: 1,
  issuedAt: Date.now(),
  rotations: [],
});

let provider: MeshNode;
let friend: MeshNode;
let raw: RawPeer;
let effects: number;
let ends: Array<() => void>;
const unhandled: unknown[] = [];
const note = (error: unknown) => void unhandled.push(error);

/** Notes that it was called; `slow` ends when the test lets it. */
const target: McpTarget = {
  async request({ params }) {
    effects++;
    if (params?.['name'] === 'slow') await new Promise<void>((resolve) => void ends.push(resolve));
    return { content: [{ type: 'text', text: 'said' }] };
  },
};
const slow = { ...echoTool, name: 'slow' };

beforeEach(async () => {
  effects = 0;
  ends = [];
  process.on('unhandledRejection', note);
  provider = await startMeshNode({ targets: { echo: target }, maxRunning: 4, maxWaiting: 4 });
  provider.addServer('echo', [echoTool, slow]);
  friend = await startMeshNode({ bootstrap: [provider.address()] });
  provider.access.share({
    server: 'echo',
    audience: { kind: 'grants' },
    confirmed: false,
    offered: [echoTool, slow],
  });
  raw = await createRawPeer(SEED);
});
afterEach(async () => {
  for (const end of ends) end();
  await raw.stop();
  await friend.stop();
  await provider.stop();
  process.off('unhandledRejection', note);
  if (unhandled.length > 0) throw new AggregateError(unhandled.splice(0), 'rejected without a handler');
});

async function link(): Promise<RawLink> {
  const opened = await raw.open(provider.address());
  opened.greet({ certificate, features: [GRANTS_FEATURE] });
  await until(() => opened.frames.some(({ type }) => type === FRAME_TYPES.welcome));
  return opened;
}

const headed = (protocol: string, body: Uint8Array) =>
  concatBytes(Uint8Array.of(0, 0, 0x75, 0x30, protocol.length), utf8(protocol), body);

const fingerprintOf = (tool: string) => provider.registry.localTool('echo', tool)?.fingerprint;

const request = (change: object = {}) => ({
  server: 'echo',
  tool: 'echo',
  fingerprint: fingerprintOf('echo'),
  params: { arguments: { message: 'hi' } },
  caller: { era: 'legacy', protocolVersion: '2025-11-25', capabilities: {}, session: 's' },
  ...change,
});

/** Sends a call and says what came of it: `ok`, or the code of the rule that refused. */
async function outcomeOf(on: RawLink, id: number, body: object | string, protocol = CALL_PROTOCOL) {
  send(on, id, typeof body === 'string' ? utf8(body) : utf8(JSON.stringify(body)), protocol);
  return answerTo(on, id);
}

function send(on: RawLink, id: number, body: Uint8Array, protocol = CALL_PROTOCOL): void {
  const whole = headed(protocol, body);
  const step = 200 * 1024;
  for (let at = 0; at === 0 || at < whole.length; at += step) {
    const flags = at + step < whole.length ? FLAGS.more : 0;
    const type = at === 0 ? FRAME_TYPES.request : FRAME_TYPES.data;
    on.frame(type, { id, flags, payload: whole.subarray(at, at + step) });
  }
}

async function answerTo(on: RawLink, id: number): Promise<string> {
  const frame = await until(() =>
    on.frames.find(
      ({ id: of, type }) => of === id && (type === FRAME_TYPES.response || type === FRAME_TYPES.error),
    ),
  );
  return frame.type === FRAME_TYPES.response ? 'ok' : decodeFault(frame.payload).code;
}

const grant = (change: object = {}) =>
  provider.grants.make({ to: rawProvider, server: 'echo', days: 1, ...change });

async function friendIsServed(): Promise<void> {
  provider.grants.make({ to: friend.providerId, server: 'echo', tools: ['echo'], days: 1 });
  const find = () => friend.registry.list('network').find(({ name }) => name === 'echo')?.id;
  const id = await until(find);
  friend.registry.approve(id);
  const call = friend.relay.callTool(
    id,
    { name: 'echo', arguments: { message: 'x' } },
    testExchange().exchange,
  );
  await expect(call).resolves.toMatchObject({ content: [{ text: 'said' }] });
}

describe('calls', () => {
  it('without a right, or with a made up one, are refused by name and have no effect', async () => {
    const on = await link();
    const elsewhere = createHash('sha256').update('a grant of another node').digest('hex');
    expect(await outcomeOf(on, 1, request())).toBe('access.not_granted');
    expect(await outcomeOf(on, 3, request({ manner: { grant: elsewhere } }))).toBe('access.not_granted');
    const others = provider.grants.make({ to: friend.providerId, server: 'echo', days: 1 });
    expect(await outcomeOf(on, 5, request({ manner: { grant: others.id } }))).toBe('access.not_granted');
    const ended = grant();
    provider.grants.revoke(ended.id);
    expect(await outcomeOf(on, 7, request({ manner: { grant: ended.id } }))).toBe('access.grant_revoked');
    expect(await outcomeOf(on, 9, request({ server: 'other' }))).toBe('access.not_shared');
    expect(effects).toBe(0);
    await friendIsServed();
  });

  it('that are malformed, bombs or lies are refused by name and have no effect', async () => {
    grant();
    const on = await link();
    const deep = JSON.stringify(request()).replace('"hi"', `${'['.repeat(500_000)}${']'.repeat(500_000)}`);
    const polluted = JSON.stringify(request()).replace('"arguments"', '"__proto__":{"x":1},"constructor"');
    const cases: Array<[object | string, string]> = [
      ['not json', 'relay.malformed'],
      ['{}', 'relay.malformed'],
      [deep, 'relay.malformed'],
      [request({ manner: { key: 'short' } }), 'relay.malformed'],
      [request({ fingerprint: 'a'.repeat(64) }), 'relay.tool_changed'],
      [request({ tool: '__proto__' }), 'relay.no_such_tool'],
      [request({ tool: 'constructor' }), 'relay.no_such_tool'],
      [request({ params: { arguments: ['hi'] } }), 'relay.invalid_arguments'],
      [request({ params: { arguments: null } }), 'relay.invalid_arguments'],
      [request({ params: { arguments: { message: 7 } } }), 'relay.invalid_arguments'],
      [polluted, 'relay.invalid_arguments'],
    ];
    for (const [index, [body, code]] of cases.entries())
      expect([code, await outcomeOf(on, index * 2 + 1, body)]).toEqual([code, code]);
    expect(effects).toBe(0);
    expect(({} as { x?: unknown }).x).toBeUndefined();
    await friendIsServed();
  });

  it('side by side get no more out of a grant than it is for, nor by asking for the same again', async () => {
    const made = grant({ calls: 2 });
    const on = await link();
    const key = 'k'.repeat(22);
    const codes = await Promise.all(
      [1, 3, 5, 7].map((id) => outcomeOf(on, id, request({ params: { arguments: { message: `${id}` } } }))),
    );
    expect(codes.sort()).toEqual(['access.grant_spent', 'access.grant_spent', 'ok', 'ok']);
    expect(await outcomeOf(on, 9, request({ manner: { key } }))).toBe('access.grant_spent');
    expect(effects).toBe(2);
    expect(provider.grants.made()).toMatchObject([{ id: made.id, used: 2 }]);
  });

  it('may not take the key of another call', async () => {
    grant();
    const on = await link();
    const manner = { key: 'k'.repeat(22) };
    expect(await outcomeOf(on, 1, request({ manner }))).toBe('ok');
    expect(await outcomeOf(on, 3, request({ manner }))).toBe('ok');
    const other = { manner, params: { arguments: { message: 'other' } } };
    expect(await outcomeOf(on, 5, request(other))).toBe('relay.key_reused');
    expect(effects).toBe(1);
  });

  it('that wait, are called off, or lose their connection give every place back', async () => {
    grant();
    for (let round = 0; round < 3; round++) {
      const on = await link();
      const body = request({ tool: 'slow', fingerprint: fingerprintOf('slow') });
      for (let id = 1; id < 40; id += 2) send(on, id, utf8(JSON.stringify(body)));
      const { running } = await until(() => {
        const load = provider.relay.load();
        return load.running === 4 && load.waiting > 0 && load;
      });
      expect(running).toBe(4);
      for (let id = 1; id < 20; id += 2) on.frame(FRAME_TYPES.cancel, { id });
      on.stream.abort(new Error('gone'));
      await until(() => provider.relay.load().waiting === 0);
      await until(() => {
        for (const end of ends) end();
        return provider.relay.load().running === 0;
      });
    }
    await friendIsServed();
  });
});

describe('messages about grants', () => {
  it('that make no sense are refused, and a flood of them keeps nobody else waiting', async () => {
    const on = await link();
    const speak = (id: number, message: Uint8Array) => {
      send(on, id, message, GRANTS_PROTOCOL);
      return answerTo(on, id);
    };
    expect(await speak(1, encodeCbor({ t: 'mine', x: 1 }))).toBe('ok');
    expect(await speak(3, encodeCbor({ t: 'other' }))).toBe('access.bad_grant');
    expect(await speak(5, encodeCbor({ t: 'ask', server: '../x', tools: [], words: '' }))).toBe(
      'access.bad_grant',
    );
    expect(await speak(7, Uint8Array.of(0xff, 0xff))).not.toBe('ok');
    const asked = (on: RawLink) =>
      on.frames.filter(
        ({ payload, type }) => type === FRAME_TYPES.request && Buffer.from(payload).includes(GRANTS_PROTOCOL),
      ).length;
    for (let id = 101; id < 301; id += 2)
      send(on, id, encodeGrantsMessage({ t: 'changed' }), GRANTS_PROTOCOL);
    await answerTo(on, 299);
    // What it never answers is asked once, however often it says that something changed.
    expect(asked(on)).toBe(1);
    await friendIsServed();
  });

  it('do not put the same before the operator again and again', async () => {
    let told = 0;
    provider.grants.on('requested', () => void told++);
    const on = await link();
    const ask = encodeGrantsMessage({ t: 'ask', server: 'echo', tools: [], words: 'please' });
    for (let id = 1; id < 41; id += 2) send(on, id, ask, GRANTS_PROTOCOL);
    await answerTo(on, 39);
    expect(told).toBe(1);
    const [request] = provider.grants.requests('here');
    provider.grants.settle(request?.id ?? -1, 'declined');
    send(on, 51, ask, GRANTS_PROTOCOL);
    expect(await answerTo(on, 51)).toBe('access.cannot_ask');
    expect(provider.grants.requests('here')).toMatchObject([{ state: 'declined' }]);
  });
});
