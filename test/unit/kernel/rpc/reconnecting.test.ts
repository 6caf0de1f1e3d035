import { describe, expect, it } from 'vitest';
import { AppError } from '#shared/kernel/errors.ts';
import {
  type Channel,
  createChannelPair,
  createReconnectingClient,
  serve,
} from '#shared/kernel/rpc/index.ts';
import { createManualClock } from '#test/support/clock.ts';
import { VERSION, createTestHandlers, settle, testContract } from './support.ts';

/** A node that can be taken down and brought back, and a client that holds on to it. */
function createWorld({ startsUp = true, nodeVersion = VERSION } = {}) {
  const clock = createManualClock();
  const { handlers, observed } = createTestHandlers();
  const node = {
    up: startsUp,
    attempts: 0,
    last: undefined as Channel | undefined,
    refuse: undefined as AppError | undefined,
  };
  const link = createReconnectingClient(
    testContract,
    async () => {
      node.attempts += 1;
      if (node.refuse) throw node.refuse;
      if (!node.up) throw new Error('nobody there');
      const [here, there] = createChannelPair();
      serve(testContract, handlers, there, { version: nodeVersion });
      node.last = there;
      return here;
    },
    { clock, random: { bytes: (length) => new Uint8Array(length), float: () => 0.5 }, version: VERSION },
  );
  const phases: string[] = [];
  link.subscribe(() => phases.push(link.getState().phase));
  const goDown = async () => {
    node.up = false;
    node.last?.close();
    await settle();
  };
  return { clock, node, link, observed, phases, goDown };
}

