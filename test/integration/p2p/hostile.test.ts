/** Peers that break the protocol cost their own connection, nothing else. */
import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { encodeCbor } from '#shared/kernel/canonical.ts';
import type { Clock } from '#shared/kernel/clock.ts';
import { utf8 } from '#shared/kernel/bytes.ts';
import { decodeFault } from '#shared/features/p2p/hello.ts';
import { createLibp2pNetwork } from '#main/features/p2p/index.ts';
import { FLAGS, FRAME_TYPES } from '#main/features/p2p/rpc/frames.ts';
import { systemClock } from '#main/platform/clock.ts';
import { createHarness, type Harness, type TestNetwork } from '#test/support/network/harness.ts';
import { createRawPeer, type RawLink, type RawPeer } from '#test/support/network/raw-peer.ts';

const ECHO = '/toolswarm/echo/1';
const RAW_SEED = 200;

/** Timers of the node under test run forty times as fast: its ten seconds of patience end within one. */
const hurried: Clock = {
  ...systemClock,
  after: (delayMs, run) => systemClock.after(delayMs / 40, run),
};

/** A request frame's payload. */
function request(protocol: string, body: Uint8Array): Uint8Array {
  const head = Uint8Array.of(0, 0, 0x75, 0x30, protocol.length, ...utf8(protocol));
  return Uint8Array.of(...head, ...body);
}

const goodbyeCode = (link: RawLink): string | undefined => {
  const goodbye = link.frames.find(({ type }) => type === FRAME_TYPES.goodbye);
  return goodbye && decodeFault(goodbye.payload).code;
};

