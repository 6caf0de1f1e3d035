import { describe, expect, it } from 'vitest';
import { createFrameDecoder, FRAME_TYPES, HEADER_BYTES } from '#main/features/p2p/rpc/frames.ts';
import { createOutbox } from '#main/features/p2p/rpc/outbox.ts';
import type { Pace } from '#main/features/p2p/rpc/pace.ts';
import { p2pError } from '#shared/features/p2p/errors.ts';
import { utf8 } from '#shared/kernel/bytes.ts';

function setUp(takes = () => true, pace?: Pace) {
  const ids: number[] = [];
  const faults: unknown[] = [];
  let bytes = 0;
  const decoder = createFrameDecoder((_type, _flags, id) => ids.push(id));
  const outbox = createOutbox({
    write(chunk) {
      bytes += chunk.length;
      decoder.push(chunk.slice());
      return takes();
    },
    onFault: (error) => faults.push(error),
    ...(pace ? { pace } : {}),
  });
  return { outbox, ids, faults, sent: () => bytes };
}

describe('the outbox', () => {
  it('lets lanes take turns', () => {
    const { outbox, ids } = setUp();
    for (const id of [1, 3, 5])
      outbox.send(outbox.openLane(id, 1 << 20), FRAME_TYPES.response, new Uint8Array(150_000));
    outbox.flush();
    expect(ids).toEqual([1, 3, 5, 1, 3, 5, 1, 3, 5]);
    expect(outbox.waitingBytes).toBe(0);
  });

  it('sends no more than the credit, and goes on when there is more', () => {
    const { outbox, sent } = setUp();
    const lane = outbox.openLane(1, 1000);
    let settled = 0;
    outbox.send(lane, FRAME_TYPES.data, new Uint8Array(5000), undefined, () => settled++);
    outbox.flush();
    expect(sent()).toBe(1000);
    outbox.addCredit(lane, 500);
    outbox.flush();
    expect(sent()).toBe(1500);
    expect(settled).toBe(0);
    outbox.addCredit(lane, 10_000);
    outbox.flush();
    expect(settled).toBe(1);
    expect(sent()).toBe(5000 + 3 * HEADER_BYTES);
  });

  it('stops while the transport is full, and keeps the order of a lane', () => {
    let room = false;
    const { outbox, ids } = setUp(() => room);
    const lane = outbox.openLane(1, 1 << 20);
    for (let i = 0; i < 3; i++) outbox.send(lane, FRAME_TYPES.data, new Uint8Array(60 * 1024));
    outbox.flush();
    expect(ids).toHaveLength(1);
    outbox.flush();
    expect(ids).toHaveLength(1);
    room = true;
    outbox.drained();
    expect(ids).toHaveLength(3);
  });

  it('forgets what was dropped, and says so', () => {
    const { outbox, ids } = setUp();
    const lane = outbox.openLane(1, 1 << 20);
    const errors: unknown[] = [];
    outbox.send(lane, FRAME_TYPES.data, utf8('gone'), undefined, (error) => errors.push(error));
    outbox.drop(lane, p2pError('p2p.cancelled'));
    outbox.flush();
    expect(ids).toEqual([]);
    expect(outbox.waitingBytes).toBe(0);
    expect(errors[0]).toMatchObject({ code: 'p2p.cancelled' });
  });

  it('gives up on a peer that makes it answer without end and reads nothing', () => {
    const { outbox, faults } = setUp(() => false);
    outbox.control(FRAME_TYPES.pong, 0);
    outbox.flush();
    for (let i = 0; i < 5000; i++) outbox.control(FRAME_TYPES.pong, 0);
    expect(faults).toHaveLength(1);
    expect(faults[0]).toMatchObject({ code: 'p2p.flooding' });
  });

  it('reports a transport that throws', () => {
    const { outbox, faults } = setUp(() => {
      throw new Error('gone');
    });
    outbox.control(FRAME_TYPES.ping, 0);
    outbox.flush();
    expect(faults).toHaveLength(1);
  });
});

describe('bulk and small messages', () => {
  it('small ones go first, and bulk still gets its turns', () => {
    const { outbox, ids } = setUp();
    outbox.send(outbox.openLane(1, 1 << 20), FRAME_TYPES.response, new Uint8Array(150_000));
    for (let id = 3; id < 83; id += 2)
      outbox.send(outbox.openLane(id, 1 << 20), FRAME_TYPES.response, new Uint8Array(16_000));
    outbox.flush();
    expect(ids.slice(0, 10).every((id) => id > 1)).toBe(true);
    const turns = ids.flatMap((id, at) => (id === 1 ? [at] : []));
    expect(turns).toHaveLength(3);
    // All but its last turn come while small messages wait.
    expect(turns[1]).toBeLessThan(ids.length - 1);
  });

  it('bulk waits while the pace has no room, and small messages do not', () => {
    let hasRoom = false;
    const { outbox, ids } = setUp(() => true, {
      hasRoom: () => hasRoom,
      turnBytes: () => 10_000,
      wrote: () => false,
      asked: () => undefined,
      isAsking: () => true,
      answered: () => undefined,
    });
    outbox.send(outbox.openLane(1, 1 << 20), FRAME_TYPES.response, new Uint8Array(30_000));
    outbox.send(outbox.openLane(3, 1 << 20), FRAME_TYPES.response, new Uint8Array(100));
    outbox.flush();
    expect(ids).toEqual([3]);
    hasRoom = true;
    outbox.resume();
    outbox.flush();
    expect(ids).toEqual([3, 1, 1, 1]);
  });
});
