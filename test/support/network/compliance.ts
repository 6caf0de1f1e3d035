/** What every implementation of the `Network` port must do. Run against libp2p and against the simulated network. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fromUtf8, utf8 } from '#shared/kernel/bytes.ts';
import { sleep } from '#shared/kernel/clock.ts';
import { AppError } from '#shared/kernel/errors.ts';
import type { NetworkEvents } from '#main/features/p2p/index.ts';
import type { Harness, TestNetwork } from './harness.ts';

const ECHO = '/toolswarm/echo/1';
const SLOW = '/toolswarm/slow/1';
const MiB = 1024 * 1024;

/** Events of one kind, collected. */
function collect<Name extends keyof NetworkEvents>(network: TestNetwork, name: Name): NetworkEvents[Name][] {
  const events: NetworkEvents[Name][] = [];
  network.on(name, (event) => events.push(event));
  return events;
}

const codeOf = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'resolved',
    (error: unknown) => (error instanceof AppError ? error.code : String(error)),
  );

const addressOf = (network: TestNetwork): string => network.addresses()[0] ?? '';

export function complianceSuite(name: string, createHarness: () => Harness): void {
  describe(name, () => {
    let world: Harness;
    beforeEach(() => {
      world = createHarness();
    });
    afterEach(() => world.close());

    async function pair(): Promise<[TestNetwork, TestNetwork]> {
      const [a, b] = [await world.node(), await world.node()];
      a.serve(ECHO, (payload) => payload);
      b.serve(ECHO, (payload) => payload);
      await b.dial(addressOf(a));
      await world.until('both are peers', () => a.peers().length === 1 && b.peers().length === 1);
      return [a, b];
    }

    describe('peers', () => {
      it('meets by address, and both ends learn who the other is', async () => {
        const a = await world.node({ features: { offered: () => ['x', 'y'] } });
        const b = await world.node({ features: { offered: () => ['y', 'z'] } });
        const connected = collect(a, 'peerConnected');
        const info = await b.dial(addressOf(a));
        expect(info).toMatchObject({
          peerId: a.peerId,
          providerId: 'provider-1',
          direction: 'outbound',
          agent: 'test/1',
          version: 1,
          features: ['y'],
        });
        await world.until('the other end knows', () => connected.length === 1);
        expect(connected[0]).toMatchObject({
          peerId: b.peerId,
          providerId: 'provider-2',
          direction: 'inbound',
        });
        await world.until('latency is measured', () => b.peers()[0]?.latencyMs !== undefined);
      });

      it('answers a second dial with the same peer', async () => {
        const [a, b] = await pair();
        const connected = collect(b, 'peerConnected');
        expect((await b.dial(a.peerId)).peerId).toBe(a.peerId);
        expect((await b.dial(addressOf(a))).peerId).toBe(a.peerId);
        expect(connected).toEqual([]);
      });

      it('refuses itself, nonsense and nobody', async () => {
        const a = await world.node();
        const b = await world.node();
        const gone = addressOf(b);
        await b.stop();
        expect(await codeOf(a.dial(a.peerId))).toBe('p2p.self');
        expect(await codeOf(a.dial('/not/an/address'))).toBe('p2p.bad_address');
        expect(await codeOf(a.dial(gone))).toBe('p2p.unreachable');
        expect(await codeOf(b.dial(addressOf(a)))).toBe('p2p.stopped');
      });

      it('is one peer when both dial at once', async () => {
        const [a, b] = [await world.node(), await world.node()];
        const connected = collect(a, 'peerConnected');
        a.serve(ECHO, (payload) => payload);
        b.serve(ECHO, (payload) => payload);
        await Promise.all([a.dial(addressOf(b)), b.dial(addressOf(a))]);
        expect(await a.call(b.peerId, ECHO, utf8('a')).response).toEqual(utf8('a'));
        expect(await b.call(a.peerId, ECHO, utf8('b')).response).toEqual(utf8('b'));
        expect(connected).toHaveLength(1);
        expect(a.peers()).toHaveLength(1);
      });

      it('tells both ends of a disconnection, once', async () => {
        const [a, b] = await pair();
        const [goneAtA, goneAtB] = [collect(a, 'peerDisconnected'), collect(b, 'peerDisconnected')];
        await a.disconnect(b.peerId);
        await world.until('both know', () => goneAtA.length > 0 && goneAtB.length > 0);
        expect(goneAtA).toEqual([{ peerId: b.peerId, providerId: 'provider-2' }]);
        expect(a.peers()).toEqual([]);
      });

      it('refuses whom `admit` refuses, with the reason', async () => {
        const a = await world.node({
          admit: () => ({ ok: false, code: 'identity.bad_certificate', message: 'No.' }),
        });
        const b = await world.node();
        const refused = collect(a, 'peerRefused');
        const served = collect(b, 'peerConnected');
        expect(await codeOf(b.dial(addressOf(a)))).toBe('identity.bad_certificate');
        await world.until('it is told', () => refused.length > 0);
        expect(refused[0]).toEqual({ peerId: b.peerId, code: 'identity.bad_certificate' });
        expect(a.drops()).toMatchObject({ 'identity.bad_certificate': 1 });
        expect(served).toEqual([]);
      });

      it('neither dials nor lets in whom the gate denies', async () => {
        const a = await world.node({ gate: () => false });
        const b = await world.node();
        const connected = collect(b, 'peerConnected');
        expect(await codeOf(a.dial(addressOf(b)))).toBe('p2p.blocked');
        expect(await codeOf(b.dial(addressOf(a)))).toBe('p2p.unreachable');
        expect(connected).toEqual([]);
      });

      it('tells too old from too new', async () => {
        const a = await world.node();
        const newer = await world.node({ versions: { min: 2, max: 3 } });
        const refused = collect(newer, 'peerRefused');
        expect(await codeOf(a.dial(addressOf(newer)))).toBe('p2p.too_new');
        await world.until('the newer one says so', () => refused.length > 0);
        expect(refused[0]?.code).toBe('p2p.too_old');
        expect(await codeOf(newer.dial(addressOf(a)))).toBe('p2p.too_old');
        const wide = await world.node({ versions: { min: 1, max: 9 } });
        expect((await a.dial(addressOf(wide))).version).toBe(1);
      });

      it('speaks two majors at once while a network changes from one to the other', async () => {
        const both = await world.node({ versions: { min: 1, max: 2 } });
        const old = await world.node({ versions: { min: 1, max: 1 } });
        const next = await world.node({ versions: { min: 2, max: 2 } });
        const [toOld, toNext] = [await both.dial(addressOf(old)), await both.dial(addressOf(next))];
        expect([toOld.version, toNext.version]).toEqual([1, 2]);
        const long = `/${'long'.repeat(100)}/1`;
        for (const node of [both, old, next]) {
          node.serve('/echo/1', (payload) => payload.slice());
          node.serve(long, () => utf8('long'));
        }
        const pairs = [
          [both, old],
          [old, both],
          [both, next],
          [next, both],
        ] as const;
        for (const [from, to] of pairs)
          expect(await from.call(to.peerId, '/echo/1', utf8('hello')).response).toEqual(utf8('hello'));
        // What makes the difference between the two: names of more than 255 bytes.
        expect(await next.call(both.peerId, long, utf8('')).response).toEqual(utf8('long'));
        expect(await codeOf(old.call(both.peerId, long, utf8('')).response)).toBe('p2p.unknown_protocol');
      });

      it('does not dial by itself again whom it cannot understand', async () => {
        const old = await world.node({ versions: { min: 1, max: 1 } });
        const next = await world.node({ versions: { min: 2, max: 2 } });
        const refused = [collect(old, 'peerRefused'), collect(next, 'peerRefused')];
        expect(await codeOf(old.dial(addressOf(next)))).toBe('p2p.too_new');
        await world.until('both know', () => refused.every((events) => events.length > 0));
        for (const node of [old, next]) node.refresh();
        await sleep(world.clock, 3000);
        expect(refused.map((events) => events.length)).toEqual([1, 1]);
        expect([old.drops(), next.drops()]).toEqual([{ 'p2p.too_new': 1 }, { 'p2p.too_old': 1 }]);
      });
    });

    describe('calls', () => {
      it('go both ways over one link, with payloads of any size', async () => {
        const [a, b] = await pair();
        for (const size of [0, 1, 1000, 70_000, 3 * MiB]) {
          const payload = new Uint8Array(size).fill(7);
          expect(await a.call(b.peerId, ECHO, payload).response).toEqual(payload);
          expect(await b.call(a.peerId, ECHO, payload).response).toEqual(payload);
        }
      });

      it('carry faults: unknown protocol, ours, and anything else as internal', async () => {
        const [a, b] = await pair();
        a.serve('/toolswarm/faulty/1', async (payload) => {
          if (payload.length === 0) throw new TypeError('a secret');
          throw new AppError('x.no', 'No.', { advice: 'Ask again.', retryable: true });
        });
        expect(await codeOf(b.call(a.peerId, '/toolswarm/nothing/1', utf8('')).response)).toBe(
          'p2p.unknown_protocol',
        );
        const fault = b.call(a.peerId, '/toolswarm/faulty/1', utf8('x')).response;
        await expect(fault).rejects.toMatchObject({
          code: 'x.no',
          message: 'No.',
          advice: 'Ask again.',
          retryable: true,
        });
        const internal = b.call(a.peerId, '/toolswarm/faulty/1', utf8('')).response;
        await expect(internal).rejects.toMatchObject({ code: 'internal' });
        await expect(internal).rejects.not.toMatchObject({ message: expect.stringContaining('secret') });
      });

      it('serves a protocol once, until it is closed', async () => {
        const [a, b] = await pair();
        expect(() => a.serve(ECHO, (payload) => payload)).toThrow(AppError);
        const served = a.serve(SLOW, () => utf8('here'));
        expect(fromUtf8(await b.call(a.peerId, SLOW, utf8('')).response)).toBe('here');
        await served.close();
        expect(await codeOf(b.call(a.peerId, SLOW, utf8('')).response)).toBe('p2p.unknown_protocol');
      });

      it('end at their deadline, here and there', async () => {
        const [a, b] = await pair();
        const reasons: unknown[] = [];
        a.serve(SLOW, (_payload, { signal }) => untilAborted(signal, reasons));
        expect(await codeOf(b.call(a.peerId, SLOW, utf8(''), { timeoutMs: 100 }).response)).toBe(
          'p2p.timeout',
        );
        await world.until('the handler is told', () => reasons.length === 1);
        expect(await b.call(a.peerId, ECHO, utf8('on')).response).toEqual(utf8('on'));
      });

      it('can be cancelled, and the handler hears of it', async () => {
        const [a, b] = await pair();
        const reasons: unknown[] = [];
        a.serve(SLOW, (_payload, { signal }) => untilAborted(signal, reasons));
        const controller = new AbortController();
        const call = b.call(a.peerId, SLOW, utf8(''), { signal: controller.signal });
        await sleep(world.clock, 50);
        controller.abort();
        expect(await codeOf(call.response)).toBe('p2p.cancelled');
        await world.until('the handler is told', () => reasons.length === 1);
        expect(reasons[0]).toMatchObject({ code: 'p2p.cancelled' });
        const late = b.call(a.peerId, ECHO, utf8(''), { signal: controller.signal });
        expect(await codeOf(late.response)).toBe('p2p.cancelled');
      });

      it('never starve beside a response of 64 MiB', async () => {
        const [a, b] = await pair();
        a.serve('/toolswarm/bulk/1', () => new Uint8Array(64 * MiB).fill(9));
        const order: string[] = [];
        const bulk = b.call(a.peerId, '/toolswarm/bulk/1', utf8(''), { maxResponseBytes: 64 * MiB });
        const done = bulk.response.then((response) => {
          order.push('bulk');
          return response;
        });
        for (let i = 0; i < 20; i++) {
          await b.call(a.peerId, ECHO, utf8(`${i}`)).response;
          order.push('small');
        }
        const response = await done;
        expect(response.length).toBe(64 * MiB);
        expect(response.every((byte) => byte === 9)).toBe(true);
        expect(order).toEqual([...Array(20).fill('small'), 'bulk']);
      });

      it('refuses what is larger than the caller wants, while it arrives', async () => {
        const [a, b] = await pair();
        a.serve('/toolswarm/bulk/1', () => new Uint8Array(16 * MiB));
        const big = b.call(a.peerId, '/toolswarm/bulk/1', utf8(''));
        expect(await codeOf(big.response)).toBe('p2p.too_large');
        const request = b.call(a.peerId, ECHO, new Uint8Array(9 * MiB));
        expect(await codeOf(request.response)).toBe('p2p.too_large');
        expect(await b.call(a.peerId, ECHO, utf8('on')).response).toEqual(utf8('on'));
      });

      it('exchange messages in both directions before the response', async () => {
        const [a, b] = await pair();
        a.serve('/toolswarm/chat/1', async (payload, exchange) => {
          const heard: string[] = [];
          const three = new Promise<void>((resolve) => {
            exchange.onMessage((message) => {
              heard.push(fromUtf8(message));
              if (heard.length === 3) resolve();
            });
          });
          for (const word of ['one', 'two']) await exchange.send(utf8(word));
          await three;
          return utf8(`${fromUtf8(payload)}:${heard.join()}`);
        });
        const messages: string[] = [];
        const call = b.call(a.peerId, '/toolswarm/chat/1', utf8('hi'), {
          onMessage: (message) => messages.push(fromUtf8(message)),
        });
        for (const word of ['x', 'y', 'z']) await call.send(utf8(word));
        expect(fromUtf8(await call.response)).toBe('hi:x,y,z');
        expect(messages).toEqual(['one', 'two']);
        expect(await codeOf(call.send(utf8('late')))).toBe('p2p.call_over');
      });

      it('makes a sender wait for credit until the handler listens', async () => {
        const [a, b] = await pair();
        const letters: { listen?: () => void } = {};
        let received = 0;
        a.serve(SLOW, (_payload, exchange) => {
          return new Promise((resolve) => {
            letters.listen = () =>
              exchange.onMessage((message) => {
                received += message.length;
                if (received === 4 * MiB) resolve(utf8('all'));
              });
          });
        });
        const call = b.call(a.peerId, SLOW, utf8(''));
        let sent = 0;
        const sending = (async () => {
          for (let i = 0; i < 16; i++) {
            await call.send(new Uint8Array(256 * 1024));
            sent++;
          }
        })();
        await world.until('some are sent', () => sent >= 2 && letters.listen !== undefined);
        await sleep(world.clock, 200);
        expect(sent).toBeLessThan(5);
        letters.listen?.();
        await sending;
        expect(fromUtf8(await call.response)).toBe('all');
      });

      it('are refused beyond the limit, and can be tried again', async () => {
        const a = await world.node({ limits: { window: MiB, calls: 2, requestBytes: MiB } });
        const b = await world.node();
        await b.dial(addressOf(a));
        const release: Array<() => void> = [];
        a.serve(SLOW, () => new Promise((resolve) => release.push(() => resolve(utf8('ok')))));
        const calls = [1, 2, 3].map(() => b.call(a.peerId, SLOW, utf8('')).response);
        expect(await codeOf(calls[2] as Promise<Uint8Array>)).toBe('p2p.busy');
        await world.until('two run', () => release.length === 2);
        for (const free of release) free();
        expect(await Promise.all(calls.slice(0, 2))).toEqual([utf8('ok'), utf8('ok')]);
      });

      it('end when the peer goes, at both ends', async () => {
        const [a, b] = await pair();
        const reasons: unknown[] = [];
        a.serve(SLOW, (_payload, { signal }) => untilAborted(signal, reasons));
        const inFlight = b.call(a.peerId, SLOW, utf8('')).response;
        await sleep(world.clock, 50);
        await a.disconnect(b.peerId);
        expect(await codeOf(inFlight)).toBe('p2p.unreachable');
        await world.until('the handler is told', () => reasons.length === 1);
        expect(reasons[0]).toMatchObject({ code: 'p2p.unreachable', retryable: true });
      });

      it('dial a peer whose address is remembered, and give up on strangers', async () => {
        const [a, b] = await pair();
        await b.disconnect(a.peerId);
        await world.until('apart', () => b.peers().length === 0 && a.peers().length === 0);
        expect(await b.call(a.peerId, ECHO, utf8('again')).response).toEqual(utf8('again'));
        const nobody = await world.node();
        await nobody.stop();
        expect(await codeOf(b.call(nobody.peerId, ECHO, utf8('')).response)).toBe('p2p.unreachable');
      });
    });

    describe('healing', () => {
      it('reaches a bootstrap peer that starts late', async () => {
        const a = await world.node();
        const address = addressOf(a);
        const reborn = world.reborn(a, { delayMs: 800 });
        const b = await world.node({ bootstrap: [address] });
        await sleep(world.clock, 200);
        expect(b.peers()).toEqual([]);
        await reborn;
        await world.until('reached', () => b.peers().length === 1);
      });

      it('finds lost peers again without anybody’s help', async () => {
        const [a, b] = await pair();
        const again = await world.reborn(a);
        await world.until('reconnected', () => again.peers().length === 1 && b.peers().length === 1);
        again.serve(ECHO, (payload) => payload);
        expect(await b.call(again.peerId, ECHO, utf8('back')).response).toEqual(utf8('back'));
      });

      it('remembers peers over its own restart', async () => {
        const [a, b] = await pair();
        await world.until('learned', () => (b.remembered.get(a.peerId)?.addresses.length ?? 0) > 0);
        const again = await world.reborn(b);
        await world.until('reconnected', () => again.peers().length === 1);
        expect(again.peers()[0]?.providerId).toBe('provider-1');
      });

      it('goes on after a stop, with its handlers and subscriptions', async () => {
        const [a, b] = await pair();
        await a.stop();
        expect(a.addresses()).toEqual([]);
        expect(await codeOf(a.call(b.peerId, ECHO, utf8('')).response)).toBe('p2p.stopped');
        await world.until('b knows', () => b.peers().length === 0);
        await a.start();
        await b.dial(addressOf(a));
        expect(await b.call(a.peerId, ECHO, utf8('on')).response).toEqual(utf8('on'));
      });

      it('checks its peers when the machine woke up, and keeps those who answer', async () => {
        const [a, b] = await pair();
        const gone: string[] = [];
        b.on('peerDisconnected', ({ peerId }) => gone.push(peerId));
        const measured = new Promise<void>((resolve) => b.on('peerMeasured', () => resolve()));
        b.refresh();
        await measured;
        await sleep(world.clock, 6000);
        expect(gone).toEqual([]);
        expect(b.peers().map(({ peerId }) => peerId)).toEqual([a.peerId]);
      });

      it('leaves alone whom the operator disconnected', async () => {
        const [a, b] = await pair();
        await world.until('learned', () => (b.remembered.get(a.peerId)?.addresses.length ?? 0) > 0);
        await b.disconnect(a.peerId);
        b.refresh();
        await sleep(world.clock, 1500);
        expect(b.peers()).toEqual([]);
      });
    });

    describe('gossip', () => {
      it('reaches subscribers over several hops, and says who spoke', async () => {
        const nodes = [await world.node(), await world.node(), await world.node()];
        const [a, b, c] = nodes as [TestNetwork, TestNetwork, TestNetwork];
        const heard: Array<[string, string]> = [];
        a.subscribe('news', () => 'accept');
        b.subscribe('news', () => 'accept');
        c.subscribe('news', (message, from) => {
          heard.push([fromUtf8(message), from]);
          return 'accept';
        });
        await a.dial(addressOf(b));
        await c.dial(addressOf(b));
        await untilHeard(world, a, 'news', () => heard.length > 0);
        expect(heard[0]).toEqual(['hello', a.peerId]);
        expect(await codeOf(a.announce('news', new Uint8Array(65 * 1024)))).toBe('p2p.too_large');
      });

      it('does not pass on what a listener does not accept', async () => {
        const nodes = [await world.node(), await world.node(), await world.node()];
        const [a, b, c] = nodes as [TestNetwork, TestNetwork, TestNetwork];
        let [atB, atC] = [0, 0];
        a.subscribe('news', () => 'accept');
        b.subscribe('news', async () => {
          atB++;
          return 'ignore' as const;
        });
        c.subscribe('news', () => {
          atC++;
          return 'accept';
        });
        await a.dial(addressOf(b));
        await c.dial(addressOf(b));
        await untilHeard(world, a, 'news', () => atB > 2);
        expect(atC).toBe(0);
      });

      it('stops when the subscription is closed', async () => {
        const [a, b] = await pair();
        let heard = 0;
        a.subscribe('news', () => 'accept');
        const subscription = b.subscribe('news', () => {
          heard++;
          return 'accept';
        });
        await untilHeard(world, a, 'news', () => heard > 0);
        await sleep(world.clock, 300);
        await subscription.close();
        const before = heard;
        await a.announce('news', utf8('late'));
        await sleep(world.clock, 300);
        expect(heard).toBe(before);
      });
    });

    describe('index', () => {
      it('finds who provides a key, and says so where there is no index', async () => {
        const server = await world.node({ dhtServer: true });
        const [a, b] = [await world.node(), await world.node()];
        const key = utf8('cap:search');
        expect(await codeOf(a.provide(key))).toBe('p2p.no_index');
        await a.dial(addressOf(server));
        await b.dial(addressOf(server));
        await eventually(world, () => a.provide(key));
        const found: string[] = [];
        await eventually(world, async () => {
          for await (const peerId of b.find(key, { limit: 5 })) found.push(peerId);
          if (found.length === 0) throw new Error('nothing yet');
        });
        expect(found).toContain(a.peerId);
        for await (const peerId of b.find(utf8('cap:none'))) expect(peerId).toBe('nobody');
      });
    });
  });
}

async function untilAborted(signal: AbortSignal, reasons: unknown[]): Promise<Uint8Array> {
  await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
  reasons.push(signal.reason);
  return new Uint8Array(0);
}

/** Gossip meshes form within a heartbeat: says it again until it is heard. */
async function untilHeard(world: Harness, from: TestNetwork, topic: string, heard: () => boolean) {
  for (let i = 0; i < 50 && !heard(); i++) {
    await from.announce(topic, utf8('hello'));
    await sleep(world.clock, 100);
  }
  expect(heard()).toBe(true);
}

async function eventually(world: Harness, attempt: () => Promise<void>): Promise<void> {
  for (let i = 0; i < 50; i++) {
    const failed = await attempt().then(
      () => false,
      () => true,
    );
    if (!failed) return;
    await sleep(world.clock, 100);
  }
  await attempt();
}
