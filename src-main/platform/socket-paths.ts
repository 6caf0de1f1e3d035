/** Where a node listens for programs on its own machine. Node and caller compute the same place from the data folder. */
import { createHash } from 'node:crypto';
import { chmodSync, lstatSync, mkdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { AppError } from '#shared/kernel/errors.ts';

/** What decides the place, as an argument, so that every platform's rule can be tested on any. */
export interface Host {
  platform: NodeJS.Platform;
  uid: number;
}

/** Kernels keep a socket's path in about 104 bytes; longer ones fail to bind or are cut. */
const MAX_PATH_BYTES = 100;

const thisHost = (): Host => ({ platform: process.platform, uid: process.getuid?.() ?? 0 });

/** The contract of the node, for the command line and supervisors. */
export const controlSocketPath = (dataDir: string, host: Host = thisHost()): string =>
  socketPath(dataDir, 'control', host);

/** MCP, for the stdio bridge. */
export const mcpSocketPath = (dataDir: string, host: Host = thisHost()): string =>
  socketPath(dataDir, 'mcp', host);

function socketPath(dataDir: string, name: 'control' | 'mcp', { platform, uid }: Host): string {
  const folder = resolve(dataDir);
  const hash = createHash('sha256')
    .update(platform === 'win32' ? folder.toLowerCase() : folder)
    .digest('hex')
    .slice(0, 24);
  if (platform === 'win32') return `\\\\.\\pipe\\toolswarm-${hash}${name === 'control' ? '' : `-${name}`}`;
  const inside = join(folder, 'run', `${name}.sock`);
  if (Buffer.byteLength(inside) <= MAX_PATH_BYTES) return inside;
  // Not XDG_RUNTIME_DIR or TMPDIR: a daemon and its caller may be started with different ones.
  return `/tmp/toolswarm-${uid}/${hash}-${name}.sock`;
}

/** Makes the folder of a socket, closed to everyone else. Throws `node.unsafe_folder`. */
export function makeSocketFolder(path: string, host: Host = thisHost()): void {
  if (host.platform === 'win32') return;
  const folder = dirname(path);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  if (lstatSync(folder).uid === host.uid && !lstatSync(folder).isSymbolicLink()) chmodSync(folder, 0o700);
  checkSocketFolder(path, host);
}

/**
 * Throws `node.unsafe_folder` unless a socket's folder belongs to this user alone: in a shared folder such as `/tmp`
 * anyone could have put a socket there to be told secrets. A folder that does not exist is no danger.
 */
export function checkSocketFolder(path: string, host: Host = thisHost()): void {
  if (host.platform === 'win32') return;
  const stat = lstatSync(dirname(path), { throwIfNoEntry: false });
  if (!stat || (stat.isDirectory() && stat.uid === host.uid && (stat.mode & 0o077) === 0)) return;
  throw new AppError('node.unsafe_folder', `The folder ${dirname(path)} is open to other users.`, {
    advice: 'Remove it, or give it to yourself with mode 0700, then start again.',
  });
}
