import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { NodeHostState } from '#shared/features/desktop/host.ts';
import { AppError } from '#shared/kernel/errors.ts';
import { createDesktopHost } from '#main/shells/desktop/create-node-host.ts';
import { MAX_CRASHES } from '#main/shells/desktop/node-host-rules.ts';
import { silentLog } from '#main/platform/log.ts';
import { createSeededRandom } from '#test/support/random.ts';
import { createVirtualClock } from '#test/support/virtual-clock.ts';
import { crash, createFakeNode } from './fake-node.ts';

function setUp({ stopsAtOnce = true, known }: { stopsAtOnce?: boolean; known?: string } = {}) {
  const clock = createVirtualClock();
  const node = createFakeNode({ stopsAtOnce });
  const other = createFakeNode();
  const kept: string[] = [];
  const host = createDesktopHost({
    run: node.run,
    kind: 'child',
    attach: other.run,
    passphrases: {
      recall: () => Promise.resolve(kept.at(-1) ?? known),
      keep: (passphrase) => Promise.resolve(void kept.push(passphrase)),
    },
    clock,
    random: createSeededRandom('host'),
    log: silentLog,
  });
  const states: NodeHostState[] = [];
  host.subscribe((state) => states.push(state));
  const words = () => states.map(({ state, phase }) => (phase ? `${state}:${phase}` : state));
  const settle = () => clock.advance(0);
  const failureOf = (work: Promise<void>) =>
    work.then(
      () => undefined,
      (error: AppError) => error.code,
    );
  return { clock, node, other, host, states, words, settle, kept, failureOf };
}

async function running(options?: Parameters<typeof setUp>[0]) {
  const set = setUp(options);
  const started = set.host.start();
  await set.settle();
  set.node.last().becomeReady();
  await started;
  return set;
}

