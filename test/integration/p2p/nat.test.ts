/** Two nodes and a third one that both can reach, through NATs of every kind. */
import { afterEach, describe, expect, it } from 'vitest';
import { createLab, type Lab, type NatKind, type Place, PUBLIC_IP, whyNoLab } from '#scripts/nat-lab/lab.ts';
import { beginNode, type NatNode, until } from '#test/support/network/nat-node.ts';

const reason = whyNoLab();
if (reason !== undefined) console.warn(`NAT lab left out: ${reason}.`);

let lab: Lab | undefined;
let labs = 0;

afterEach(() => {
  lab?.close();
  lab = undefined;
});

const begin = (place: Place, spec: Record<string, unknown>): Promise<NatNode> =>
  beginNode(lab as Lab, place, spec);

const relaySpec = (number: number) => ({ number, listen: [`/ip4/${PUBLIC_IP}/tcp/${7000 + number}`] });
const addressOf = (relay: NatNode, number: number) =>
  `/ip4/${PUBLIC_IP}/tcp/${7000 + number}/p2p/${relay.peerId}`;

const relayedAddress = async (node: NatNode) =>
  (await node.state()).addresses.find((address) => address.includes('/p2p-circuit'));

/** `b` meets `a` through the relay, as soon as `a` has a place there. */
async function meet(kinds: { a: NatKind; b: NatKind }, extra: Record<string, unknown> = {}) {
  lab = createLab(`tsl${process.pid % 10_000}${labs++}`, kinds);
  const relay = await begin('pub', { ...relaySpec(1), ...extra });
  const bootstrap = [addressOf(relay, 1)];
  const listen = ['/ip4/0.0.0.0/tcp/7422'];
  const a = await begin('a', { number: 2, listen, bootstrap, ...extra });
  const b = await begin('b', { number: 3, listen, bootstrap, ...extra });
  const target = await until('a has a place at the relay', () => relayedAddress(a));
  await b.ask('dial', target);
  expect(await b.ask('echo', a.peerId)).toBe('hello');
  return { relay, a, b, bootstrap };
}

const carrierTo = async (from: NatNode, to: NatNode) =>
  (await from.state()).peers.find(({ peerId }) => peerId === to.peerId);

const becomesDirect = (from: NatNode, to: NatNode) =>
  until('direct', async () => {
    const carrier = await carrierTo(from, to);
    return carrier?.path === 'direct' && carrier;
  });

