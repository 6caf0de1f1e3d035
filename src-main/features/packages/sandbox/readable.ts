/** What every program needs of the system to start at all. Everything else of the machine is not there. */
import { existsSync } from 'node:fs';
import { dirname } from 'node:path';

const LINUX = [
  '/usr',
  '/bin',
  '/sbin',
  '/lib',
  '/lib32',
  '/lib64',
  '/etc/ssl',
  '/etc/pki',
  '/etc/ca-certificates',
  '/etc/ld.so.cache',
  '/etc/ld.so.conf',
  '/etc/ld.so.conf.d',
  '/etc/alternatives',
  '/etc/nsswitch.conf',
  '/etc/localtime',
  '/etc/mime.types',
];
const MACOS = ['/usr', '/bin', '/sbin', '/System', '/Library', '/private/etc/ssl', '/opt/homebrew', '/dev'];

/** @param commands absolute paths of programs that are started */
export function systemPaths(platform: NodeJS.Platform, commands: readonly string[]): string[] {
  const system = platform === 'darwin' ? MACOS : LINUX;
  const isCovered = (path: string) => system.some((known) => path.startsWith(`${known}/`));
  // A Python of the operator's own lies with its library beside it.
  const own = commands.filter((path) => !isCovered(path)).flatMap((path) => [path, libraryBeside(path)]);
  return [...system, ...own].filter((path) => path !== '' && existsSync(path));
}

const libraryBeside = (command: string): string =>
  /python[0-9.]*$/.test(command) ? dirname(dirname(command)) : '';
