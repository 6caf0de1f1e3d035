/** The node as a child of the desktop, with real processes and real signals; what quits, what is left, what comes back. */
import { rmSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import { CONTRACT_VERSION, contract } from '#shared/contract.ts';
import type { NodeHostState } from '#shared/features/desktop/host.ts';
import type { AppError } from '#shared/kernel/errors.ts';
import { channelInParts, channelOverMessagePort, createClient } from '#shared/kernel/rpc/index.ts';
import { openKeystore } from '#main/platform/keystore.ts';
import { openDataDir } from '#main/platform/data-dir.ts';
import { descendantsOf, stillRunning } from '#main/platform/process-tree.ts';
import { systemRandom } from '#main/platform/random.ts';
import type { DesktopHost } from '#main/shells/desktop/node-host.ts';
import { runChild } from '#test/support/child.ts';
import { eventually, program, startDaemon, temporaryDataDir } from '#test/support/daemon.ts';
import { type HostOptions, createTestHost } from '#test/support/desktop/node-host.ts';

const cleanups: Array<() => Promise<void> | void> = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

function folder(): string {
  const dataDir = temporaryDataDir();
  cleanups.push(() => rmSync(dataDir, { recursive: true, force: true }));
  return dataDir;
}

function createHost(options: Partial<HostOptions> = {}): DesktopHost {
  const host = createTestHost({ dataDir: options.dataDir ?? folder(), ...options });
  cleanups.push(() => host.close());
  return host;
}

const faultOf = (work: Promise<unknown>): Promise<AppError> =>
  work.then(
    () => {
      throw new Error('it was expected to fail');
    },
    (error: AppError) => error,
  );

const gone = (pids: number[]) => eventually(async () => (await stillRunning(pids)).length === 0);

async function addEverything(host: DesktopHost): Promise<void> {
  const transport = { type: 'stdio' as const, command: program('mcp-server-everything') };
  await host.client()['servers.add']({ name: 'everything', transport });
}

describe.each(['child', 'main'] as const)('a node hosted as %s', (kind) => {
  it('starts in phases, answers its contract, and stops in order', async () => {
    const dataDir = folder();
    const host = createHost({ dataDir, host: kind });
    const phases: Array<NodeHostState['phase']> = [];
    host.subscribe(({ phase }) => phase && phases.push(phase));
    await host.start();
    expect([...new Set(phases)]).toEqual(['process', 'storage', 'network', 'services']);
    const status = await host.client()['node.status']({});
    expect(status.dataDir).toBe(dataDir);
    expect(status.pid === process.pid).toBe(kind === 'main');
    await host.stop();
    expect(host.state().state).toBe('stopped');
    await host.start();
    expect((await host.client()['node.status']({})).providerId).toBe(status.providerId);
  });

  it('serves several windows at once, and one that leaves takes only its own streams', async () => {
    const host = createHost({ host: kind });
    await host.start();
    const windows = [new MessageChannel(), new MessageChannel()].map(({ port1, port2 }) => {
      host.connectWindow(port2);
      const channel = channelInParts(channelOverMessagePort(port1));
      return { channel, node: createClient(contract, channel, { version: CONTRACT_VERSION }) };
    });
    const [first, second] = windows as [(typeof windows)[0], (typeof windows)[0]];
    const streams = windows.map(({ node }) => node['node.watch']({})[Symbol.asyncIterator]());
    for (const stream of streams) expect((await stream.next()).done).toBe(false);
    first.channel.close();
    await expect(streams[0]?.next()).rejects.toMatchObject({ code: 'contract.disconnected' });
    expect((await second.node['node.status']({})).version).toMatch(/^\d/);
    second.channel.close();
  });

  it('asks for the passphrase, refuses a wrong one and takes the right one', async () => {
    const dataDir = folder();
    const keystore = openKeystore({
      file: openDataDir(dataDir).keysFile,
      random: systemRandom,
      passphrase: 'heather honey',
    });
    keystore.set('test/any', new Uint8Array([1]));
    const host = createHost({ dataDir, host: kind });
    expect((await faultOf(host.start())).code).toBe('keystore.passphrase_needed');
    expect((await faultOf(host.unlock('clover'))).code).toBe('keystore.wrong_passphrase');
    await host.unlock('heather honey');
    expect(host.state().state).toBe('running');
    await host.stop();
    await host.start();
  });

  it('says that a node already runs there, uses it when asked to, and leaves it running', async () => {
    const dataDir = folder();
    const daemon = await startDaemon({ dataDir });
    cleanups.push(() => daemon.stop());
    const host = createHost({ dataDir, host: kind });
    expect((await faultOf(host.start())).code).toBe('node.already_running');
    expect(host.state().restartsAt).toBeUndefined();
    await host.attach();
    expect(host.state()).toMatchObject({ host: 'attached', state: 'running' });
    expect((await host.client()['node.status']({})).pid).toBe(daemon.ready.pid);
    await host.close();
    expect(await stillRunning([daemon.ready.pid])).toEqual([daemon.ready.pid]);
  });
});

describe('a node as a child', () => {
  it('is started again after a SIGKILL, and the program’s own streams go on', async () => {
    const host = createHost();
    await host.start();
    const first = host.state().pid ?? 0;
    const pids: number[] = [];
    const following = (async () => {
      for await (const { pid } of host.client()['node.watch']({})) {
        pids.push(pid);
        if (pid !== first) return;
      }
    })();
    await eventually(() => pids.includes(first));
    process.kill(first, 'SIGKILL');
    const crashed = await eventually(() => host.state().state === 'failed' && host.state());
    expect(crashed).toMatchObject({
      fault: { code: 'desktop.node_crashed', details: { signal: 'SIGKILL' } },
    });
    await following;
    expect(host.state().state).toBe('running');
  });

  it('takes its servers with it when it stops', async () => {
    const host = createHost();
    await host.start();
    await addEverything(host);
    const node = host.state().pid ?? 0;
    const all = await eventually(async () => {
      const found = await descendantsOf(node);
      return found.length > 0 && [node, ...found];
    });
    await host.stop();
    await gone(all);
  });

  it('stops, with its servers, when its host is killed with SIGKILL', async () => {
    const dataDir = folder();
    const parent = runChild(new URL('../../support/desktop/host-process.ts', import.meta.url), [dataDir]);
    let state: NodeHostState;
    do state = JSON.parse(await parent.line()) as NodeHostState;
    while (state.state !== 'running');
    const node = state.pid ?? 0;
    expect(await stillRunning([node])).toEqual([node]);
    await parent.kill();
    await gone([node]);
    // The folder is free again: nothing holds its lock.
    const host = createHost({ dataDir });
    await host.start();
  });

  it('stops when its host dies in the middle of the start', async () => {
    const parent = runChild(new URL('../../support/desktop/host-process.ts', import.meta.url), [folder()]);
    const { pid = 0 } = JSON.parse(await parent.line()) as NodeHostState;
    await parent.kill();
    await gone([pid]);
  });

  it('is killed where it does not stop in order', async () => {
    const host = createHost();
    await host.start();
    const pid = host.state().pid ?? 0;
    // A stopped process hears no order; SIGKILL it cannot refuse.
    process.kill(pid, 'SIGSTOP');
    await host.stop();
    await gone([pid]);
    expect(host.state().state).toBe('stopped');
  });

  it('that was stopped by its command is not started again', async () => {
    const host = createHost();
    await host.start();
    await host.client()['node.stop']({});
    await eventually(() => host.state().state === 'stopped');
  });

  it('says in words that its runtime cannot be started', async () => {
    const { runNodeAsChild } = await import('#main/shells/desktop/node-run-child.ts');
    const { systemClock: clock } = await import('#main/platform/clock.ts');
    const run = runNodeAsChild(
      { command: '/no/such/node', args: [], env: {} },
      { clock },
    )({
      onPhase: () => undefined,
    });
    expect((await faultOf(run.ready)).code).toBe('desktop.node_not_started');
    await run.stop();
  });

  it('that dies at once says its last words', async () => {
    const { runNodeAsChild } = await import('#main/shells/desktop/node-run-child.ts');
    const { systemClock: clock } = await import('#main/platform/clock.ts');
    const run = runNodeAsChild(
      { command: process.execPath, args: ['-e', 'console.error("no honey"); process.exit(3)'], env: {} },
      { clock },
    )({ onPhase: () => undefined });
    expect(await faultOf(run.ready)).toMatchObject({
      code: 'desktop.node_crashed',
      details: { code: 3, lastWords: 'no honey' },
    });
    await run.stop();
  });
});