describe('the host of a node', () => {
  it('shows each step of a start, and is done when the node runs', async () => {
    const { host, node, words, settle } = setUp();
    const started = host.start();
    await settle();
    node.last().phase('storage');
    node.last().phase('network');
    node.last().becomeReady();
    await started;
    expect(words()).toEqual(['starting:process', 'starting:storage', 'starting:network', 'running']);
    expect(host.state()).toMatchObject({ host: 'child', state: 'running', pid: 1001 });
    await host.start();
    expect(node.runs).toHaveLength(1);
  });

  it('starts once for everyone who asks at the same time', async () => {
    const { host, node, settle } = setUp();
    const all = Promise.all([host.start(), host.start(), host.unlock('x')]);
    await settle();
    node.last().becomeReady();
    await all;
    expect(node.runs).toHaveLength(1);
  });

  it('says why a node cannot run, and leaves the next try to the person', async () => {
    const { host, node, clock, failureOf, settle } = setUp();
    const started = failureOf(host.start());
    await settle();
    node.last().refuse(new AppError('node.port_in_use', 'Port 7420 is in use.', { advice: 'Free it.' }));
    expect(await started).toBe('node.port_in_use');
    expect(host.state()).toMatchObject({
      state: 'failed',
      fault: { code: 'node.port_in_use', advice: 'Free it.' },
    });
    expect(host.state().restartsAt).toBeUndefined();
    expect(node.last().stops).toBe(1);
    await clock.advance(600_000);
    expect(node.runs).toHaveLength(1);
  });

  it('starts a node that crashed again by itself, later each time, and at last leaves it', async () => {
    const { host, node, clock, states } = await running();
    const pauses: number[] = [];
    for (;;) {
      node.last().end({ fault: crash() });
      await clock.advance(0);
      const { restartsAt, state } = host.state();
      expect(state).toBe('failed');
      if (restartsAt === undefined) break;
      pauses.push(restartsAt - clock.now());
      await clock.advance(restartsAt - clock.now());
      node.last().becomeReady();
      await clock.advance(0);
      expect(host.state().state).toBe('running');
    }
    expect(pauses).toHaveLength(MAX_CRASHES);
    expect(pauses.every((pause, index) => index === 0 || pause > (pauses[index - 1] ?? 0))).toBe(true);
    expect(node.most()).toBe(1);
    expect(states.at(-1)).toMatchObject({ state: 'failed', fault: { code: 'desktop.node_crashed' } });
  });

  it('forgets earlier crashes of a node that ran well since', async () => {
    const { host, node, clock } = await running();
    for (let times = 0; times < 3 * MAX_CRASHES; times += 1) {
      await clock.advance(120_000);
      node.last().end({ fault: crash() });
      await clock.advance(2_000);
      node.last().becomeReady();
      await clock.advance(0);
    }
    expect(host.state().state).toBe('running');
  });

  it('does not start a node again that somebody stopped from elsewhere', async () => {
    const { host, node, clock } = await running();
    node.last().end();
    await clock.advance(600_000);
    expect(host.state()).toMatchObject({ state: 'stopped' });
    expect(node.runs).toHaveLength(1);
  });

  it('stops a running node and leaves it stopped', async () => {
    const { host, node, clock, words } = await running();
    await host.stop();
    await clock.advance(600_000);
    expect(words().slice(-2)).toEqual(['stopping', 'stopped']);
    expect(node.runs).toHaveLength(1);
  });

  it('stops a node in the middle of its start; who waited for it is told', async () => {
    const { host, node, failureOf, settle } = setUp();
    const started = failureOf(host.start());
    await settle();
    await host.stop();
    expect(await started).toBe('desktop.node_stopped');
    expect(host.state().state).toBe('stopped');
    expect(node.last().stops).toBeGreaterThan(0);
  });

  it('a stop takes back the start that waits after a crash', async () => {
    const { host, node, clock } = await running();
    node.last().end({ fault: crash() });
    await clock.advance(0);
    expect(host.state().restartsAt).toBeDefined();
    await host.stop();
    await clock.advance(600_000);
    expect(node.runs).toHaveLength(1);
    expect(host.state()).toMatchObject({ state: 'stopped' });
    expect(host.state().fault).toBeUndefined();
  });

  it('a start during a stop comes after it', async () => {
    const { host, node, settle } = await running({ stopsAtOnce: false });
    const stopped = host.stop();
    const started = host.start();
    await settle();
    expect(node.runs).toHaveLength(1);
    node.last().end();
    await stopped;
    await settle();
    expect(node.runs).toHaveLength(2);
    node.last().becomeReady();
    await started;
    expect(node.most()).toBe(1);
  });

  it('hands over the known passphrase, and keeps one that a person gave only where it was right', async () => {
    const { host, node, kept, failureOf, settle } = setUp({ known: 'old' });
    const first = failureOf(host.start());
    await settle();
    expect(node.last().passphrase).toBe('old');
    node.last().refuse(new AppError('keystore.wrong_passphrase', 'Wrong.'));
    await first;
    const second = failureOf(host.unlock('guess'));
    await settle();
    node.last().refuse(new AppError('keystore.wrong_passphrase', 'Wrong.'));
    expect(await second).toBe('keystore.wrong_passphrase');
    expect(kept).toEqual([]);
    const third = host.unlock('right');
    await settle();
    node.last().becomeReady();
    await third;
    expect(kept).toEqual(['right']);
  });

  it('uses another’s node when asked to, and lets go of it at the end', async () => {
    const { host, node, other, failureOf, settle } = setUp();
    const refused = failureOf(host.start());
    await settle();
    node.last().refuse(new AppError('node.already_running', 'Running.'));
    await refused;
    const attached = host.attach();
    await settle();
    other.last().becomeReady();
    await attached;
    expect(host.state()).toMatchObject({ host: 'attached', state: 'running' });
    await host.close();
    expect(other.last().isOver).toBe(true);
    expect(host.state()).toMatchObject({ host: 'child', state: 'stopped' });
  });

  it('says that a phase is slow, and gives up one that never ends; opening the database it waits for', async () => {
    const { host, node, clock, settle } = setUp();
    const started = host.start().catch((error: AppError) => error.code);
    await settle();
    node.last().phase('storage');
    await clock.advance(25_000);
    expect(host.state()).toMatchObject({ state: 'starting', phase: 'storage', slow: true });
    await clock.advance(3_600_000);
    expect(host.state()).toMatchObject({ state: 'starting', phase: 'storage' });
    node.last().phase('network');
    expect(host.state().slow).toBeUndefined();
    await clock.advance(120_000);
    expect(await started).toBe('desktop.node_silent');
    expect(host.state()).toMatchObject({ state: 'failed', fault: { code: 'desktop.node_silent' } });
    expect(host.state().restartsAt).toBeDefined();
  });

  it('shows a node that builds itself anew as starting, and as running again', async () => {
    const { node, words } = await running();
    node.last().phase('storage');
    node.last().phase('running');
    expect(words().slice(-3)).toEqual(['running', 'starting:storage', 'running']);
  });

  it('joins a window’s port to the node, and closes it where there is none', async () => {
    const { host, node } = await running();
    const { port1, port2 } = new MessageChannel();
    host.connectWindow(port2);
    port1.postMessage('.hello');
    const heard = await new Promise((resolve) => node.last().lines.at(-1)?.onMessage(resolve));
    expect(heard).toBe('.hello');
    await host.stop();
    const late = new MessageChannel();
    const closed = new Promise((resolve) => late.port1.addEventListener('message', resolve));
    late.port1.start();
    host.connectWindow(late.port2);
    await closed;
    for (const port of [port1, late.port1]) port.close();
  });

  it('never has two nodes at a time and leaves none, whatever happens in whatever order', async () => {
    const step = fc.constantFrom('start', 'stop', 'ready', 'refuse', 'crash', 'leave', 'wait', 'phase');
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 30 }), fc.boolean(), async (steps, stopsAtOnce) => {
        const { host, node, clock } = setUp({ stopsAtOnce });
        const ignore = () => undefined;
        for (const name of steps) {
          if (name === 'start') host.start().catch(ignore);
          if (name === 'stop') host.stop().catch(ignore);
          if (name === 'ready') node.runs.at(-1)?.becomeReady();
          if (name === 'refuse') node.runs.at(-1)?.refuse(new AppError('test.refused', 'No.'));
          if (name === 'crash') node.runs.at(-1)?.end({ fault: crash() });
          if (name === 'leave') node.runs.at(-1)?.end();
          if (name === 'phase') node.runs.at(-1)?.phase('network');
          if (name === 'wait') await clock.advance(1_500);
          await clock.advance(0);
          expect(node.most()).toBeLessThanOrEqual(1);
        }
        const closed = host.close();
        for (let tries = 0; tries < 5; tries += 1) {
          node.runs.at(-1)?.end();
          await clock.advance(0);
        }
        await closed;
        await clock.advance(600_000);
        expect(host.state().state).toBe('stopped');
        expect(node.runs.every(({ isOver }) => isOver)).toBe(true);
      }),
      { numRuns: 200 },
    );
  });
});
