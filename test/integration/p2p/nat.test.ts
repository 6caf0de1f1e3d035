/** Two nodes and a third one that both can reach, through NATs of every kind. */
import type { ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { createLab, type Lab, type NatKind, type Place, PUBLIC_IP, whyNoLab } from '#scripts/nat-lab/lab.ts';

const reason = whyNoLab();
if (reason !== undefined) console.warn(`NAT lab left out: ${reason}.`);

const PROGRAM = fileURLToPath(new URL('../../support/network/nat-process.ts', import.meta.url));
const PATIENCE_MS = 25_000;

interface State {
  peerId: string;
  addresses: string[];
  peers: Array<{ peerId: string; transport: string; path: string; encryption?: string }>;
  nat: { reachable: boolean; serving: boolean; clients: number; relayedBytes: number; relays: string[] };
}

interface Node {
  peerId: string;
  child: ChildProcess;
  ask<T>(ask: string, target?: string): Promise<T>;
  state(): Promise<State>;
}

let lab: Lab | undefined;
let labs = 0;

afterEach(() => {
  lab?.close();
  lab = undefined;
});

async function begin(place: Place, spec: Record<string, unknown>): Promise<Node> {
  const child = (lab as Lab).run(place, process.execPath, [PROGRAM, JSON.stringify(spec)]);
  const waiting = new Map<number, (answer: { value?: unknown; error?: string }) => void>();
  let next = 0;
  const answered = (id: number) =>
    new Promise<unknown>((resolve, reject) =>
      waiting.set(id, ({ error, value }) =>
        error === undefined ? resolve(value) : reject(new Error(error)),
      ),
    );
  const ready = answered(0);
  createInterface({ input: child.stdout as NodeJS.ReadableStream }).on('line', (line) => {
    const answer = JSON.parse(line) as { id: number; value?: unknown; error?: string };
    waiting.get(answer.id)?.(answer);
    waiting.delete(answer.id);
  });
  const ask = <T>(question: string, target = '') => {
    const id = ++next;
    child.stdin?.write(`${JSON.stringify({ id, ask: question, target })}\n`);
    return answered(id) as Promise<T>;
  };
  return { child, ask, peerId: (await ready) as string, state: () => ask<State>('state') };
}

async function until<T>(what: string, read: () => Promise<T | undefined | false>): Promise<T> {
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    const value = await read();
    if (value) return value;
    if (Date.now() > deadline) throw new Error(`waited in vain: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

const relaySpec = (number: number) => ({ number, listen: [`/ip4/${PUBLIC_IP}/tcp/${7000 + number}`] });
const addressOf = (relay: Node, number: number) =>
  `/ip4/${PUBLIC_IP}/tcp/${7000 + number}/p2p/${relay.peerId}`;

const relayedAddress = async (node: Node) =>
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

const carrierTo = async (from: Node, to: Node) =>
  (await from.state()).peers.find(({ peerId }) => peerId === to.peerId);

const becomesDirect = (from: Node, to: Node) =>
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
        const { nat } = (await b.state()) as unknown as { nat: { upgrades: { tried: number } } };
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
    const { nat } = (await b.state()) as unknown as { nat: { upgrades: { tried: number } } };
    expect(nat.upgrades.tried).toBe(0);
  });
});
