import { describe, expect, it, vi } from 'vitest';
import { createOnce } from '#main/features/relay/once.ts';
import { AppError } from '#shared/kernel/errors.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const may = async () => undefined;

function setUp() {
  let now = 0;
  const once = createOnce({ clock: { monotonic: () => now } });
  return { once, later: (ms: number) => void (now += ms) };
}

describe('a call with a key', () => {
  it('runs once, and its second attempt is told what came of the first', async () => {
    const { once } = setUp();
    const work = vi.fn<() => Promise<Uint8Array>>(async () => bytes('done'));
    const first = once.run('p', 'k', bytes('call'), work, may);
    const second = once.run('p', 'k', bytes('call'), work, may);
    expect(await first).toEqual(await second);
    expect(await once.run('p', 'k', bytes('call'), work, may)).toEqual(bytes('done'));
    expect(work).toHaveBeenCalledTimes(1);
  });

  it('is another call with another key, of another caller, or after a while', async () => {
    const { later, once } = setUp();
    const work = vi.fn<() => Promise<Uint8Array>>(async () => bytes('done'));
    await once.run('p', 'k', bytes('call'), work, may);
    await once.run('p', 'l', bytes('call'), work, may);
    await once.run('q', 'k', bytes('call'), work, may);
    later(10 * 60_000);
    await once.run('p', 'k', bytes('call'), work, may);
    expect(work).toHaveBeenCalledTimes(4);
  });

  it('may not stand for another request', async () => {
    const { once } = setUp();
    await once.run('p', 'k', bytes('call'), async () => bytes('done'), may);
    await expect(once.run('p', 'k', bytes('other'), async () => bytes('x'), may)).rejects.toMatchObject({
      code: 'relay.key_reused',
    });
  });

  it('is run again where the first attempt came to nothing', async () => {
    const { once } = setUp();
    const failing = once.run('p', 'k', bytes('call'), () => Promise.reject(new Error('gone')), may);
    const again = once.run('p', 'k', bytes('call'), async () => bytes('done'), may);
    await expect(failing).rejects.toThrow('gone');
    expect(await again).toEqual(bytes('done'));
  });

  it('is not answered from memory where the caller has lost his right to it', async () => {
    const { once } = setUp();
    await once.run('p', 'k', bytes('call'), async () => bytes('secret'), may);
    const refuse = async () => {
      throw new AppError('access.blocked', 'blocked');
    };
    await expect(once.run('p', 'k', bytes('call'), async () => bytes('x'), refuse)).rejects.toMatchObject({
      code: 'access.blocked',
    });
  });

  it('leaves no more behind than the bounds allow', async () => {
    const { once } = setUp();
    const large = vi.fn<() => Promise<Uint8Array>>(async () => new Uint8Array(100 * 1024));
    await once.run('p', 'large', bytes('call'), large, may);
    await once.run('p', 'large', bytes('call'), large, may);
    expect(large).toHaveBeenCalledTimes(2);
    const small = vi.fn<() => Promise<Uint8Array>>(async () => bytes('done'));
    for (let index = 0; index < 5_000; index++) await once.run('p', `k${index}`, bytes('call'), small, may);
    small.mockClear();
    await once.run('p', 'k0', bytes('call'), small, may);
    expect(small).toHaveBeenCalledTimes(1);
    await once.run('p', 'k4999', bytes('call'), small, may);
    expect(small).toHaveBeenCalledTimes(1);
  });

  it('is run by one of those who wait where the first attempt came to nothing, not by each of them', async () => {
    const { once } = setUp();
    const failing = once.run('p', 'k', bytes('call'), () => Promise.reject(new Error('gone')), may);
    const work = vi.fn<() => Promise<Uint8Array>>(async () => bytes('done'));
    const waiting = Array.from({ length: 5 }, () => once.run('p', 'k', bytes('call'), work, may));
    await expect(failing).rejects.toThrow('gone');
    expect(await Promise.all(waiting)).toEqual(Array.from({ length: 5 }, () => bytes('done')));
    expect(work).toHaveBeenCalledTimes(1);
  });

  it('is remembered however many keys another caller uses', async () => {
    const { once } = setUp();
    const work = vi.fn<() => Promise<Uint8Array>>(async () => bytes('done'));
    await once.run('modest', 'k', bytes('call'), work, may);
    const large = async () => new Uint8Array(60_000);
    for (let index = 0; index < 5_000; index++)
      await once.run('greedy', `k${index}`, bytes('call'), large, may);
    await once.run('modest', 'k', bytes('call'), work, may);
    expect(work).toHaveBeenCalledTimes(1);
  });
});
