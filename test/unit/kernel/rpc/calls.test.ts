import { describe, expect, it } from 'vitest';
import { MAX_OPEN_CALLS } from '#shared/kernel/rpc/index.ts';
import { createTestLink, settle } from './support.ts';

describe('calls over a channel', () => {
  it('answers queries and commands', async () => {
    const { client } = createTestLink();
    await expect(client['math.add']({ a: 1, b: 2 })).resolves.toEqual({ sum: 3 });
    await expect(client['text.echo']({ text: 'ä\n😀' })).resolves.toEqual({ text: 'ä\n😀' });
  });

  it('hands errors over with code, advice and retryability', async () => {
    const { client } = createTestLink();
    await expect(client['fail.coded']({})).rejects.toMatchObject({
      code: 'test.coded',
      message: 'It failed.',
      advice: 'Try less.',
      retryable: true,
    });
  });

  it('tells a caller nothing of an unexpected fault, and its node everything', async () => {
    const { client, observed } = createTestLink();
    await expect(client['fail.raw']({})).rejects.toMatchObject({ code: 'internal' });
    expect(observed.faults).toEqual([new Error('a secret path')]);
  });

  it('names the paths of wrong input', async () => {
    const { client } = createTestLink();
    const wrong = client['math.add']({ a: 1, b: 'two' as unknown as number });
    await expect(wrong).rejects.toMatchObject({
      code: 'contract.invalid_input',
      details: { issues: [{ path: 'b' }] },
    });
  });

  it('cancels: the caller hears it at once, the handler by its signal', async () => {
    const { client, observed } = createTestLink();
    const controller = new AbortController();
    const call = client['wait.forever']({}, { signal: controller.signal });
    await settle();
    controller.abort();
    await expect(call).rejects.toMatchObject({ code: 'contract.cancelled' });
    await settle();
    expect(observed.aborted).toEqual(['wait:contract.cancelled']);
  });

  it('sends nothing where the signal has aborted before', async () => {
    const { client, observed } = createTestLink();
    await expect(client['wait.forever']({}, { signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'contract.cancelled',
    });
    await settle();
    expect(observed.aborted).toEqual([]);
  });

  it.each(['here', 'there'] as const)('ends everything on both sides when %s closes', async (end) => {
    const link = createTestLink();
    const calls = [link.client['wait.forever']({}), link.client['wait.forever']({})];
    const reading = link.client['silent.stream']({})[Symbol.asyncIterator]().next();
    const outcomes = Promise.allSettled([...calls, reading]);
    await settle();
    link[end].close();
    for (const outcome of await outcomes)
      expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'contract.disconnected' } });
    await settle();
    expect(link.observed.aborted.toSorted()).toEqual([
      'silent:contract.disconnected',
      'wait:contract.disconnected',
      'wait:contract.disconnected',
    ]);
    await expect(link.client['math.add']({ a: 1, b: 1 })).rejects.toMatchObject({
      code: 'contract.disconnected',
    });
  });

  it('bounds the calls of one caller', async () => {
    const { client } = createTestLink();
    const controller = new AbortController();
    const many = Array.from({ length: MAX_OPEN_CALLS + 5 }, () =>
      client['wait.forever']({}, { signal: controller.signal }),
    );
    const outcomes = Promise.allSettled(many);
    await settle();
    controller.abort();
    const codes = (await outcomes).map((outcome) => (outcome as PromiseRejectedResult).reason.code as string);
    expect(codes.filter((code) => code === 'contract.too_many_calls').length).toBeGreaterThanOrEqual(5);
    await settle();
    await expect(client['math.add']({ a: 2, b: 2 })).resolves.toEqual({ sum: 4 });
  });
});