describe('a reconnecting client', () => {
  it('lets calls wait for the first connection', async () => {
    const { link } = createWorld();
    expect(link.getState().phase).toBe('connecting');
    await expect(link.client['math.add']({ a: 1, b: 2 })).resolves.toEqual({ sum: 3 });
    expect(link.getState()).toEqual({ phase: 'connected', failures: 0 });
    link.close();
  });

  it('refuses calls as retryable while away, and makes them again once it is back', async () => {
    const { link, node, clock, goDown } = createWorld();
    await link.client['math.add']({ a: 1, b: 2 });
    clock.advance(60_000);
    await goDown();
    expect(link.getState()).toMatchObject({ phase: 'waiting', failures: 0, retryAt: clock.now() + 250 });
    await expect(link.client['math.add']({ a: 1, b: 2 })).rejects.toMatchObject({
      code: 'contract.disconnected',
      retryable: true,
    });
    node.up = true;
    clock.advance(250);
    await settle();
    expect(link.getState().phase).toBe('connected');
    await expect(link.client['math.add']({ a: 2, b: 2 })).resolves.toEqual({ sum: 4 });
    link.close();
  });

  it('ends calls that were under way, and never sends them twice', async () => {
    const { link, node, clock, observed, goDown } = createWorld();
    const outcome = link.client['wait.forever']({}).catch((error: AppError) => error.code);
    await settle();
    await goDown();
    expect(await outcome).toBe('contract.disconnected');
    node.up = true;
    clock.advance(300);
    await settle();
    expect(link.getState().phase).toBe('connected');
    expect(observed.aborted).toEqual(['wait:contract.disconnected']);
    link.close();
  });

  it('pauses longer after each failure, up to fifteen seconds', async () => {
    const { link, node, clock } = createWorld({ startsUp: false });
    await settle();
    const pauses: number[] = [];
    for (let count = 0; count < 10; count += 1) {
      const { retryAt = 0 } = link.getState();
      pauses.push(retryAt - clock.now());
      clock.advance(retryAt - clock.now());
      await settle();
    }
    expect(pauses).toEqual([250, 500, 1000, 2000, 4000, 8000, 15_000, 15_000, 15_000, 15_000]);
    expect(node.attempts).toBe(11);
    link.close();
  });

  it('subscribes streams anew by itself, and they go on yielding', async () => {
    const { link, node, clock, goDown } = createWorld();
    const reader = link.client['count.up']({ to: 1_000_000 })[Symbol.asyncIterator]();
    expect((await reader.next()).value).toEqual({ n: 0 });
    await settle();
    await goDown();
    // What had arrived is still read; then the stream waits for the node and starts from its beginning.
    let next = await reader.next();
    while (!next.done && next.value.n < 31) next = await reader.next();
    const waiting = reader.next();
    node.up = true;
    clock.advance(1_000);
    await expect(waiting).resolves.toEqual({ done: false, value: { n: 0 } });
    await reader.return?.();
    link.close();
  });

  it('opens streams that were asked for while away', async () => {
    const { link, node, clock } = createWorld({ startsUp: false });
    const first = link.client['count.up']({ to: 2 })[Symbol.asyncIterator]().next();
    await settle();
    node.up = true;
    clock.advance(1_000);
    await expect(first).resolves.toEqual({ done: false, value: { n: 0 } });
    link.close();
  });

  it('lets a reader leave while it waits for the node', async () => {
    const { link } = createWorld({ startsUp: false });
    await settle();
    const reader = link.client['count.up']({ to: 2 })[Symbol.asyncIterator]();
    const waiting = reader.next();
    await settle();
    await reader.return?.();
    await expect(waiting).resolves.toEqual({ done: true, value: undefined });
    link.close();
  });

  it('hands a stream’s own errors to its reader', async () => {
    const { link } = createWorld();
    const reader = link.client['fail.midway']({})[Symbol.asyncIterator]();
    await reader.next();
    await reader.next();
    await expect(reader.next()).rejects.toMatchObject({ code: 'test.midway' });
    await expect(reader.next()).resolves.toMatchObject({ done: true });
    link.close();
  });

  it('gives up on a node of another version, and says so to every caller', async () => {
    const { link, clock, node } = createWorld({ nodeVersion: VERSION + 1 });
    await expect(link.client['math.add']({ a: 1, b: 1 })).rejects.toMatchObject({ code: 'contract.version' });
    await settle();
    expect(link.getState()).toMatchObject({ phase: 'refused', error: { code: 'contract.version' } });
    await expect(link.client['math.add']({ a: 1, b: 1 })).rejects.toMatchObject({ code: 'contract.version' });
    await expect(link.client['count.up']({ to: 1 })[Symbol.asyncIterator]().next()).rejects.toMatchObject({
      code: 'contract.version',
    });
    clock.advance(3_600_000);
    expect(node.attempts).toBe(1);
    link.close();
  });

  it('tries again when told to after it was refused', async () => {
    const { link, node, clock, goDown } = createWorld();
    await settle();
    node.refuse = new AppError('session.required', 'Sign in first.');
    await goDown();
    clock.advance(1_000);
    await settle();
    expect(link.getState()).toMatchObject({ phase: 'refused', error: { code: 'session.required' } });
    node.refuse = undefined;
    node.up = true;
    link.retry();
    await settle();
    expect(link.getState().phase).toBe('connected');
    link.close();
  });

  it('gives an attempt that hangs ten seconds', async () => {
    const clock = createManualClock();
    const random = { bytes: (length: number) => new Uint8Array(length), float: () => 0.5 };
    const late: { open?: (channel: Channel) => void } = {};
    const link = createReconnectingClient(
      testContract,
      () => new Promise<Channel>((resolve) => (late.open = resolve)),
      { clock, random, version: VERSION },
    );
    await settle();
    clock.advance(10_000);
    await settle();
    expect(link.getState()).toMatchObject({ phase: 'waiting', error: { code: 'contract.unreachable' } });
    const [here, there] = createChannelPair();
    const closed = new Promise<void>((resolve) => there.onClose(() => resolve()));
    late.open?.(here);
    await closed;
    link.close();
  });

  it('ends everything for good when it is closed', async () => {
    const { link, node, clock, observed } = createWorld();
    const call = link.client['wait.forever']({}).catch((error: AppError) => error.code);
    const reading = link.client['silent.stream']({})
      [Symbol.asyncIterator]()
      .next()
      .catch((error: AppError) => error.code);
    await settle();
    link.close();
    expect(await call).toBe('contract.disconnected');
    expect(await reading).toBe('contract.cancelled');
    await settle();
    expect(observed.aborted.toSorted()).toEqual([
      'silent:contract.disconnected',
      'wait:contract.disconnected',
    ]);
    clock.advance(3_600_000);
    expect(node.attempts).toBe(1);
    await expect(link.client['math.add']({ a: 1, b: 1 })).rejects.toMatchObject({
      code: 'contract.disconnected',
    });
  });
});
