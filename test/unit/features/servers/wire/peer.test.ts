import { describe, expect, it } from 'vitest';
import type { RpcMessage } from '#main/features/servers/wire/messages.ts';
import { createPeer, type PeerHandlers } from '#main/features/servers/wire/peer.ts';
import { AppError } from '#shared/kernel/errors.ts';
import type { JsonValue } from '#shared/kernel/canonical.ts';
import { createManualClock } from '#test/support/clock.ts';

function createBench(handlers: Partial<PeerHandlers> = {}, maxPending = 8) {
  const clock = createManualClock();
  const sent: RpcMessage[] = [];
  const cancelled: unknown[] = [];
  const garbage: string[] = [];
  const peer = createPeer(
    { send: (message) => void sent.push(message), cancel: (id, reason) => void cancelled.push([id, reason]) },
    {
      onRequest: async () => ({}),
      onNotification: () => undefined,
      onGarbage: (note) => void garbage.push(note),
      ...handlers,
    },
    { clock, idleTimeoutMs: 10_000, maxPending },
  );
  return { clock, sent, cancelled, garbage, peer };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('JSON-RPC with one server', () => {
  it('matches answers to requests in any order', async () => {
    const { peer, sent } = createBench();
    const first = peer.request({ method: 'a' });
    const second = peer.request({ method: 'b', params: { x: 1 } });
    expect(sent).toEqual([
      { jsonrpc: '2.0', id: 1, method: 'a' },
      { jsonrpc: '2.0', id: 2, method: 'b', params: { x: 1 } },
    ]);
    peer.receive({ jsonrpc: '2.0', id: 2, result: { second: true } });
    peer.receive([{ jsonrpc: '2.0', id: 1, error: { code: -1, message: 'no', data: 5 } }]);
    await expect(first).rejects.toMatchObject({ name: 'McpError', code: -1, message: 'no', data: 5 });
    expect(await second).toEqual({ second: true });
  });

  it('asks for progress with its own token and gives the rest to the request', async () => {
    const { peer, sent } = createBench();
    const steps: unknown[] = [];
    const request = peer.request({
      method: 'a',
      params: { _meta: { keep: 1 } },
      onProgress: (p) => steps.push(p),
    });
    expect(sent[0]).toMatchObject({ params: { _meta: { keep: 1, progressToken: 1 } } });
    peer.receive({
      jsonrpc: '2.0',
      method: 'notifications/progress',
      params: { progressToken: 1, progress: 5, x: 'y' },
    });
    peer.receive({
      jsonrpc: '2.0',
      method: 'notifications/progress',
      params: { progressToken: 99, progress: 6 },
    });
    peer.receive({ jsonrpc: '2.0', id: 1, result: {} });
    peer.receive({
      jsonrpc: '2.0',
      method: 'notifications/progress',
      params: { progressToken: 1, progress: 7 },
    });
    await request;
    expect(steps).toEqual([{ progress: 5, x: 'y' }]);
  });

  it('gives up on silence, but not on a request that shows progress or has no limit', async () => {
    const { peer, clock, cancelled } = createBench();
    const outcomes: string[] = [];
    const track = (name: string, promise: Promise<unknown>) =>
      void promise.then(
        () => outcomes.push(`${name} answered`),
        (error: AppError) => outcomes.push(`${name} ${error.code}`),
      );
    track('silent', peer.request({ method: 'a' }));
    track('alive', peer.request({ method: 'b', onProgress: () => undefined }));
    track('endless', peer.request({ method: 'c', idleTimeoutMs: 0 }));
    clock.advance(6_000);
    peer.receive({
      jsonrpc: '2.0',
      method: 'notifications/progress',
      params: { progressToken: 2, progress: 1 },
    });
    clock.advance(6_000);
    await settled();
    expect(outcomes).toEqual(['silent servers.timeout']);
    expect(cancelled).toEqual([[1, 'timed out']]);
    clock.advance(6_000);
    await settled();
    expect(outcomes).toEqual(['silent servers.timeout', 'alive servers.timeout']);
    expect(peer.pending).toBe(1);
  });

  it('cancels upstream when told to, and ignores the late answer', async () => {
    const { peer, cancelled, garbage } = createBench();
    const controller = new AbortController();
    const request = peer.request({ method: 'a', signal: controller.signal });
    controller.abort();
    await expect(request).rejects.toMatchObject({ code: 'servers.cancelled' });
    peer.receive({ jsonrpc: '2.0', id: 1, result: {} });
    expect(cancelled).toEqual([[1, 'the client cancelled']]);
    expect(garbage).toEqual([]);
    await expect(peer.request({ method: 'a', signal: controller.signal })).rejects.toMatchObject({
      code: 'servers.cancelled',
    });
  });

  it('refuses more than it can keep, and everything after its end', async () => {
    const { peer } = createBench({}, 2);
    const waiting = [peer.request({ method: 'a' }), peer.request({ method: 'b' })];
    await expect(peer.request({ method: 'c' })).rejects.toMatchObject({
      code: 'servers.busy',
      retryable: true,
    });
    peer.end(new AppError('servers.exited', 'gone'));
    for (const request of waiting) await expect(request).rejects.toMatchObject({ code: 'servers.exited' });
    await expect(peer.request({ method: 'd' })).rejects.toMatchObject({ code: 'servers.exited' });
  });

  it('answers the server’s requests, with an error where the handler fails', async () => {
    const { peer, sent } = createBench({
      onRequest: async (method) => {
        if (method === 'bad') throw new AppError('x.y', 'not now');
        return { method };
      },
    });
    peer.receive({ jsonrpc: '2.0', id: 'q1', method: 'good' });
    peer.receive({ jsonrpc: '2.0', id: 'q2', method: 'bad' });
    await settled();
    expect(sent).toEqual([
      { jsonrpc: '2.0', id: 'q1', result: { method: 'good' } },
      { jsonrpc: '2.0', id: 'q2', error: { code: -32603, message: 'not now', data: { code: 'x.y' } } },
    ]);
  });

  it.each<[JsonValue]>([
    ['text'],
    [null],
    [5],
    [{}],
    [{ method: 5 }],
    [{ method: 'x', params: [] }],
    [{ id: {}, result: {} }],
  ])('takes %j for garbage', (message) => {
    const { peer, garbage } = createBench();
    peer.receive(message);
    expect(garbage.length).toBe(1);
  });
});
