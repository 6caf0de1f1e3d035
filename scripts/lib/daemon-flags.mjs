/**
 * With what a daemon is started. A young generation of 4 MiB instead of up to 32 keeps it some 15 MiB smaller at rest; what
 * it allocates per call dies young all the same. This can only be given at start, so a daemon is started anew with it.
 */
const FLAGS = ['--max-semi-space-size=4'];
/**
 * On a constrained machine memory is worth more than time: collecting more often spares 10 MiB, and another 12 are spared where
 * neither of the two optimising compilers runs, whose own code becomes resident as well. A call from node to node takes
 * a third longer then, half a millisecond.
 */
const SMALL_FLAGS = ['--max-semi-space-size=1', '--optimize-for-size', '--no-opt', '--no-maglev'];
/** One heap of the C library for all threads: those of ours allocate little, and each would keep its own. */
const SMALL_ENV = { MALLOC_ARENA_MAX: '1' };

/** @param {readonly string[]} args */
const isSmall = (args) =>
  args.some(
    (arg, index) => arg === '--footprint=small' || (arg === '--footprint' && args[index + 1] === 'small'),
  );

/**
 * Flags of the engine and variables of the environment that a command line asks for.
 * @param {readonly string[]} args
 * @returns {{ flags: string[], env: Record<string, string> }}
 */
export function settingsFor(args) {
  if (args[0] !== 'daemon') return { flags: [], env: {} };
  return isSmall(args) ? { flags: SMALL_FLAGS, env: SMALL_ENV } : { flags: FLAGS, env: {} };
}

/**
 * Replaces this process by one with these settings, under the same pid, where the system can do that and they are missing.
 * @param {ReturnType<typeof settingsFor>} settings
 */
export function restartWith({ env, flags }) {
  const isMissing =
    flags.some((flag) => !process.execArgv.includes(flag)) ||
    Object.entries(env).some(([name, value]) => process.env[name] !== value);
  if (!isMissing || process.platform === 'win32' || typeof process.execve !== 'function') return;
  process.execve(
    process.execPath,
    [process.execPath, ...process.execArgv, ...flags, ...process.argv.slice(1)],
    { ...process.env, ...env },
  );
}
