import type { recoveryContract } from '#shared/features/recovery/contract.ts';
import { sleep } from '#shared/kernel/clock.ts';
import type { Handlers } from '#shared/kernel/contract.ts';
import { AppError } from '#shared/kernel/errors.ts';
import type { Memory } from './memory.ts';

const BYTES = 48_213;

export function answerRecovery({ after, clock, world }: Memory): Handlers<typeof recoveryContract> {
  return {
    'recovery.backup': async ({ file }, { signal }) => {
      if (!file.startsWith('/'))
        throw new AppError('recovery.relative_path', 'The path of the backup must be absolute.', {
          advice: 'Give the whole path: the node runs in another folder than you.',
        });
      const id = `backup-${clock.now()}`;
      const subject = file.slice(file.lastIndexOf('/') + 1);
      const startedAt = clock.now();
      const show = (part: object) => {
        const task = {
          id,
          kind: 'recovery.backup',
          subject,
          startedAt,
          unit: 'bytes' as const,
          total: BYTES,
        };
        const others = world.tasks.filter((item) => item.id !== id);
        world.tasks = [...others, { ...task, state: 'active', cancellable: true, ...part }];
        after({});
      };
      for (let step = 0; step < 4; step++) {
        show({ done: (BYTES * step) / 4 });
        await sleep(clock, 150, signal);
      }
      show({ done: BYTES, state: 'done', endedAt: clock.now(), cancellable: false });
      return { file, bytes: BYTES, createdAt: clock.now() };
    },
    'recovery.suggest': () => ({ file: '/home/sam/toolswarm-2026-01-15.backup' }),
  };
}
