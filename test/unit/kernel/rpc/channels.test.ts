/** Every form of channel obeys the same rules; each is tried over the real thing. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, type Server, type Socket, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import {
  type Channel,
  acceptOver,
  channelInParts,
  channelOverMessagePort,
  channelOverProcess,
  channelOverWebSocket,
  createChannelPair,
  createClient,
  joinChannels,
  openOver,
  openWebSocketChannel,
  serve,
} from '#shared/kernel/rpc/index.ts';
import { systemClock as clock } from '#main/platform/clock.ts';
import { channelOverSocket, connectSocket } from '#main/platform/socket-channel.ts';
import { VERSION, createTestHandlers, testContract } from './support.ts';

type Pair = [near: Channel, far: Channel];
const cleanups: Array<() => void> = [];
afterEach(() => {
  for (const cleanup of cleanups.splice(0)) cleanup();
});

async function memory(): Promise<Pair> {
  return createChannelPair();
}

async function messagePorts(): Promise<Pair> {
  const { port1, port2 } = new MessageChannel();
  return [channelOverMessagePort(port1), channelOverMessagePort(port2)];
}

/** Electron's ports are event emitters: `on` instead of `addEventListener`, and nothing before `start`. */
async function emitterPorts(): Promise<Pair> {
  const { port1, port2 } = new MessageChannel();
  const asEmitter = (port: MessagePort) => ({
    postMessage: (message: string) => port.postMessage(message),
    close: () => port.close(),
    start: () => port.start(),
    on: (type: 'message' | 'close', listener: (event?: { data?: unknown }) => void) =>
      port.addEventListener(type, listener as EventListener),
  });
  return [channelOverMessagePort(asEmitter(port1)), channelOverMessagePort(asEmitter(port2))];
}

async function webSockets(): Promise<Pair> {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
  cleanups.push(() => server.close());
  await once(server, 'listening');
  const accepted = once(server, 'connection');
  const { port } = server.address() as AddressInfo;
  const near = await openWebSocketChannel(new WebSocket(`ws://127.0.0.1:${port}`), { clock });
  const [socket] = (await accepted) as [WebSocket];
  return [near, channelOverWebSocket(socket, { clock })];
}

async function listenForOne(): Promise<{ server: Server; accepted: Promise<Socket>; near: Promise<Socket> }> {
  const server = createServer();
  cleanups.push(() => server.close());
  const accepted = new Promise<Socket>((resolve) => server.once('connection', resolve));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const { connect } = await import('node:net');
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  return { server, accepted, near: Promise.resolve(socket) };
}

async function sockets(maxLineLength = 1_000_000): Promise<Pair> {
  const { accepted, near } = await listenForOne();
  return [
    channelOverSocket(await near, { maxLineLength }),
    channelOverSocket(await accepted, { maxLineLength }),
  ];
}

