import { describe, expect, it } from 'vitest';
import { createCallNews } from '#main/features/relay/call-news.ts';
import type { CallNews } from '#shared/features/relay/contract.ts';
import { createVirtualClock } from '#test/support/virtual-clock.ts';

const progress = (value: number) => ({
  method: 'notifications/progress',
  params: { progressToken: 'x', progress: value, total: 3, message: 'on it' },
});

async function collect(news: AsyncIterable<CallNews>): Promise<CallNews[]> {
  const items: CallNews[] = [];
  for await (const item of news) items.push(item);
  return items;
}

describe('news of a call', () => {
  const follow = (desk: ReturnType<typeof createCallNews>, stop = new AbortController()) =>
    collect(desk.follow('a key of sixteen', stop.signal));

  it('reach who opened the stream before the call, and end with it', async () => {
    const desk = createCallNews({ clock: createVirtualClock() });
    const told = follow(desk);
    const call = desk.open('a key of sixteen');
    call.notify(progress(1));
    call.notify({ method: 'notifications/message', params: { level: 'warning', data: { a: 1 } } });
    call.notify({ method: 'notifications/progress', params: { progress: 'much' } });
    call.end();
    expect(await told).toEqual([
      { t: 'progress', progress: 1, total: 3, message: 'on it' },
      { t: 'log', level: 'warning', text: '{"a":1}' },
    ]);
  });

  it('begin with the last progress for who comes later, and calls nothing again', async () => {
    const desk = createCallNews({ clock: createVirtualClock() });
    const call = desk.open('a key of sixteen');
    call.notify(progress(1));
    call.notify(progress(2));
    const told = follow(desk);
    await Promise.resolve();
    expect(() => desk.open('a key of sixteen')).toThrow(expect.objectContaining({ code: 'relay.key_taken' }));
    call.end();
    expect((await told).map((item) => item.t === 'progress' && item.progress)).toEqual([2]);
  });

  it('of a call that never comes end by themselves, and at once when nobody listens', async () => {
    const clock = createVirtualClock();
    const desk = createCallNews({ clock });
    const told = follow(desk);
    await clock.advance(20_000);
    expect(await told).toEqual([]);
    const stop = new AbortController();
    const second = follow(desk, stop);
    stop.abort();
    expect(await second).toEqual([]);
  });

  it('are followed under a bounded number of keys', () => {
    const desk = createCallNews({ clock: createVirtualClock() });
    for (let key = 0; key < 64; key++) desk.open(`key ${key}`);
    expect(() => desk.open('one more')).toThrow(expect.objectContaining({ code: 'relay.busy' }));
  });
});
