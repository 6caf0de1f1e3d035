/**
 * Ends process groups when this process dies without the chance to do so itself (SIGKILL, power of the out-of-memory
 * killer). A tiny shell waits on a pipe that only we hold: the kernel closes it with us, whatever the reason, and the
 * shell then ends every group it still has on its list. One guard serves the whole daemon.
 */
import { type ChildProcess, spawn } from 'node:child_process';

export interface ProcessGuard {
  /** From now on `pid` (leader of its own group) ends with us. */
  watch(pid: number): void;
  /** The group is gone; its number may be used again by others. */
  forget(pid: number): void;
  close(): void;
}

/**
 * Signals are ignored so that Ctrl+C in the terminal does not take the guard before the groups it guards. Where there
 * is `/proc`, processes that left their group are found by the mark in their environment.
 */
const POSIX_GUARD = `
trap '' HUP INT TERM
mark=$1
groups=' '
while read -r sign group; do
  case $sign in
    +) groups="$groups$group " ;;
    -) groups="\${groups%% $group *} \${groups#* $group }" ;;
  esac
done
[ -z "\${groups## }" ] && exit 0
end() {
  strays=$(grep -ls "$mark" /proc/[0-9]*/environ | cut -d/ -f3)
  for group in $groups; do kill -"$1" -"$group" 2>/dev/null; done
  for stray in $strays; do kill -"$1" "$stray" 2>/dev/null; done
}
end TERM
sleep 2
end KILL
`;

/** Windows has no process groups to signal; \`taskkill\` ends a tree by its root. */
const WINDOWS_GUARD = `
const pids = new Set();
require('node:readline').createInterface({ input: process.stdin })
  .on('line', (line) => line[0] === '+' ? pids.add(line.slice(2)) : pids.delete(line.slice(2)))
  .on('close', () => pids.forEach((pid) => require('node:child_process').spawnSync('taskkill', ['/pid', pid, '/T', '/F'])));
`;

/**
 * @param mark text in the environment of every process that belongs to us.
 * Starts on the first `watch`; a guard that ended is started again with everything it had to watch.
 */
export function createProcessGuard(mark: string, platform: NodeJS.Platform = process.platform): ProcessGuard {
  const watched = new Set<number>();
  let guard: ChildProcess | undefined;

  function start(): ChildProcess {
    const child =
      platform === 'win32'
        ? spawn(process.execPath, ['-e', WINDOWS_GUARD], {
            stdio: ['pipe', 'ignore', 'ignore'],
            detached: true,
            windowsHide: true,
          })
        : spawn('/bin/sh', ['-c', POSIX_GUARD, 'toolswarm-guard', mark], {
            stdio: ['pipe', 'ignore', 'ignore'],
            detached: true,
          });
    child.unref();
    (child.stdin as unknown as { unref?: () => void }).unref?.();
    const gone = () => {
      if (guard === child) guard = undefined;
    };
    child.on('error', gone).on('exit', gone);
    child.stdin?.on('error', gone);
    for (const pid of watched) child.stdin?.write(`+ ${pid}\n`);
    return child;
  }

  return {
    watch(pid) {
      watched.add(pid);
      if (guard) guard.stdin?.write(`+ ${pid}\n`);
      else guard = start();
    },
    forget(pid) {
      if (watched.delete(pid)) guard?.stdin?.write(`- ${pid}\n`);
    },
    close() {
      guard?.stdin?.end();
      guard = undefined;
    },
  };
}
