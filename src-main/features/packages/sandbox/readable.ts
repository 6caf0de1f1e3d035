/** What every program needs of the system to start at all. Everything else of the machine is not there. */
import { existsSync } from 'node:fs';

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

/** @param own absolute paths beside the system's: programs that are started, and what they load */
export function systemPaths(platform: NodeJS.Platform, own: readonly string[]): string[] {
  const system = platform === 'darwin' ? MACOS : LINUX;
  const isCovered = (path: string) => system.some((known) => path.startsWith(`${known}/`));
  return [...system, ...own.filter((path) => !isCovered(path))].filter((path) => existsSync(path));
}
