/** Invitations between whole nodes: who invites is proven, secrets are good for one, private networks stay closed. */
import { readdir, readFile } from 'node:fs/promises';
import { join as inFolder } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { readInvitation } from '#shared/features/p2p/invitation.ts';
import type { DoctorResult } from '#shared/features/p2p/doctor.ts';
import { startWholeNode, type WholeNode } from '#test/conformance/support/whole-node.ts';
import { verify } from '#test/support/invitations.ts';
import { until } from '#test/support/mesh-node.ts';

const context = { signal: new AbortController().signal } as never;
const nodes: WholeNode[] = [];
afterEach(async () => {
  for (const whole of nodes.splice(0)) await whole.stop();
});
async function start(): Promise<WholeNode> {
  const whole = await startWholeNode();
  nodes.push(whole);
  return whole;
}

const invite = async ({ node }: WholeNode, pin = true) => node.handlers['network.invite']({ pin }, context);
const join = async ({ node }: WholeNode, code: string, enterNetwork = false) =>
  node.handlers['network.join']({ code, enterNetwork }, context);
const peers = async ({ node }: WholeNode) => (await node.handlers['peers.list']({}, context)).items;
const peerOf = async (at: WholeNode, of: WholeNode) =>
  (await peers(at)).find(({ peerId }) => peerId === of.node.ready().peerId);
const show = async ({ node }: WholeNode) => node.handlers['network.show']({}, context);

describe('an invitation', () => {
  it('shows who invites, connects, and makes both known to each other', async () => {
    const [a, b] = [await start(), await start()];
    await a.node.handlers['identity.setProfile']({ displayName: 'Anna' }, context);
    const { link, reach } = await invite(a);
    expect(reach).toBe('machine');
    const { peerId, providerId } = a.node.ready();
    expect(await b.node.handlers['network.previewInvitation']({ code: link }, context)).toMatchObject({
      providerId,
      peerId,
      label: 'Anna',
      pins: true,
      change: 'none',
      standing: 'unknown',
    });
    expect(await peers(b)).toEqual([]);
    expect(await join(b, link)).toMatchObject({ pinned: true, waiting: false, peer: { peerId } });
    expect(await peerOf(a, b)).toMatchObject({ known: true, connected: true });
    expect(await peerOf(b, a)).toMatchObject({ known: true, connected: true });
    expect((await show(a)).invitations).toMatchObject([{ usedBy: b.node.ready().providerId }]);
  });

  it('makes one guest known, and who comes after him nobody', async () => {
    const [a, b, c] = [await start(), await start(), await start()];
    const { code } = await invite(a);
    await join(b, code);
    expect(await join(c, code)).toMatchObject({ pinned: false });
    expect(await peerOf(a, c)).toMatchObject({ connected: true, known: false });
    expect(await join(b, code)).toMatchObject({ pinned: true });
  });

  it('that was taken back, or was written without a secret, makes nobody known', async () => {
    const [a, b] = [await start(), await start()];
    const { code, id = '' } = await invite(a);
    await a.node.handlers['network.revokeInvitation']({ id }, context);
    expect(await join(b, code)).toMatchObject({ pinned: false });
    expect(await join(b, (await invite(a, false)).code)).toMatchObject({ pinned: false });
    expect(await peerOf(a, b)).toMatchObject({ known: false });
    expect((await show(a)).invitations).toEqual([]);
  });

  it('of one’s own, of a blocked guest or in broken text does nothing', async () => {
    const [a, b] = [await start(), await start()];
    const { code } = await invite(a);
    await expect(join(a, code)).rejects.toMatchObject({ code: 'invitation.own' });
    await expect(join(b, code.slice(0, -4))).rejects.toMatchObject({ code: 'invitation.malformed' });
    await a.node.handlers['peers.block']({ id: b.node.ready().providerId }, context);
    await expect(join(b, code)).rejects.toMatchObject({ code: 'p2p.blocked' });
    expect((await show(a)).invitations).not.toHaveProperty('0.usedBy');
  });
});

