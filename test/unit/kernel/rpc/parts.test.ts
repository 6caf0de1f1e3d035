import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Channel, channelInParts, createChannelPair, joinChannels } from '#shared/kernel/rpc/index.ts';
import { settle } from './support.ts';

const WINDOW = 1024 * 1024;

/** A pair whose middle can be looked at, and held up. */
function openPair(options: { maxLength?: number } = {}) {
  const [near, nearMiddle] = createChannelPair({ highWaterMark: 1_000_000 });
  const [farMiddle, far] = createChannelPair({ highWaterMark: 1_000_000 });
  const passed: number[] = [];
  const held: string[] = [];
  let isHeld = false;
  nearMiddle.onMessage((message) => {
    passed.push(message.length);
    if (isHeld) held.push(message);
    else farMiddle.send(message);
  });
  farMiddle.onMessage((message) => nearMiddle.send(message));
  farMiddle.onClose(() => nearMiddle.close());
  nearMiddle.onClose(() => farMiddle.close());
  return {
    near: channelInParts(near, options),
    far: channelInParts(far, options),
    passed,
    hold: () => (isHeld = true),
    release() {
      isHeld = false;
      for (const message of held.splice(0)) farMiddle.send(message);
    },
    heldLength: () => held.reduce((sum, { length }) => sum + length, 0),
  };
}

function collect(channel: Channel): string[] {
  const messages: string[] = [];
  channel.onMessage((message) => messages.push(message));
  return messages;
}

const reasonOf = (channel: Channel) => new Promise<unknown>((resolve) => channel.onClose(resolve));

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await settle();
}

describe('a channel in parts', () => {
  it('gives back what was sent, whatever it was', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.tuple(fc.string({ unit: 'binary', maxLength: 40 }), fc.integer({ min: 1, max: 20_000 })),
          { maxLength: 6 },
        ),
        async (pieces) => {
          const messages = pieces.map(([text, times]) => text.repeat(times));
          const { near, far } = openPair();
          const there = collect(far);
          for (const message of messages) near.send(message);
          await until(() => there.length === messages.length);
          expect(there.every((message, index) => message === messages[index])).toBe(true);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('cuts no character in two', async () => {
    const [near, far] = createChannelPair();
    const parts = collect(far);
    channelInParts(near).send(`x${'😀'.repeat(100_000)}`);
    await settle();
    expect(parts.length).toBeGreaterThan(2);
    for (const part of parts) expect(part.isWellFormed()).toBe(true);
  });

  it('has no more on its way than the window, and goes on when the receiver has taken some', async () => {
    const { near, far, hold, release, heldLength } = openPair();
    const there = collect(far);
    hold();
    near.send('x'.repeat(5 * WINDOW));
    near.send('after');
    await settle();
    expect(near.writable).toBe(false);
    expect(heldLength()).toBeLessThan(1.1 * WINDOW);
    const drained = near.drained();
    release();
    await drained;
    await until(() => there.length === 2);
    expect(there.map(({ length }) => length)).toEqual([5 * WINDOW, 5]);
  });

  it('bounds empty messages as well', async () => {
    const { near, hold, passed } = openPair();
    hold();
    while (near.writable) near.send('');
    await settle();
    expect(passed.length).toBeLessThan(20_000);
  });

  it('closes on a message that is too long while it arrives, before it is kept', async () => {
    const { near, far, passed } = openPair({ maxLength: 100_000 });
    const there = collect(far);
    near.send('x'.repeat(WINDOW));
    expect(await reasonOf(far)).toMatchObject({ code: 'contract.too_large' });
    await reasonOf(near);
    expect(there).toEqual([]);
    expect(passed.length).toBeGreaterThan(0);
  });

  it.each(['', '?x', '!', '!-1', '!x', '!1', `+${'x'.repeat(65_537)}`])(
    'hangs up on “%.10s”',
    async (text) => {
      const [near, far] = createChannelPair();
      const channel = channelInParts(far);
      near.send(text);
      expect(await reasonOf(channel)).toMatchObject({ code: 'contract.malformed' });
    },
  );

  it('forgets what waits when it closes, and lets those who wait go', async () => {
    const { near, hold } = openPair();
    hold();
    near.send('x'.repeat(3 * WINDOW));
    const drained = near.drained();
    near.close();
    await expect(drained).resolves.toBeUndefined();
  });
});

describe('joined channels', () => {
  it('close one who sends while the other takes nothing', async () => {
    const [outer, inner] = createChannelPair();
    const [, away] = createChannelPair({ defer: () => undefined, highWaterMark: 1 });
    joinChannels(inner, away, { maxHeld: 1000 });
    const reason = reasonOf(inner);
    for (let sent = 0; sent < 30; sent += 1) outer.send('x'.repeat(100));
    expect(await reason).toMatchObject({ code: 'contract.held_up' });
    await reasonOf(outer);
    await reasonOf(away);
  });
});
