import { homedir } from 'node:os';
import { basename, join } from 'node:path';
import type { TaskRunner } from '#shared/features/node/tasks.ts';
import type { recoveryContract } from '#shared/features/recovery/contract.ts';
import type { Handlers } from '#shared/kernel/contract.ts';
import { AppError } from '#shared/kernel/errors.ts';
import { type BackupDeps, type BackupOptions, type BackupRequest, writeBackup } from './backup.ts';

export interface Recovery {
  /**
   * Writes a backup while the node runs, as a task that everybody can see and call off. Throws `recovery.busy` where one
   * is being written, else as `writeBackup`.
   */
  backup(
    request: BackupRequest,
    signal?: AbortSignal,
  ): Promise<{ file: string; bytes: number; createdAt: number }>;
  /** A file name in the home folder that no backup of today has yet. */
  suggestedFile(): string;
}

export interface RecoveryDeps extends BackupDeps {
  tasks: TaskRunner;
}

export function createRecovery(deps: RecoveryDeps, options: BackupOptions): Recovery {
  let running = false;
  return {
    async backup(request, signal) {
      if (running) throw busy();
      running = true;
      const about = {
        kind: 'recovery.backup',
        subject: basename(request.file),
        ...(signal ? { signal } : {}),
      };
      try {
        return await deps.tasks.run(about, (task) =>
          writeBackup(deps, options, request, {
            signal: task.signal,
            onProgress: (done, total) => task.report({ done, total, unit: 'bytes' }),
          }),
        );
      } catch (error) {
        throw isAbort(error) ? cancelled() : error;
      } finally {
        running = false;
      }
    },
    suggestedFile() {
      const day = new Date(deps.clock.now()).toISOString().slice(0, 10);
      return join(homedir(), `toolswarm-${day}.backup`);
    },
  };
}

/** Serves `recovery.*`. */
export const createRecoveryHandlers = (recovery: Recovery): Handlers<typeof recoveryContract> => ({
  'recovery.backup': (request, { signal }) => recovery.backup(request, signal),
  'recovery.suggest': () => ({ file: recovery.suggestedFile() }),
});

const isAbort = (error: unknown): boolean => error instanceof DOMException && error.name === 'AbortError';

const cancelled = (): AppError =>
  new AppError('recovery.cancelled', 'The backup was called off.', {
    advice: 'Nothing was written; start it again when you like.',
    retryable: true,
  });

const busy = (): AppError =>
  new AppError('recovery.busy', 'A backup is already being written.', {
    advice: 'Wait until it is done.',
    retryable: true,
  });
