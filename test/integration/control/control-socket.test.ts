import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { type Socket, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CONTRACT_VERSION, contract } from '#shared/contract.ts';
import type { Closeable } from '#shared/kernel/disposables.ts';
import { MAX_REQUEST_LENGTH, createClient } from '#shared/kernel/rpc/index.ts';
import { controlSocketPath, mcpSocketPath, serveControlSocket } from '#main/node/serve-contract.ts';
import { systemClock as clock } from '#main/platform/clock.ts';
import { silentLog as log } from '#main/platform/log.ts';
import { channelOverSocket, connectSocket } from '#main/platform/socket-channel.ts';
import { createMemoryNode } from './support/node-handlers.ts';

let dataDir: string;
let path: string;
const open: Closeable[] = [];
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'toolswarm-control-'));
  path = controlSocketPath(dataDir);
});
afterEach(async () => {
  for (const item of open.splice(0)) await item.close();
  rmSync(dataDir, { recursive: true, force: true });
});

async function startNode(overrides: Partial<ReturnType<typeof createMemoryNode>['handlers']> = {}) {
  const handlers = { ...createMemoryNode({ dataDir }).handlers, ...overrides };
  const served = await serveControlSocket(path, {
    contract,
    handlers,
    version: CONTRACT_VERSION,
    clock,
    log,
  });
  open.push(served);
  return served;
}

async function connectClient(version = CONTRACT_VERSION) {
  const channel = channelOverSocket(await connectSocket(path), { maxLineLength: 1_000_000 });
  open.push(channel);
  return { channel, client: createClient(contract, channel, { version }) };
}

async function speak(...lines: string[]): Promise<unknown[]> {
  const socket = connect(path);
  socket.setEncoding('utf8');
  let text = '';
  socket.on('data', (chunk: string) => {
    text += chunk;
  });
  for (const line of lines) socket.write(`${line}\n`);
  await once(socket, 'close');
  return text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as unknown);
}

describe('the control socket', () => {
  it('can be opened by its owner only', async () => {
    await startNode();
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(statSync(dirname(path)).mode & 0o777).toBe(0o700);
  });

  it('serves many callers at once', async () => {
    await startNode();
    const callers = await Promise.all(Array.from({ length: 20 }, () => connectClient()));
    const answers = await Promise.all(callers.map(({ client }) => client['node.status']({})));
    expect(answers.every((status) => status.dataDir === dataDir)).toBe(true);
  });

  it('streams', async () => {
    await startNode();
    const { client } = await connectClient();
    const items = [];
    for await (const item of client['peers.watch']({})) items.push(item);
    expect(items).toHaveLength(1);
  });

  it('carries a large answer to a slow caller and serves others meanwhile', async () => {
    const words = Array.from({ length: 20_000 }, (_, index) => `word${index}`);
    await startNode({ 'identity.revealRecoveryPhrase': () => ({ words }) });
    const slow = connect(path);
    await once(slow, 'connect');
    slow.pause();
    slow.write(`{"id":0,"method":"$/hello","params":{"version":${CONTRACT_VERSION}}}\n`);
    for (let id = 1; id <= 40; id += 1)
      slow.write(`{"id":${id},"method":"identity.revealRecoveryPhrase","params":{}}\n`);
    const { client } = await connectClient();
    await expect(client['node.status']({})).resolves.toMatchObject({ dataDir });
    slow.destroy();
  });

  it('refuses broken JSON with a code and hangs up', async () => {
    await startNode();
    expect(await speak('this is not JSON')).toMatchObject([
      { error: { code: -32700, data: { code: 'contract.malformed' } } },
    ]);
  });

  it('hangs up on a line without an end before it fills the memory', async () => {
    await startNode();
    const socket: Socket = connect(path);
    const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
    const drained = () => new Promise<void>((resolve) => socket.once('drain', () => resolve()));
    socket.on('error', () => undefined);
    const piece = 'x'.repeat(1024 * 1024);
    let sent = 0;
    while (!socket.destroyed && sent < 4 * MAX_REQUEST_LENGTH) {
      sent += piece.length;
      if (!socket.write(piece)) await Promise.race([drained(), closed]);
    }
    await closed;
    expect(sent).toBeLessThan(4 * MAX_REQUEST_LENGTH);
    await expect((await connectClient()).client['node.status']({})).resolves.toBeDefined();
  });

  it('tells a caller of another version so in words', async () => {
    await startNode();
    const { client } = await connectClient(CONTRACT_VERSION + 1);
    await expect(client['node.status']({})).rejects.toMatchObject({
      code: 'contract.version',
      retryable: false,
    });
  });

  it('aborts the handlers of a caller that goes away', async () => {
    const aborted = Promise.withResolvers<string>();
    await startNode({
      'tools.call': (_, { signal }) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => {
            aborted.resolve((signal.reason as { code: string }).code);
            reject(signal.reason as Error);
          });
        }),
    });
    const { channel, client } = await connectClient();
    const call = client['tools.call']({ id: 'x' }).catch((error: { code: string }) => error.code);
    await client['node.status']({});
    channel.close();
    expect(await call).toBe('contract.disconnected');
    expect(await aborted.promise).toBe('contract.disconnected');
  });

  it('replaces the socket that a killed node left behind', async () => {
    await startNode().then((served) => served.close());
    writeFileSync(path, '');
    await startNode();
    await expect((await connectClient()).client['node.status']({})).resolves.toBeDefined();
  });

  it('does not take the place of a node that lives', async () => {
    await startNode();
    await expect(startNode()).rejects.toMatchObject({ code: 'node.already_running' });
    await expect((await connectClient()).client['node.status']({})).resolves.toBeDefined();
  });

  it.skipIf(process.platform === 'win32')('refuses a folder that others may enter', async () => {
    await (await startNode()).close();
    chmodSync(dirname(path), 0o777);
    await expect(startNode()).rejects.toMatchObject({ code: 'node.unsafe_folder' });
  });

  it('ends its callers when it closes', async () => {
    const served = await startNode();
    const { client, channel } = await connectClient();
    await client['node.status']({});
    const closed = new Promise<void>((resolve) => channel.onClose(() => resolve()));
    await served.close();
    await closed;
    await expect(client['node.status']({})).rejects.toMatchObject({ code: 'contract.disconnected' });
  });

  it('lies elsewhere where the data folder’s path is too long, and works there', async () => {
    const deep = join(dataDir, 'x'.repeat(120));
    path = controlSocketPath(deep);
    expect(Buffer.byteLength(path)).toBeLessThan(104);
    expect(path).not.toBe(mcpSocketPath(deep));
    expect(controlSocketPath(deep)).toBe(path);
    await startNode();
    await expect((await connectClient()).client['node.status']({})).resolves.toBeDefined();
    expect(statSync(dirname(path)).mode & 0o777).toBe(0o700);
    for (const item of open.splice(0)) await item.close();
    rmSync(dirname(path), { recursive: true, force: true });
  });
});
