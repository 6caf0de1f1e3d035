/**
 * Flags of V8 for a daemon. A young generation of 4 MiB instead of up to 32 keeps it some 15 MiB smaller at rest; what it
 * allocates per call dies young all the same. They can only be given at start, so a daemon is started anew with them.
 */
const FLAGS = ['--max-semi-space-size=4'];
/** On a constrained machine 6 MiB less are worth more frequent collections. */
const SMALL = ['--max-semi-space-size=1'];

/**
 * The flags that a command line asks for.
 * @param {string[]} args
 */
export function flagsFor(args) {
  if (args[0] !== 'daemon') return [];
  return args.includes('--footprint=small') || args[args.indexOf('--footprint') + 1] === 'small'
    ? SMALL
    : FLAGS;
}

/**
 * Replaces this process by one with the flags, under the same pid, where the system can do that and they are missing.
 * @param {string[]} flags
 */
export function restartWith(flags) {
  const isMissing = flags.some((flag) => !process.execArgv.includes(flag));
  if (!isMissing || process.platform === 'win32' || typeof process.execve !== 'function') return;
  process.execve(
    process.execPath,
    [process.execPath, ...process.execArgv, ...flags, ...process.argv.slice(1)],
    process.env,
  );
}
