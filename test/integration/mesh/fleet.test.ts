/** Several nodes of one provider, as whole nodes: joined by a code and a yes, seen by others, taken out, let go. */
import { afterEach, describe, expect, it } from 'vitest';
import type { Fleet, FleetGuest } from '#shared/features/fleet/contract.ts';
import {
  NODE_NOTICE_TOPIC,
  NODE_NOTICE_TYPE,
  noticeKey,
  sealNotice,
} from '#shared/features/fleet/node-notice.ts';
import { signNodeList } from '#shared/features/identity/node-list.ts';
import { equalBytes } from '#shared/kernel/bytes.ts';
import { peerKeyOf } from '#shared/kernel/ids.ts';
import { createSigner } from '#main/platform/crypto.ts';
import { newJoinCode } from '#shared/features/fleet/join-code.ts';
import { declaredServerSchema } from '#shared/features/servers/config.ts';
import { systemRandom } from '#main/platform/random.ts';
import { programPath, startWholeNode, type WholeNode } from '#test/conformance/support/whole-node.ts';
import { startMeshNode, until } from '#test/support/mesh-node.ts';

const context = { signal: new AbortController().signal } as never;
const nodes: WholeNode[] = [];
afterEach(async () => {
  for (const whole of nodes.splice(0)) await whole.stop();
});
async function start(name = ''): Promise<WholeNode> {
  const whole = await startWholeNode();
  nodes.push(whole);
  if (name) await whole.node.handlers['identity.setProfile']({ displayName: name }, context);
  return whole;
}

/** What waits for the operator there. */
async function matters({ node }: WholeNode): Promise<string[]> {
  const stop = new AbortController();
  for await (const { items } of node.handlers['node.attention']({}, { signal: stop.signal })) {
    stop.abort();
    return items.map(({ kind }) => kind);
  }
  return [];
}
const fleet = async ({ node }: WholeNode): Promise<Fleet> => node.handlers['fleet.list']({}, context);
const ids = ({ node }: WholeNode) => node.ready();
const add = async ({ node }: WholeNode) => node.handlers['fleet.add']({}, context);
const join = async ({ node }: WholeNode, code: string) => node.handlers['fleet.join']({ code }, context);
const answer = async ({ node }: WholeNode, id: string, accept = true, label?: string) =>
  node.handlers['fleet.answer']({ id, accept, ...(label ? { label } : {}) }, context);

async function connect(a: WholeNode, b: WholeNode): Promise<void> {
  const [address = ''] = ids(b).addresses;
  await a.node.handlers['peers.connect']({ address }, context);
}

const guestAt = (whole: WholeNode): Promise<FleetGuest> => until(async () => (await fleet(whole)).guests[0]);

/** `b` becomes a node of the provider of `a`, and is started anew as the shells do. */
async function takeIn(a: WholeNode, b: WholeNode, label = 'attic'): Promise<void> {
  const { link } = await add(a);
  const { digits } = await join(b, link);
  const guest = await guestAt(a);
  expect(guest.digits).toBe(digits);
  const moved = Promise.withResolvers<void>();
  b.node.on('restartRequested', () => moved.resolve());
  await answer(a, guest.id, true, label);
  expect(await b.node.handlers['fleet.awaitJoin']({}, context)).toMatchObject({ state: 'joined' });
  await moved.promise;
  await b.restart();
}

async function shareEverything(
  whole: WholeNode,
  name: string,
  kind: 'everyone' | 'known' = 'everyone',
): Promise<void> {
  const transport = {
    type: 'stdio' as const,
    command: process.execPath,
    args: [programPath('node_modules/@modelcontextprotocol/server-everything/dist/index.js')],
  };
  const config = declaredServerSchema.parse({ name, transport });
  await whole.node.handlers['servers.add']({ ...config, secretValues: {} }, context);
  await whole.node.handlers['servers.start']({ name }, context);
  await whole.node.handlers['servers.share']({ name, audience: { kind }, confirmed: true }, context);
}

const offered = async ({ node }: WholeNode, server: string) =>
  (await node.handlers['tools.list']({ scope: 'network', limit: 100 }, context)).items
    .filter((tool) => tool.server === server)
    .map(({ providerId }) => providerId);

