import { describe, expect, it } from 'vitest';
import { AppError } from '#shared/kernel/errors.ts';
import {
  type Channel,
  MAX_CHANNELS,
  acceptOver,
  createChannelPair,
  createClient,
  openOver,
  serve,
} from '#shared/kernel/rpc/index.ts';
import { VERSION, createTestHandlers, settle, testContract } from './support.ts';

function openPair() {
  const [near, far] = createChannelPair();
  const accepted: Array<{ channel: Channel; label: string; messages: string[] }> = [];
  acceptOver(far, (channel, label) => {
    const messages: string[] = [];
    channel.onMessage((message) => messages.push(message));
    accepted.push({ channel, label, messages });
  });
  return { near, far, opener: openOver(near), accepted };
}

const reasonOf = (channel: Channel) =>
  new Promise<AppError | undefined>((resolve) => channel.onClose(resolve));

describe('several channels over one', () => {
  it('keeps them apart, by number and by label', async () => {
    const { opener, accepted } = openPair();
    const [one, two] = [opener.open('one'), opener.open('two:with a colon')];
    one.send('a');
    two.send('b');
    one.send('c:d');
    await settle();
    expect(accepted.map(({ label, messages }) => [label, messages])).toEqual([
      ['one', ['a', 'c:d']],
      ['two:with a colon', ['b']],
    ]);
  });

  it('closes one and leaves the others, with the reason on both sides', async () => {
    const { opener, accepted } = openPair();
    const [one, two] = [opener.open('one'), opener.open('two')];
    await settle();
    accepted[0]?.channel.close(new AppError('test.away', 'Away.', { advice: 'Wait.', retryable: true }));
    expect(await reasonOf(one)).toMatchObject({ code: 'test.away', advice: 'Wait.', retryable: true });
    two.send('still here');
    await settle();
    expect(accepted[1]?.messages).toEqual(['still here']);
  });

  it('ends all of them with the carrier, and those opened later at once', async () => {
    const { near, opener, accepted } = openPair();
    const one = opener.open('one');
    await settle();
    near.close(new AppError('test.gone', 'Gone.'));
    expect(await reasonOf(one)).toMatchObject({ code: 'test.gone' });
    await reasonOf(accepted[0]?.channel as Channel);
    expect(await reasonOf(opener.open('late'))).toMatchObject({ code: 'test.gone' });
  });

  it('refuses more than it has room for, and has room again', async () => {
    const { opener } = openPair();
    const all = Array.from({ length: MAX_CHANNELS }, () => opener.open('one'));
    expect(await reasonOf(opener.open('too many'))).toMatchObject({ code: 'contract.too_many_channels' });
    all[0]?.close();
    const again = opener.open('again');
    let closed = false;
    again.onClose(() => (closed = true));
    await settle();
    expect(closed).toBe(false);
  });

  it('bounds what the other end opens as well', async () => {
    const [near, far] = createChannelPair();
    const refused: string[] = [];
    near.onMessage((message) => refused.push(message));
    acceptOver(far, () => undefined);
    for (let id = 0; id <= MAX_CHANNELS; id += 1) near.send(`o${id}:x`);
    await settle();
    expect(refused).toHaveLength(1);
    expect(refused[0]).toContain('contract.too_many_channels');
  });

  it.each(['', 'hello', 'm:x', 'mx:y', 'x1:y', 'c1:{"code":1}', 'o7:twice', `m${'9'.repeat(30)}:x`])(
    'hangs up on “%s”',
    async (message) => {
      const [near, far] = createChannelPair();
      acceptOver(far, () => undefined);
      near.send('o7:first');
      near.send('o1:second');
      near.send(message);
      expect(await reasonOf(far)).toMatchObject({ code: 'contract.malformed' });
    },
  );

  it('passes over what crossed a closing on its way', async () => {
    const { opener, accepted, near } = openPair();
    const one = opener.open('one');
    await settle();
    accepted[0]?.channel.close();
    one.send('crossing');
    await settle();
    let ended = false;
    near.onClose(() => (ended = true));
    expect(ended).toBe(false);
  });

  it('carries two contracts at once; one client leaving ends its own streams only', async () => {
    const [near, far] = createChannelPair();
    const served = [createTestHandlers(), createTestHandlers()];
    acceptOver(far, (channel, label) => {
      const { handlers } = served[Number(label)] as (typeof served)[number];
      serve(testContract, handlers, channel, { version: VERSION });
    });
    const opener = openOver(near);
    const [first, second] = [opener.open('0'), opener.open('1')];
    const clients = [first, second].map((channel) =>
      createClient(testContract, channel, { version: VERSION }),
    );
    const waits = clients.map((client) => client['wait.forever']({}).catch((error: unknown) => error));
    await settle();
    first.close();
    expect(await waits[0]).toMatchObject({ code: 'contract.disconnected' });
    await settle();
    expect(served.map(({ observed }) => observed.aborted)).toEqual([['wait:contract.disconnected'], []]);
    expect(await clients[1]?.['math.add']({ a: 1, b: 2 })).toEqual({ sum: 3 });
  });
});