describe('hostile peers', () => {
  let world: Harness;
  let node: TestNetwork;
  let friend: TestNetwork;
  let raw: RawPeer;

  async function setUp(clock: Clock): Promise<void> {
    world = createHarness(clock, createLibp2pNetwork, ['/ip4/127.0.0.1/tcp/0']);
    node = await world.node({ limits: { window: 256 * 1024, calls: 4, requestBytes: 1024 * 1024 } });
    friend = await world.node();
    node.serve(ECHO, (payload) => payload);
    await friend.dial(address());
    raw = await createRawPeer(RAW_SEED);
  }

  const address = (): string => node.addresses()[0] ?? '';
  const counted = (code: string) => world.until(`${code} is counted`, () => (node.drops()[code] ?? 0) > 0);

  async function expectUnharmed(): Promise<void> {
    expect(await friend.call(node.peerId, ECHO, utf8('still')).response).toEqual(utf8('still'));
    expect(node.peers().map(({ peerId }) => peerId)).toContain(friend.peerId);
    expect(node.peers().map(({ peerId }) => peerId)).not.toContain(raw.peerId);
  }

  beforeEach(() => setUp(systemClock));
  afterEach(async () => {
    await raw.stop();
    await world.close();
  });

  const MALFORMED: Array<[string, (link: RawLink) => void]> = [
    ['garbage', (link) => link.bytes(utf8('GET / HTTP/1.1\r\nHost: example\r\n\r\n'))],
    ['a frame beyond the limit', (link) => link.bytes(Uint8Array.of(0, 4, 0x10, 0, 9, 0, 0, 0, 0, 0))],
    ['a frame shorter than its header', (link) => link.bytes(Uint8Array.of(0, 0, 0, 1, 9))],
    ['a call before its hello', (link) => link.frame(FRAME_TYPES.request, { id: 1 })],
    [
      'two hellos',
      (link) => {
        link.greet();
        link.greet();
      },
    ],
    [
      'a hello without limits',
      (link) => link.frame(FRAME_TYPES.hello, { payload: encodeCbor({ min: 1, max: 1 }) }),
    ],
    [
      'half a request',
      (link) => {
        link.greet();
        link.frame(FRAME_TYPES.request, { id: 1, payload: Uint8Array.of(0, 0, 0, 1, 200) });
      },
    ],
    [
      'one call id twice',
      (link) => {
        node.serve('/toolswarm/never/1', () => new Promise(() => undefined));
        link.greet();
        for (let i = 0; i < 2; i++)
          link.frame(FRAME_TYPES.request, { id: 1, payload: request('/toolswarm/never/1', utf8('')) });
      },
    ],
    [
      'a frame type nobody knows',
      (link) => {
        link.greet();
        link.frame(99);
      },
    ],
  ];

  it.each(MALFORMED)('%s ends the link as malformed', async (_name, speak) => {
    const link = await raw.open(address());
    speak(link);
    await link.ended;
    await counted('p2p.malformed');
    expect(goodbyeCode(link)).toBe('p2p.malformed');
    await expectUnharmed();
  });

  it('bytes that are not canonical CBOR end the link', async () => {
    const link = await raw.open(address());
    link.frame(FRAME_TYPES.hello, { payload: Uint8Array.of(0x9f, 0x01, 0xff) });
    await link.ended;
    await counted('kernel.malformed');
    await expectUnharmed();
  });

  it('skips frames marked as ignorable, and fields of the hello that it does not know', async () => {
    const link = await raw.open(address());
    link.frame(77, { flags: FLAGS.ignorable, payload: utf8('from the future') });
    link.greet({ shoeSize: 46 } as never);
    await world.until('admitted', () => node.peers().some(({ peerId }) => peerId === raw.peerId));
    link.frame(78, { flags: FLAGS.ignorable, id: 4 });
    link.frame(FRAME_TYPES.request, { id: 1, payload: request(ECHO, utf8('hi')) });
    await world.until('answered', () => link.frames.some(({ type }) => type === FRAME_TYPES.response));
    expect(link.frames.find(({ type }) => type === FRAME_TYPES.response)?.payload).toEqual(utf8('hi'));
  });

  it('tells a newer major that it is too new', async () => {
    const link = await raw.open(address());
    link.greet({ min: 2, max: 7 });
    await link.ended;
    expect(goodbyeCode(link)).toBe('p2p.too_new');
    await counted('p2p.too_new');
    await expectUnharmed();
  });

  it('refuses the certificate of somebody else', async () => {
    const strict = await world.node({
      admit: (peerId, certificate) =>
        certificate[0] === RAW_SEED && peerId === raw.peerId
          ? { ok: true, providerId: 'provider-raw' }
          : { ok: false, code: 'identity.wrong_node', message: 'The certificate names another node.' },
    });
    const refused: string[] = [];
    strict.on('peerRefused', ({ code }) => refused.push(code));
    const thief = await raw.open(strict.addresses()[0] ?? '');
    thief.greet({ certificate: Uint8Array.of(1) });
    await thief.ended;
    expect(goodbyeCode(thief)).toBe('identity.wrong_node');
    await world.until('told', () => refused.includes('identity.wrong_node'));
    expect(strict.peers()).toEqual([]);
  });

  it('answers busy beyond the number of calls, and too large beyond the size', async () => {
    node.serve('/toolswarm/never/1', () => new Promise(() => undefined));
    const link = await raw.open(address());
    link.greet();
    for (let id = 1; id <= 11; id += 2)
      link.frame(FRAME_TYPES.request, { id, payload: request('/toolswarm/never/1', utf8('')) });
    const codes = () =>
      link.frames
        .filter(({ type }) => type === FRAME_TYPES.error)
        .map(({ payload }) => decodeFault(payload).code);
    await world.until('two are refused', () => codes().length === 2);
    expect(codes()).toEqual(['p2p.busy', 'p2p.busy']);
    for (let id = 1; id <= 7; id += 2) link.frame(FRAME_TYPES.cancel, { id });
    expect(await friend.call(node.peerId, ECHO, utf8('on')).response).toEqual(utf8('on'));
  });

  it('ends a link that ignores credit', async () => {
    node.serve('/toolswarm/never/1', () => new Promise(() => undefined));
    const link = await raw.open(address());
    link.greet();
    link.frame(FRAME_TYPES.request, { id: 1, payload: request('/toolswarm/never/1', utf8('')) });
    for (let i = 0; i < 6; i++) link.frame(FRAME_TYPES.data, { id: 1, payload: new Uint8Array(60_000) });
    await link.ended;
    expect(goodbyeCode(link)).toBe('p2p.flooding');
    await expectUnharmed();
  });

  it('takes one stream for calls per connection', async () => {
    const first = await raw.open(address());
    first.greet();
    await world.until('admitted', () => node.peers().some(({ peerId }) => peerId === raw.peerId));
    const second = await raw.open(address()).catch(() => undefined);
    await second?.ended;
    first.frame(FRAME_TYPES.request, { id: 1, payload: request(ECHO, utf8('first')) });
    await world.until('answered', () => first.frames.some(({ type }) => type === FRAME_TYPES.response));
  });

  it('survives bytes on the port that are not libp2p at all', async () => {
    const socket = connect(Number(address().split('/')[4]), '127.0.0.1');
    socket.on('error', () => undefined);
    socket.write(Buffer.alloc(100_000, 0xff));
    await new Promise((resolve) => setTimeout(resolve, 200));
    await expectUnharmed();
    socket.destroy();
  });

  it('says that a libp2p node without our protocol is none of ours', async () => {
    const failed = await node.dial(raw.addresses()[0] ?? '').catch((error: unknown) => error);
    expect(failed).toMatchObject({ code: 'p2p.not_toolswarm', retryable: false });
    await expectUnharmed();
  });

  it('ends the calls of a peer that is blocked in their midst, and keeps it out', async () => {
    const blocked = new Set<string>();
    const guarded = await world.node({ gate: (peerId) => !blocked.has(peerId) });
    const aborted: unknown[] = [];
    guarded.serve(
      '/toolswarm/never/1',
      (_payload, { signal }) =>
        new Promise((_resolve, reject) =>
          signal.addEventListener('abort', () => {
            aborted.push(signal.reason);
            reject(signal.reason as Error);
          }),
        ),
    );
    await friend.dial(guarded.addresses()[0] ?? '');
    const call = friend.call(guarded.peerId, '/toolswarm/never/1', utf8('')).response;
    await world.until('it runs', () => guarded.peers().length === 1);
    await new Promise((resolve) => setTimeout(resolve, 50));
    blocked.add(friend.peerId);
    await guarded.disconnect(friend.peerId);
    await expect(call).rejects.toMatchObject({ code: 'p2p.unreachable' });
    await world.until('the handler is told', () => aborted.length === 1);
    const again = friend.call(guarded.peerId, '/toolswarm/never/1', utf8('')).response;
    await expect(again).rejects.toMatchObject({ code: 'p2p.unreachable' });
    expect(guarded.peers()).toEqual([]);
  });

  describe('slow ones', () => {
    beforeEach(async () => {
      await raw.stop();
      await world.close();
      await setUp(hurried);
    });

    it('are dropped when they connect and say nothing', async () => {
      await raw.connect(address());
      await counted('p2p.no_hello');
      await expectUnharmed();
    });

    it('are dropped when their hello never ends', async () => {
      const link = await raw.open(address());
      link.bytes(Uint8Array.of(0, 0, 4, 0, FRAME_TYPES.hello));
      const drip = setInterval(() => {
        if (link.stream.writeStatus === 'writable') link.bytes(Uint8Array.of(0));
      }, 20);
      await link.ended;
      clearInterval(drip);
      await counted('p2p.no_hello');
      await expectUnharmed();
    });
  });
});
