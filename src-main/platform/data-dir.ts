/** The data folder: where everything of one node lies, and how it is found and opened. */
import { createHash } from 'node:crypto';
import { chmodSync, readdirSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { describeFileError, makePrivateFolder, PRIVATE_DIRECTORY } from './files.ts';
import { checkSocketFolder } from './socket-folder.ts';

/** Absolute paths; the folders among them exist once {@link openDataDir} returned. */
export interface DataDir {
  root: string;
  lockFile: string;
  pidFile: string;
  keysFile: string;
  settingsFile: string;
  databaseFile: string;
  logDir: string;
  /** Sockets. */
  runDir: string;
  /** Scratch space on the same disk; emptied by its users. */
  temporaryDir: string;
  /** Content-addressed bytes that can be fetched again. */
  blobsDir: string;
  /** Unix socket or named pipe of the contract. */
  controlSocket: string;
  /** Unix socket or named pipe of MCP. */
  mcpSocket: string;
}

export interface Surroundings {
  env: Record<string, string | undefined>;
  platform: NodeJS.Platform;
  home: string;
}

/** The platform's application folder; `TOOLSWARM_DATA_DIR` overrides it. */
export function defaultDataDir({ env, platform, home }: Surroundings): string {
  if (env.TOOLSWARM_DATA_DIR) return resolve(env.TOOLSWARM_DATA_DIR);
  if (platform === 'darwin') return join(home, 'Library', 'Application Support', 'Toolswarm');
  if (platform === 'win32') return join(env.LOCALAPPDATA ?? join(home, 'AppData', 'Local'), 'Toolswarm');
  return join(env.XDG_DATA_HOME || join(home, '.local', 'share'), 'toolswarm');
}

/** Names everything in `root` without touching the disk: clients use it to find a running node. */
export function describeDataDir(root: string): DataDir {
  const at = (...parts: string[]) => join(resolve(root), ...parts);
  return {
    root: at(),
    lockFile: at('lock.db'),
    pidFile: at('node.pid'),
    keysFile: at('keys.json'),
    settingsFile: at('settings.json'),
    databaseFile: at('node.db'),
    logDir: at('log'),
    runDir: at('run'),
    temporaryDir: at('tmp'),
    blobsDir: at('blobs'),
    controlSocket: socketPath(at(), 'control'),
    mcpSocket: socketPath(at(), 'mcp'),
  };
}

/** Creates what is missing, all of it for the owner only. Throws `storage.unreadable`, `storage.full` or `node.unsafe_folder`. */
export function openDataDir(root: string): DataDir {
  const dir = describeDataDir(root);
  try {
    makePrivateFolder(dir.root);
    if (isOurs(dir)) chmodSync(dir.root, PRIVATE_DIRECTORY);
    for (const folder of [dir.logDir, dir.runDir, dir.temporaryDir, dir.blobsDir]) makePrivateFolder(folder);
  } catch (error) {
    throw describeFileError(error, dir.root);
  }
  if (process.platform !== 'win32') openSocketDir(dir.controlSocket);
  return dir;
}

/** An existing folder with other things in it (`--data-dir /var`) keeps the mode its owner gave it. */
function isOurs(dir: DataDir): boolean {
  const names = readdirSync(dir.root);
  const known = [dir.lockFile, dir.keysFile, dir.databaseFile].map((file) => basename(file));
  return names.length === 0 || names.some((name) => known.includes(name));
}

/** The shortest `sun_path` of the systems we run on is 104 bytes with its terminator. */
const MAX_SOCKET_PATH = 103;

/**
 * `DATA/run/NAME.sock`; where that is too long for a socket, a folder below /tmp named by user and data folder; on
 * Windows a named pipe. The same data folder always gives the same path.
 */
function socketPath(root: string, name: string): string {
  const tag = createHash('sha256').update(root).digest('hex').slice(0, 16);
  if (process.platform === 'win32') return `\\\\.\\pipe\\toolswarm-${tag}-${name}`;
  const path = join(root, 'run', `${name}.sock`);
  if (Buffer.byteLength(path) <= MAX_SOCKET_PATH) return path;
  return join('/tmp', `toolswarm-${process.getuid?.() ?? 0}-${tag}`, `${name}.sock`);
}

/** The folder below /tmp could have been put there by someone else, who would then own our sockets. */
function openSocketDir(socketPath: string): void {
  try {
    makePrivateFolder(dirname(socketPath));
  } catch (error) {
    throw describeFileError(error, dirname(socketPath));
  }
  checkSocketFolder(socketPath);
}