describe('a machine joins', () => {
  it('by a typed code over a peer that both know, after a yes, and serves the provider then', async () => {
    const [a, b, c] = [await start('Workshop'), await start('Laptop'), await start()];
    await connect(c, a);
    await connect(c, b);
    await connect(b, a);
    await shareEverything(b, 'everything');
    const before = ids(b).providerId;
    await until(async () => (await offered(c, 'everything')).includes(before));
    const { code } = await add(a);
    expect(code).toMatch(/^([0-9A-HJKMNP-TV-Z]{4}-){3}[0-9A-HJKMNP-TV-Z]{4}$/);
    // As people type it.
    const joining = await join(b, ` ${code.toLowerCase().replaceAll('-', ' ')} `);
    expect(joining).toMatchObject({ state: 'waiting', peerId: ids(a).peerId, name: 'Workshop' });
    const guest = await guestAt(a);
    expect(guest).toMatchObject({ peerId: ids(b).peerId, label: 'Laptop', digits: joining.digits });
    expect(await matters(a)).toContain('fleet.guest');
    await answer(a, guest.id);
    await b.node.handlers['fleet.awaitJoin']({}, context);
    await b.restart();
    expect(ids(b)).toMatchObject({ providerId: ids(a).providerId, peerId: guest.peerId });
    await connect(b, a);
    await connect(b, c);
    await until(async () => (await fleet(a)).nodes.every(({ connected, facts }) => connected && facts));
    expect((await fleet(b)).nodes.map(({ label, self }) => [label, self])).toEqual([
      ['Laptop', true],
      ['Workshop', false],
    ]);
    expect((await fleet(a)).codes).toEqual([]);
    // What it shares is the provider's now, and what it was before is gone.
    await until(async () => {
      const providers = await offered(c, 'everything');
      return providers.length > 0 && providers.every((provider) => provider === ids(a).providerId);
    });
  });

  it('by a link without knowing anybody, and leaves again as who it was', async () => {
    const [a, b] = [await start('Workshop'), await start()];
    const before = ids(b).providerId;
    await takeIn(a, b);
    expect(ids(b).providerId).toBe(ids(a).providerId);
    expect(await fleet(b)).toMatchObject({
      rootHere: false,
      formerProvider: before,
      displayName: 'Workshop',
    });
    await expect(add(b)).rejects.toMatchObject({ code: 'identity.root_offline' });
    expect(await b.node.handlers['fleet.leave']({}, context)).toEqual({ providerId: before });
    await b.restart();
    expect(ids(b).providerId).toBe(before);
  });

  it('by a typed code when only the index knows where the other is', async () => {
    const [a, b, c] = [await start(), await start(), await start()];
    for (const { node } of [a, b, c]) {
      node.settings.set('p2p.dhtServer', true);
      node.settings.set('p2p.privateAddresses', 'always');
    }
    for (const whole of [a, b, c]) await whole.restart();
    await connect(a, c);
    await connect(b, c);
    const { code } = await add(a);
    const joining = await until(() => join(b, code).catch(() => undefined));
    expect(joining).toMatchObject({ state: 'waiting', peerId: ids(a).peerId });
    await answer(a, (await guestAt(a)).id, false);
    expect(await b.node.handlers['fleet.awaitJoin']({}, context)).toMatchObject({
      state: 'failed',
      fault: { code: 'fleet.declined' },
    });
  });

  it('never without a yes, with a wrong code, a spent one or one that somebody else came with', async () => {
    const [a, b, c] = [await start(), await start(), await start()];
    await connect(b, a);
    await connect(c, a);
    await expect(join(b, 'ABCD-EFGH-JKMN-PQRS')).rejects.toMatchObject({ code: 'fleet.bad_code' });
    await expect(join(b, newJoinCode(systemRandom))).rejects.toMatchObject({ code: 'fleet.host_not_found' });
    const { code, id } = await add(a);
    await join(b, code);
    await expect(join(b, code)).rejects.toMatchObject({ code: 'fleet.joining' });
    await expect(join(c, code)).rejects.toMatchObject({ code: 'fleet.code_taken' });
    // Called off by the guest: the code is free for another machine.
    await b.node.handlers['fleet.cancelJoin']({}, context);
    await until(async () => (await fleet(a)).guests.length === 0);
    expect(await join(c, code)).toMatchObject({ state: 'waiting' });
    const guest = await guestAt(a);
    await a.node.handlers['fleet.cancelCode']({ id }, context);
    expect(await c.node.handlers['fleet.awaitJoin']({}, context)).toMatchObject({
      state: 'failed',
      fault: { code: 'fleet.no_such_code' },
    });
    await expect(answer(a, guest.id)).rejects.toMatchObject({ code: 'fleet.no_guest' });
    await expect(join(b, code)).rejects.toMatchObject({ code: 'fleet.host_not_found' });
    expect(ids(b).providerId).not.toBe(ids(a).providerId);
    expect((await fleet(a)).nodes).toHaveLength(1);
  });
});