describe('a private network', () => {
  it('is entered beside the public one without a restart, and never without a yes', async () => {
    const [a, b] = [await start(), await start()];
    const made = await a.node.handlers['network.createPrivate']({ name: 'Workshop' }, context);
    expect(made).toMatchObject({ kind: 'private', name: 'Workshop', state: 'running', peers: 0 });
    expect((await show(a)).networks.map(({ state }) => state)).toEqual(['running', 'running']);
    const written = await a.node.handlers['network.invite']({ pin: true, network: made.id }, context);
    expect(written.network).toBe('Workshop');
    const [address = ''] = made.addresses;
    await expect(async () => b.node.handlers['peers.connect']({ address }, context)).rejects.toMatchObject({
      code: 'p2p.unreachable',
    });

    await expect(async () => join(b, written.code)).rejects.toMatchObject({
      code: 'invitation.other_network',
      details: { change: 'enter' },
    });
    expect((await show(b)).networks).toHaveLength(1);
    // The short form of the picture is the same invitation.
    const joined = await join(b, written.short, true);
    expect(joined).toMatchObject({ pinned: true, waiting: false, network: made.id });
    expect(joined.peer).toMatchObject({ networks: [made.id] });
    expect(await peerOf(a, b)).toMatchObject({ known: true, networks: [made.id] });
    // The same two meet in the public network as well: one peer in two networks.
    await join(b, (await invite(a)).code);
    expect(await peerOf(b, a)).toMatchObject({ networks: ['public', made.id] });
    expect((await peers(b)).filter(({ connected }) => connected)).toHaveLength(1);
  });

  it('is left and entered again at once, and forgotten for good when somebody says so', async () => {
    const [a, b] = [await start(), await start()];
    const { id } = await a.node.handlers['network.createPrivate']({ name: 'Workshop' }, context);
    const { code } = await a.node.handlers['network.invite']({ pin: true, network: id }, context);
    await join(b, code, true);
    await b.node.handlers['network.leavePrivate']({ network: id }, context);
    expect(await show(b)).toMatchObject({ networks: [{ id: 'public' }], left: [{ id, name: 'Workshop' }] });
    await until(async () => (await peerOf(a, b))?.connected === false);
    await b.node.handlers['network.rejoinPrivate']({ network: id }, context);
    await until(async () => (await peerOf(b, a))?.connected);
    await b.node.handlers['network.leavePrivate']({ network: id }, context);
    await b.node.handlers['network.forgetPrivate']({ network: id }, context);
    expect(await show(b)).toMatchObject({ left: [] });
    await expect(async () =>
      b.node.handlers['network.rejoinPrivate']({ network: id }, context),
    ).rejects.toMatchObject({ code: 'network.too_late' });
    expect(await peerOf(b, a)).toBeUndefined();
  });

  it('is still there after a restart, and its members find each other without who invited them', async () => {
    const [a, b, c] = [await start(), await start(), await start()];
    const { id } = await a.node.handlers['network.createPrivate']({ name: 'Workshop' }, context);
    for (const guest of [b, c]) {
      const { code } = await a.node.handlers['network.invite']({ pin: true, network: id }, context);
      await join(guest, code, true);
    }
    await until(async () => (await peerOf(b, c))?.connected);
    await a.stop();
    nodes.splice(nodes.indexOf(a), 1);
    await b.restart();
    expect((await show(b)).networks.map((one) => one.id)).toEqual(['public', id]);
    await until(async () => (await peerOf(b, c))?.connected);
    expect(await peerOf(b, c)).toMatchObject({ networks: [id] });
  });

  it('is entered while who invites is away, and the key that waits lies with the keys alone', async () => {
    const [a, b] = [await start(), await start()];
    const { id } = await a.node.handlers['network.createPrivate']({ name: 'Workshop' }, context);
    const { code } = await a.node.handlers['network.invite']({ pin: true, network: id }, context);
    await a.node.stop();
    expect(await join(b, code, true)).toMatchObject({ waiting: true, network: id });
    const { network } = readInvitation(code, { now: Date.now(), verify });
    const key = Buffer.from(network?.key ?? []);
    expect(key).toHaveLength(32);
    for (const file of await readdir(b.dataDir)) {
      if (!/\.db/.test(file)) continue;
      const bytes = await readFile(inFolder(b.dataDir, file));
      expect(bytes.includes(key), file).toBe(false);
      expect(bytes.includes(code.slice(200, 300)), file).toBe(false);
    }
  });
});

describe('the connection doctor', () => {
  async function examine({ node }: WholeNode) {
    const last = new Map<string, DoctorResult>();
    const seen: string[] = [];
    for await (const result of node.handlers['node.doctor']({}, context)) {
      last.set(result.check, result as DoctorResult);
      seen.push(`${result.check} ${result.state}`);
    }
    return { last, seen };
  }

  it('tells each check as it begins and as it ends, and finds two connected nodes in order', async () => {
    const [a, b] = [await start(), await start()];
    await join(b, (await invite(a)).code);
    const { last, seen } = await examine(b);
    expect(seen).toContain('peers running');
    expect([...last.values()].every(({ state }) => state !== 'running')).toBe(true);
    expect(last.get('peers')).toMatchObject({ state: 'ok', facts: { count: 1 } });
    expect(last.get('paths')).toMatchObject({ state: 'ok', facts: { lan: 1, relayed: 0 } });
    expect(last.get('clock')).toMatchObject({ state: 'ok', facts: { count: 1 } });
    expect(last.get('endpoint')).toMatchObject({ state: 'ok' });
    expect(last.get('ports')).toMatchObject({ state: 'ok' });
    expect(last.get('listening')).toMatchObject({ code: 'listening.machineOnly' });
    expect(last.get('lan')).toMatchObject({ code: 'lan.off' });
    expect(last.get('nat')).toMatchObject({ code: 'nat.unknown' });
    // A reached this port back, but from this very machine: that says nothing of the world.
    expect(last.get('outside')).toMatchObject({ code: 'outside.unknown' });
    expect(last.get('disk')?.state).not.toBe('failed');
  });

  it('says of a node alone that it knows nobody, and what to do', async () => {
    const { last } = await examine(await start());
    expect(last.get('peers')).toMatchObject({ state: 'failed', fix: 'join' });
    expect(last.get('clock')).toMatchObject({ state: 'skipped' });
  });

  it('measures peers and says how they are connected', async () => {
    const [a, b] = [await start(), await start()];
    await join(b, (await invite(a)).code);
    const peer = await until(async () => {
      const found = await peerOf(b, a);
      return found?.latencyMs === undefined ? undefined : found;
    });
    expect(peer).toMatchObject({
      transport: 'tcp',
      path: 'lan',
      encryption: 'tls',
      paused: false,
      tier: 'known',
      tools: 0,
    });
    expect(peer.latencies?.length).toBeGreaterThan(0);
    expect(peer.sentBytes).toBeGreaterThan(0);
    expect(Math.abs(peer.clockAheadMs ?? Infinity)).toBeLessThan(10_000);
  });
});