describe.skipIf(reason !== undefined)('two nodes through NATs', () => {
  it('behind a cone each: a direct connection takes over from the relay', async () => {
    const { a, b, relay } = await meet({ a: 'cone', b: 'cone' });
    const direct = { transport: 'webrtc', path: 'direct', encryption: 'dtls' };
    expect(await becomesDirect(b, a)).toMatchObject(direct);
    expect(await becomesDirect(a, b)).toMatchObject(direct);
    expect(await b.ask('echo', a.peerId)).toBe('hello');
    expect(await a.ask('large', b.peerId)).toBe(true);
    relay.child.kill('SIGKILL');
    expect(await b.ask('echo', a.peerId)).toBe('hello');
  });

  it.each<[NatKind, NatKind, string, string]>([
    ['symmetric', 'symmetric', 'udp.symmetric', 'udp.symmetric'],
    ['udp-blocked', 'cone', 'udp.blocked', 'udp.ready'],
  ])(
    'behind %s and %s: calls run over the relay, and the doctor says why',
    async (kindA, kindB, saysA, saysB) => {
      const { a, b, bootstrap, relay } = await meet({ a: kindA, b: kindB });
      await until('a direct connection was tried in vain', async () => {
        const { nat } = await b.state();
        return nat.upgrades.tried > 0;
      });
      expect(await carrierTo(b, a)).toMatchObject({ path: 'relayed', transport: 'tcp' });
      expect(await b.ask('large', a.peerId)).toBe(true);
      const { nat } = await relay.state();
      expect(nat).toMatchObject({ reachable: true, serving: true, clients: 2 });
      // A mebibyte went there and back.
      expect(nat.relayedBytes).toBeGreaterThan(2 * 2 ** 20);
      // Only two that are asked see whether each is shown another port.
      const other = await begin('pub', { ...relaySpec(4), bootstrap });
      for (const [node, says] of [
        [a, saysA],
        [b, saysB],
      ] as const) {
        await node.ask('dial', addressOf(other, 4));
        await until('places at both', async () => (await node.state()).nat.relays.length === 2);
        expect(await node.ask('udp')).toBe(says);
      }
    },
  );

  it('the relay goes in mid-call: the call fails at once, and another relay is found', async () => {
    const { a, b, relay, bootstrap } = await meet({ a: 'udp-blocked', b: 'udp-blocked' });
    const other = await begin('pub', { ...relaySpec(4), bootstrap });
    await a.ask('dial', addressOf(other, 4));
    await b.ask('dial', addressOf(other, 4));
    await until('a has places at both', async () => (await a.state()).nat.relays.length === 2);
    // Who can be reached takes no place at another relay.
    expect((await other.state()).nat).toMatchObject({ serving: true, relays: [] });
    const inFlight = b.ask('never', a.peerId);
    relay.child.kill('SIGKILL');
    expect(await inFlight).toEqual({ code: 'p2p.unreachable', retryable: true });
    await until('calls work again', async () => {
      const target = await relayedAddress(a);
      return (
        target &&
        (await b.ask('dial', target).then(
          () => b.ask('echo', a.peerId),
          () => false,
        ))
      );
    });
    expect(await carrierTo(b, a)).toMatchObject({ path: 'relayed' });
  });

  it('one of the two is open: they meet over TCP, without a relay', async () => {
    lab = createLab(`tsl${process.pid % 10_000}${labs++}`, { a: 'cone', b: 'open' });
    const b = await begin('b', { number: 3, listen: ['/ip4/203.0.113.13/tcp/7422'] });
    const a = await begin('a', { number: 2, listen: ['/ip4/0.0.0.0/tcp/7422'] });
    expect(await a.ask('dial', `/ip4/203.0.113.13/tcp/7422/p2p/${b.peerId}`)).toMatchObject({
      path: 'direct',
      transport: 'tcp',
    });
    expect(await a.ask('echo', b.peerId)).toBe('hello');
    expect(await b.ask('echo', a.peerId)).toBe('hello');
  });

  it('a private network never leaves its key: relayed within it, no WebRTC', async () => {
    const { a, b } = await meet({ a: 'cone', b: 'cone' }, { networkKey: '07'.repeat(32) });
    expect(await carrierTo(b, a)).toMatchObject({ path: 'relayed' });
    const { nat } = await b.state();
    expect(nat.upgrades.tried).toBe(0);
  });

  it('a node that may not relay gives no places, whoever reaches it; one that must gives them at once', async () => {
    lab = createLab(`tsl${process.pid % 10_000}${labs++}`, { a: 'cone', b: 'cone' });
    const off = await begin('pub', { ...relaySpec(1), relay: 'off' });
    const on = await begin('pub', { ...relaySpec(4), relay: 'on' });
    expect((await on.state()).nat).toMatchObject({ serving: true });
    const listen = ['/ip4/0.0.0.0/tcp/7422'];
    const a = await begin('a', { number: 2, listen, bootstrap: [addressOf(off, 1)] });
    await until('reached', async () => (await off.state()).nat.reachable);
    await a.ask('dial', addressOf(on, 4));
    await until('a has a place', async () => (await a.state()).nat.relays.length > 0);
    expect((await a.state()).nat.relays).toEqual([on.peerId]);
    expect((await off.state()).nat).toMatchObject({ serving: false, clients: 0, relays: [] });
  });

  it('a node that wants no relays holds no place, and dials nobody through one', async () => {
    lab = createLab(`tsl${process.pid % 10_000}${labs++}`, { a: 'cone', b: 'cone' });
    const relay = await begin('pub', { ...relaySpec(1), relay: 'on' });
    const bootstrap = [addressOf(relay, 1)];
    const listen = ['/ip4/0.0.0.0/tcp/7422'];
    const a = await begin('a', { number: 2, listen, bootstrap });
    const b = await begin('b', { number: 3, listen, bootstrap, useRelays: false });
    const target = await until('a has a place', () => relayedAddress(a));
    await expect(b.ask('dial', target)).rejects.toThrow();
    expect((await b.state()).nat.relays).toEqual([]);
    expect((await b.state()).addresses.some((address) => address.includes('/p2p-circuit'))).toBe(false);
    expect((await relay.state()).nat.clients).toBe(1);
  });
});
