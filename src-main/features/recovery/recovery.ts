import type { recoveryContract } from '#shared/features/recovery/contract.ts';
import type { Handlers } from '#shared/kernel/contract.ts';
import { AppError } from '#shared/kernel/errors.ts';
import { type BackupDeps, type BackupOptions, type BackupRequest, writeBackup } from './backup.ts';

export interface Recovery {
  /** Writes a backup while the node runs. Throws `recovery.busy` where one is being written, else as `writeBackup`. */
  backup(request: BackupRequest): Promise<{ file: string; bytes: number; createdAt: number }>;
}

export function createRecovery(deps: BackupDeps, options: BackupOptions): Recovery {
  let running = false;
  return {
    async backup(request) {
      if (running) throw busy();
      running = true;
      try {
        return await writeBackup(deps, options, request);
      } finally {
        running = false;
      }
    },
  };
}

/** Serves `recovery.*`. */
export const createRecoveryHandlers = (recovery: Recovery): Handlers<typeof recoveryContract> => ({
  'recovery.backup': (request) => recovery.backup(request),
});

const busy = (): AppError =>
  new AppError('recovery.busy', 'A backup is already being written.', {
    advice: 'Wait until it is done.',
    retryable: true,
  });
