import { statfs } from 'node:fs/promises';

/** Bytes that this user may still write on the disk of `path`; undefined where the system cannot tell. */
export const freeBytes = (path: string): Promise<number | undefined> =>
  statfs(path).then(
    ({ bavail, bsize }) => bavail * bsize,
    // Some network file systems answer nothing; then nothing is said either.
    () => undefined,
  );
