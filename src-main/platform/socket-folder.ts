import { lstatSync } from 'node:fs';
import { dirname } from 'node:path';
import { AppError } from '#shared/kernel/errors.ts';

/**
 * Throws `node.unsafe_folder` unless the folder of a socket belongs to this user alone: below `/tmp` anyone could have
 * put a socket there to be told secrets. A folder that does not exist is no danger; pipes on Windows have none.
 */
export function checkSocketFolder(socketPath: string): void {
  const uid = process.getuid?.();
  if (uid === undefined) return;
  const stat = lstatSync(dirname(socketPath), { throwIfNoEntry: false });
  if (!stat || (stat.isDirectory() && stat.uid === uid && (stat.mode & 0o077) === 0)) return;
  throw new AppError('node.unsafe_folder', `The folder ${dirname(socketPath)} is open to other users.`, {
    advice: 'Remove it, or give it to yourself with mode 0700, then try again.',
  });
}
