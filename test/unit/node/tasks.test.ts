import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { TaskProgress } from '#shared/features/node/tasks.ts';
import type { CallContext } from '#shared/kernel/contract.ts';
import { AppError } from '#shared/kernel/errors.ts';
import { createTaskBoard } from '#main/node/tasks.ts';
import { createManualClock } from '#test/support/clock.ts';

function createWorld() {
  const clock = createManualClock();
  let last = 0;
  const board = createTaskBoard({ clock, newId: () => `task-${++last}` });
  const context = (): CallContext => ({ signal: new AbortController().signal });
  /** Starts a task that lives until it is told how to end. */
  function begin(about: Parameters<typeof board.run>[0] = { kind: 'recovery.backup' }) {
    let progress!: TaskProgress;
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    const ended = board.run(about, (task) => {
      progress = task;
      task.signal.addEventListener('abort', () => reject(new Error('called off')));
      return promise;
    });
    ended.catch(() => undefined);
    return { ended, progress, resolve, reject };
  }
  return { board, clock, begin, context };
}

describe('the board of tasks', () => {
  it('shows a task from its first moment to its end, and passes its result on', async () => {
    const { board, clock, begin } = createWorld();
    const { ended, progress, resolve } = begin({ kind: 'recovery.backup', subject: 'node.backup' });
    expect(board.list()).toEqual([
      {
        id: 'task-1',
        kind: 'recovery.backup',
        subject: 'node.backup',
        state: 'active',
        startedAt: clock.now(),
        cancellable: true,
      },
    ]);
    progress.report({ done: 3, total: 9, unit: 'bytes' });
    progress.report({ state: 'verifying' });
    expect(board.list()[0]).toMatchObject({ state: 'verifying', done: 3, total: 9, unit: 'bytes' });
    clock.advance(5);
    resolve('written');
    expect(await ended).toBe('written');
    expect(board.list()[0]).toMatchObject({ state: 'done', endedAt: clock.now(), cancellable: false });
  });

  it('says why a task failed, and hands the error to its caller', async () => {
    const { board, begin } = createWorld();
    const { ended, reject } = begin();
    const error = new AppError('storage.full', 'The disk is full.', { advice: 'Free some space.' });
    reject(error);
    await expect(ended).rejects.toBe(error);
    expect(board.list()[0]).toMatchObject({
      state: 'failed',
      fault: { code: 'storage.full', message: 'The disk is full.', advice: 'Free some space.' },
    });
  });

  it('tells the facts of a failure, but not what a program wrote last', async () => {
    const { board, begin } = createWorld();
    const { ended, reject } = begin();
    reject(new AppError('a.b', 'It does not start.', { details: { why: 'No.', lastWords: 'key=secret' } }));
    await expect(ended).rejects.toThrow();
    expect(board.list()[0]?.fault).toEqual({
      code: 'a.b',
      message: 'It does not start.',
      advice: '',
      details: { why: 'No.' },
    });
  });

  it('calls a task off for a person, and for the caller’s own signal', async () => {
    const { board, begin, context } = createWorld();
    const byPerson = begin();
    await board.handlers['tasks.cancel']({ id: 'task-1' }, context());
    await expect(byPerson.ended).rejects.toThrow('called off');
    const caller = new AbortController();
    const byCaller = begin({ kind: 'central.sync', signal: caller.signal });
    caller.abort();
    await expect(byCaller.ended).rejects.toThrow('called off');
    expect(board.list().map(({ state }) => state)).toEqual(['cancelled', 'cancelled']);
  });

  it('refuses to call off what has ended, what cannot be, and what is unknown', async () => {
    const { board, begin, context } = createWorld();
    const { ended, resolve } = begin({ kind: 'recovery.restore', cancellable: false });
    const cancel = (id: string) => () => board.handlers['tasks.cancel']({ id }, context());
    expect(cancel('task-1')).toThrow(expect.objectContaining({ code: 'tasks.not_cancellable' }));
    resolve('restored');
    await ended;
    expect(cancel('task-1')).toThrow(expect.objectContaining({ code: 'tasks.not_cancellable' }));
    expect(cancel('nobody')).toThrow(expect.objectContaining({ code: 'tasks.not_cancellable' }));
  });

  it('marks as stalled what reports nothing, until it reports again', () => {
    const { board, clock, begin } = createWorld();
    const { progress } = begin();
    clock.advance(14_000);
    progress.report({ done: 1 });
    clock.advance(14_000);
    expect(board.list()[0]?.state).toBe('active');
    clock.advance(30_000);
    expect(board.list()[0]?.state).toBe('stalled');
    progress.report({ done: 2 });
    expect(board.list()[0]?.state).toBe('active');
  });

  it('keeps a bounded number of ended tasks and never drops one that is under way', async () => {
    const { board, begin } = createWorld();
    begin({ kind: 'recovery.backup', subject: 'the long one' });
    for (let count = 0; count < 80; count++) {
      const { ended, resolve } = begin();
      resolve('');
      await ended;
    }
    expect(board.list()).toHaveLength(51);
    expect(board.list()[0]).toMatchObject({ subject: 'the long one', state: 'active' });
  });

  it('refuses more than it can watch', () => {
    const { begin, board } = createWorld();
    for (let count = 0; count < 200; count++) begin();
    expect(board.list()).toHaveLength(200);
    return expect(begin().ended).rejects.toMatchObject({ code: 'tasks.too_many', retryable: true });
  });

  it('forgets ended tasks when asked, one or all, and nothing that is under way', async () => {
    const { board, begin, context } = createWorld();
    for (let count = 0; count < 3; count++) {
      const { ended, resolve } = begin();
      resolve('');
      await ended;
    }
    begin();
    await board.handlers['tasks.dismiss']({ id: 'task-2' }, context());
    expect(board.list().map(({ id }) => id)).toEqual(['task-1', 'task-3', 'task-4']);
    await board.handlers['tasks.dismiss']({ id: 'task-4' }, context());
    await board.handlers['tasks.dismiss']({}, context());
    expect(board.list().map(({ id }) => id)).toEqual(['task-4']);
  });

  it('tells its watchers at once, then at most four times a second, always the newest', async () => {
    const { board, clock, begin } = createWorld();
    const stop = new AbortController();
    const stream = board.handlers['tasks.watch']({}, { signal: stop.signal });
    const reader = (stream as AsyncIterable<{ items: unknown[] }>)[Symbol.asyncIterator]();
    expect((await reader.next()).value).toEqual({ items: [] });
    const { progress } = begin();
    const next = reader.next();
    for (let done = 1; done <= 50; done++) progress.report({ done });
    await Promise.resolve();
    clock.advance(250);
    expect((await next).value).toMatchObject({ items: [{ done: 50 }] });
    const idle = reader.next();
    clock.advance(250);
    stop.abort();
    expect((await idle).done).toBe(true);
  });

  it('calls everything off when it closes', async () => {
    const { board, begin } = createWorld();
    const running = [begin(), begin()];
    board.close();
    await Promise.all(running.map(({ ended }) => expect(ended).rejects.toThrow('called off')));
    expect(board.list().map(({ state }) => state)).toEqual(['cancelled', 'cancelled']);
  });

  it('stays within its bounds whatever happens in whatever order', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom('begin', 'done', 'fail', 'cancel', 'dismiss', 'wait'), { maxLength: 120 }),
        async (happenings) => {
          const { board, clock, begin, context } = createWorld();
          const open: Array<ReturnType<typeof begin>> = [];
          for (const what of happenings) {
            if (what === 'begin') open.push(begin());
            if (what === 'wait') clock.advance(16_000);
            if (what === 'dismiss') await board.handlers['tasks.dismiss']({}, context());
            if (!['done', 'fail', 'cancel'].includes(what)) continue;
            const task = open.shift();
            if (what === 'done') task?.resolve('');
            if (what === 'fail') task?.reject(new Error('no'));
            if (what === 'cancel') {
              const first = board.list().find(({ cancellable }) => cancellable);
              if (first) await board.handlers['tasks.cancel']({ id: first.id }, context());
            }
            await task?.ended.catch(() => undefined);
          }
          const ended = board.list().filter(({ endedAt }) => endedAt !== undefined);
          expect(ended.length).toBeLessThanOrEqual(50);
          expect(ended.every(({ cancellable }) => !cancellable)).toBe(true);
        },
      ),
      { numRuns: 40 },
    );
  });
});
