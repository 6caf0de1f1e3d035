/** Invitations between whole nodes: who invites is proven, secrets are good for one, private networks stay closed. */
import { afterEach, describe, expect, it } from 'vitest';
import type { DoctorResult } from '#shared/features/p2p/doctor.ts';
import { startWholeNode, type WholeNode } from '#test/conformance/support/whole-node.ts';
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
const join = async ({ node }: WholeNode, code: string, changeNetwork = false) =>
  node.handlers['network.join']({ code, changeNetwork }, context);
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
    expect(await join(b, link)).toMatchObject({ pinned: true, restartNeeded: false, peer: { peerId } });
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
  it('lets in whoever has its key and shuts out all others, and is never entered without a yes', async () => {
    const [a, b] = [await start(), await start()];
    const made = await a.node.handlers['network.createPrivate'](
      { name: 'Workshop', changeNetwork: false },
      context,
    );
    expect(made).toMatchObject({ nextNetwork: 'Workshop' });
    expect(made).not.toHaveProperty('network');
    await expect(async () =>
      a.node.handlers['network.createPrivate']({ name: 'Other', changeNetwork: false }, context),
    ).rejects.toMatchObject({ code: 'invitation.other_network' });
    await a.restart();
    expect(await show(a)).toMatchObject({ network: 'Workshop' });

    const { code, network } = await invite(a);
    expect(network).toBe('Workshop');
    const [address = ''] = a.node.ready().addresses;
    await expect(async () => b.node.handlers['peers.connect']({ address }, context)).rejects.toMatchObject({
      code: 'p2p.unreachable',
    });

    await expect(join(b, code)).rejects.toMatchObject({
      code: 'invitation.other_network',
      details: { change: 'enter' },
    });
    expect(await show(b)).not.toHaveProperty('nextNetwork');
    expect(await join(b, code, true)).toEqual({ pinned: false, restartNeeded: true });
    expect(await peerOf(b, a)).toBeUndefined();
    await b.restart();
    // The invitation is followed by itself now.
    const joined = await until(async () => {
      const peer = await peerOf(b, a);
      return peer?.connected && peer.known ? peer : undefined;
    });
    expect(joined.providerId).toBe(a.node.ready().providerId);
    await until(async () => (await peerOf(a, b))?.known);

    await b.node.handlers['network.leavePrivate']({}, context);
    expect(await show(b)).toMatchObject({ network: 'Workshop', nextNetwork: '' });
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