describe('a node of a provider', () => {
  it('that was taken out is let in by nobody who knows, hears of it, and can be its own again', async () => {
    const [a, b, c] = [await start('Workshop'), await start(), await start()];
    await takeIn(a, b);
    await connect(b, a);
    await connect(c, a);
    await connect(c, b);
    const peersOf = async (whole: WholeNode) =>
      (await whole.node.handlers['peers.list']({}, context)).items
        .filter(({ connected }) => connected)
        .map(({ peerId }) => peerId);
    await a.node.handlers['fleet.remove']({ peerId: ids(b).peerId }, context);
    await until(async () => (await fleet(b)).removed);
    expect(await matters(b)).toContain('fleet.removed');
    await until(async () => !(await peersOf(a)).includes(ids(b).peerId));
    await until(async () => !(await peersOf(c)).includes(ids(b).peerId));
    await expect(connect(b, c)).rejects.toThrow();
    await b.node.handlers['fleet.leave']({}, context);
    await b.restart();
    await connect(b, c);
    expect(await peersOf(c)).toContain(ids(b).peerId);
  });

  it('of somebody else cannot be taken out by who names it in his own list', async () => {
    const [a, b, c] = [await start('Workshop'), await start('Victim'), await start()];
    await connect(c, a);
    await connect(c, b);
    await shareEverything(b, 'everything');
    await until(async () => (await offered(c, 'everything')).length > 0);
    // What a hostile provider can sign: a list with the other's node key, and one without.
    const rootSeed = systemRandom.bytes(32);
    const root = createSigner(rootSeed);
    const hostile = await startMeshNode({ rootSeed, bootstrap: [ids(c).addresses[0] ?? ''] });
    hostile.records.register({
      type: NODE_NOTICE_TYPE,
      topic: NODE_NOTICE_TOPIC,
      read: () => ({
        key: noticeKey(hostile),
        owner: hostile.providerId,
        seq: (said += 1),
        issuedAt: Date.now(),
        expiresAt: Date.now() + 3_600_000,
        private: false,
        tombstone: false,
      }),
      renew: () => undefined,
    });
    let said = 0;
    const victim = { nodePublicKey: peerKeyOf(ids(b).peerId), label: 'mine', addedAt: 1 };
    const own = { nodePublicKey: hostile.signer.publicKey, label: 'x', addedAt: 1 };
    const tell = (seq: number, nodes: Array<typeof own>) => {
      const now = Date.now();
      const list = signNodeList(root, { seq, issuedAt: now, nodes });
      const notice = { cert: hostile.certificate, seq, iat: now, exp: now + 3_600_000, list };
      hostile.records.publish(NODE_NOTICE_TYPE, sealNotice(notice, hostile.signer));
    };
    const lists = () =>
      c.node.platform.db
        .prepare('SELECT bytes FROM identity_node_lists WHERE provider = ?')
        .get(hostile.providerId) as { bytes: Uint8Array } | undefined;
    await until(() => hostile.network.peers().length > 0);
    tell(1, [own, victim]);
    const first = await until(lists);
    tell(2, [own]);
    await until(() => !equalBytes(lists()?.bytes ?? first.bytes, first.bytes));
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(await offered(c, 'everything')).not.toEqual([]);
    expect(
      (await c.node.handlers['peers.list']({}, context)).items.find(({ peerId }) => peerId === ids(b).peerId),
    ).toMatchObject({ connected: true });
    await hostile.stop();
  });

  it('goes with it when its key is replaced, also where it was off meanwhile', async () => {
    const [a, b] = [await start('Workshop'), await start()];
    await takeIn(a, b);
    await b.node.stop();
    await a.node.handlers['identity.rotate']({}, context);
    await a.restart();
    await b.restart();
    expect(ids(b).providerId).not.toBe(ids(a).providerId);
    const moved = Promise.withResolvers<void>();
    b.node.on('restartRequested', () => moved.resolve());
    await connect(b, a);
    await moved.promise;
    await b.restart();
    expect(ids(b).providerId).toBe(ids(a).providerId);
    await connect(b, a);
    await until(async () => (await fleet(a)).nodes.length === 2);
  });

  it('is named by the provider', async () => {
    const [a, b] = [await start('Workshop'), await start()];
    await takeIn(a, b);
    await connect(b, a);
    await a.node.handlers['fleet.rename']({ peerId: ids(b).peerId, label: 'cellar' }, context);
    await until(async () => (await fleet(b)).nodes.some(({ label, self }) => self && label === 'cellar'));
    const removeSelf = async () => a.node.handlers['fleet.remove']({ peerId: ids(a).peerId }, context);
    await expect(removeSelf()).rejects.toMatchObject({ code: 'identity.own_node' });
  });
});