/** The IPC of a real child, which passes everything on to a socket of ours. */
async function childProcess(): Promise<Pair> {
  const folder = mkdtempSync(join(tmpdir(), 'toolswarm-ipc-'));
  const server = createServer();
  const accepted = once(server, 'connection');
  server.listen(join(folder, 's'));
  await once(server, 'listening');
  const child = fork(new URL('ipc-relay.ts', import.meta.url), [join(folder, 's')]);
  cleanups.push(() => {
    child.kill('SIGKILL');
    server.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const near = channelOverProcess(child);
  const joined = received(near, 1);
  const [socket] = (await accepted) as [Socket];
  const far = channelOverSocket(socket, { maxLineLength: 10_000_000 });
  await joined;
  return [near, far];
}

/** One of several over one, and others beside it. */
async function multiplexed(carriers: () => Promise<Pair> = memory): Promise<Pair> {
  const [near, far] = await carriers();
  const opener = openOver(near);
  const others = [opener.open('other')];
  const accepted = new Promise<Channel>((resolve) =>
    acceptOver(far, (channel, label) => label === 'wanted' && resolve(keepEarly(channel))),
  );
  const wanted = opener.open('wanted');
  others.push(opener.open('other'));
  return [wanted, await accepted];
}

/** A test sets its receiver later than a real acceptor does. */
function keepEarly(channel: Channel): Channel {
  const early: string[] = [];
  channel.onMessage((message) => early.push(message));
  return {
    ...channel,
    onMessage(listener) {
      channel.onMessage(listener);
      early.splice(0).forEach(listener);
    },
  };
}

async function inParts(carriers: () => Promise<Pair> = memory): Promise<Pair> {
  const [near, far] = await carriers();
  return [channelInParts(near), channelInParts(far)];
}

/** As a window has its node: a port, joined to one of several channels over the IPC of a child. */
async function windowToNode(): Promise<Pair> {
  const [page, port] = await messagePorts();
  const [opened, accepted] = await multiplexed(childProcess);
  joinChannels(port, opened);
  return [channelInParts(page), channelInParts(accepted)];
}

const closedOf = (channel: Channel) => new Promise<unknown>((resolve) => channel.onClose(resolve));

function received(channel: Channel, count: number): Promise<string[]> {
  const messages: string[] = [];
  return new Promise((resolve) =>
    channel.onMessage((message) => {
      messages.push(message);
      if (messages.length === count) resolve(messages);
    }),
  );
}

describe.each([
  ['memory', memory],
  ['DOM message ports', messagePorts],
  ['emitter message ports', emitterPorts],
  ['WebSockets', webSockets],
  ['sockets', () => sockets()],
  ['the IPC of a child process', childProcess],
  ['one of several over one', () => multiplexed()],
  ['parts', () => inParts()],
  ['parts over a port, joined to one of several over the IPC of a child', windowToNode],
])('a channel over %s', (_, open) => {
  it('carries whole messages both ways, in order', async () => {
    const [near, far] = await open();
    const sent = [
      '{"a":1}',
      'ä\u2028😀',
      'x'.repeat(300_000),
      ...Array.from({ length: 50 }, (_item, n) => `m${n}`),
    ];
    const there = received(far, sent.length);
    const back = received(near, 1);
    for (const message of sent) near.send(message);
    far.send('back');
    expect(await there).toEqual(sent);
    expect(await back).toEqual(['back']);
    near.close();
  });

  it('tells both ends once that one of them closed, and then is silent', async () => {
    const [near, far] = await open();
    const ends = Promise.all([closedOf(near), closedOf(far)]);
    near.close();
    near.close();
    await ends;
    near.send('too late');
    far.send('too late');
    await expect(near.drained()).resolves.toBeUndefined();
    await closedOf(near);
  });

  it('delivers what was sent before it closed', async () => {
    const [near, far] = await open();
    const there = received(far, 2);
    near.send('one');
    near.send('two');
    near.close();
    expect(await there).toEqual(['one', 'two']);
  });

  it('carries the contract', async () => {
    const [near, far] = await open();
    serve(testContract, createTestHandlers().handlers, far, { version: VERSION });
    const client = createClient(testContract, near, { version: VERSION });
    const items: number[] = [];
    for await (const { n } of client['count.up']({ to: 200 })) items.push(n);
    expect(items).toHaveLength(200);
    await expect(client['math.add']({ a: 20, b: 22 })).resolves.toEqual({ sum: 42 });
    near.close();
  });
});

describe('a channel over sockets', () => {
  it('puts lines together however the bytes are cut', async () => {
    const { accepted, near } = await listenForOne();
    const far = channelOverSocket(await accepted, { maxLineLength: 1000 });
    const there = received(far, 3);
    const socket = await near;
    socket.setNoDelay(true);
    for (const byte of Buffer.from('{"a":"ä"}\n\n  \n{"b":2}\r\n{"c":3}\n')) {
      socket.write(Buffer.of(byte));
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect((await there).map((line) => JSON.parse(line))).toEqual([{ a: 'ä' }, { b: 2 }, { c: 3 }]);
    far.close();
  });

  it.each([
    ['one piece', [`${'x'.repeat(2000)}\n`]],
    ['a line that never ends', ['x'.repeat(600), 'x'.repeat(600)]],
  ])('closes on a line that is too long, in %s', async (_, pieces) => {
    const { accepted, near } = await listenForOne();
    const far = channelOverSocket(await accepted, { maxLineLength: 1000 });
    const messages: string[] = [];
    far.onMessage((message) => messages.push(message));
    const closed = closedOf(far);
    for (const piece of pieces) (await near).write(piece);
    expect(await closed).toMatchObject({ code: 'contract.too_large' });
    expect(messages).toEqual([]);
  });

  it('is not writable while the other end does not read, and drains when it does', async () => {
    const { accepted, near } = await listenForOne();
    const reader = await accepted;
    reader.pause();
    const channel = channelOverSocket(await near, { maxLineLength: 1000 });
    while (channel.writable) channel.send('x'.repeat(100_000));
    const drained = channel.drained();
    reader.resume();
    await drained;
    expect(channel.writable).toBe(true);
    channel.close();
  });

  it('rejects where nobody listens', async () => {
    await expect(connectSocket('/tmp/toolswarm-no-such-socket')).rejects.toMatchObject({ code: 'ENOENT' });
  });
});

describe('a channel over WebSockets', () => {
  it('cannot be opened where nobody listens', async () => {
    const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    server.close();
    await once(server, 'close');
    const opening = openWebSocketChannel(new WebSocket(`ws://127.0.0.1:${port}`), { clock });
    await expect(opening).rejects.toMatchObject({ code: 'contract.unreachable', retryable: true });
  });

  it('closes on a message that is not text', async () => {
    const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
    cleanups.push(() => server.close());
    await once(server, 'listening');
    const accepted = once(server, 'connection');
    const socket = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`);
    const [far] = (await accepted) as [WebSocket];
    const channel = channelOverWebSocket(far, { clock });
    const closed = closedOf(channel);
    if (socket.readyState !== WebSocket.OPEN) await once(socket, 'open');
    socket.send(Buffer.of(1, 2, 3));
    expect(await closed).toMatchObject({ code: 'contract.malformed' });
  });
});
