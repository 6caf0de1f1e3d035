/** Sockets that processes of this user left in the temporary folder when they were killed. */
import { lstat, readdir, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';

/** As the library names them. */
const NAME = /^(srt-mux-[0-9]+-[0-9a-z]+|claude-(http|socks)-[0-9a-f]+)\.sock$/;
/** Looked at in one go; what is left is for the next start. */
const MAX_SWEPT = 256;

/** Removes those that nobody listens at any more. Gives their paths. */
export async function sweepLeftOvers(folder: string, userId: number | undefined): Promise<string[]> {
  const names = (await readdir(folder)).filter((name) => NAME.test(name)).slice(0, MAX_SWEPT);
  const swept = await Promise.all(names.map((name) => sweep(join(folder, name), userId)));
  return swept.flat();
}

async function sweep(path: string, userId: number | undefined): Promise<string[]> {
  const about = await lstat(path).catch(gone);
  if (!about?.isSocket() || about.uid !== userId || (await isAnswered(path))) return [];
  await rm(path, { force: true });
  return [path];
}

/** Whoever listens accepts, or is too busy to; nobody refuses but the system, when there is no one. */
function isAnswered(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', (error: NodeJS.ErrnoException) => resolve(error.code !== 'ECONNREFUSED'));
  });
}

function gone(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
}