describe('nodes of one provider', () => {
  it('know each other: what one shares with those it knows, the others can call', async () => {
    const [a, b, c] = [await start('Workshop'), await start(), await start()];
    await takeIn(a, b);
    await shareEverything(b, 'everything', 'known');
    const [address = ''] = ids(a).addresses;
    // Found by the network rather than connected to on purpose.
    await c.node.handlers['peers.connect']({ address }, context);
    await connect(b, a);
    await connect(c, b);
    await b.node.handlers['peers.setKnown']({ providerId: ids(a).providerId, known: false }, context);
    const tool = await until(async () =>
      (await a.node.handlers['tools.list']({ scope: 'network', limit: 100 }, context)).items.find(
        ({ name }) => name === 'echo',
      ),
    );
    await a.node.handlers['tools.approve']({ id: tool.id }, context);
    expect(
      await a.node.handlers['tools.call'](
        { id: tool.id, arguments: { message: 'from afar' }, timeoutMs: 20_000 },
        context,
      ),
    ).toMatchObject({ result: { content: [{ text: 'Echo: from afar' }] } });
    expect(await offered(c, 'everything')).toEqual([]);
  });
});

describe('one policy', () => {
  const STRANGER = 'z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK';
  const setPolicy = async ({ node }: WholeNode, on = true) =>
    node.handlers['fleet.setPolicy']({ on }, context);
  const limits = async ({ node }: WholeNode) =>
    (await node.handlers['access.limits']({}, context)).items.find(
      ({ scope }) => scope.kind === 'provider' && scope.provider === STRANGER,
    );
  const blocked = ({ node }: WholeNode) =>
    node.platform.db.prepare('SELECT 1 FROM trust_blocks WHERE id = ?').get(STRANGER) !== undefined;
  const made = async ({ node }: WholeNode) => (await node.handlers['access.grants']({}, context)).made;

  it('holds on every node that shares it, also on one that was off, and only there', async () => {
    const [a, b, c] = [await start('Workshop'), await start(), await start()];
    await takeIn(a, b, 'attic');
    await takeIn(a, c, 'cellar');
    for (const whole of [a, b]) await setPolicy(whole);
    await connect(b, a);
    await connect(c, a);
    // Said on one node, each way.
    await b.node.handlers['peers.block']({ id: STRANGER }, context);
    await until(() => blocked(a));
    await a.node.handlers['access.setLimit'](
      { scope: { kind: 'provider', provider: STRANGER }, callsPerMinute: 7 },
      context,
    );
    await until(async () => (await limits(b))?.callsPerMinute === 7);
    // One that does not share hears nothing.
    expect(blocked(c)).toBe(false);
    expect((await c.node.handlers['fleet.policy']({}, context)).kinds).toEqual([]);
    // One that was off meanwhile catches up, and an end is an end.
    await b.node.stop();
    await a.node.handlers['peers.unblock']({ id: STRANGER }, context);
    await shareEverything(a, 'everything');
    await a.node.handlers['access.grant'](
      { server: 'everything', to: STRANGER, days: 3, note: 'for a day' },
      context,
    );
    await b.restart();
    await connect(b, a);
    await until(async () => !blocked(b) && (await made(b)).length === 1);
    const [grant] = await made(b);
    expect(grant).toMatchObject({ to: STRANGER, note: 'for a day', state: 'active' });
    // Revoked on the other node, it is revoked where it was made.
    await b.node.handlers['access.revoke']({ id: grant?.id ?? '' }, context);
    await until(async () => (await made(a))[0]?.state === 'revoked');
    // Switched on later: it takes what the others said.
    await setPolicy(c);
    await until(async () => (await limits(c))?.callsPerMinute === 7);
    expect((await b.node.handlers['fleet.policy']({}, context)).changes.length).toBeGreaterThan(0);
  });
});
