import type { recoveryContract } from '#shared/features/recovery/contract.ts';
import type { Handlers } from '#shared/kernel/contract.ts';
import type { Memory } from './memory.ts';

export function answerRecovery(memory: Memory): Handlers<typeof recoveryContract> {
  const { clock } = memory;
  return {
    'recovery.backup': ({ file }) => ({ file, bytes: 48_213, createdAt: clock.now() }),
  };
}
