/**
 * The command inside the sandbox, as a line for `/bin/sh`. Its variables reach the shell under names of ours and get their
 * own only there: a package that sets `LD_PRELOAD` or `PATH` would otherwise choose what runs outside, before it is
 * confined; and as arguments everybody on the machine could read them. Pure.
 */
const PREFIX = 'TOOLSWARM_ENV_';
const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

export interface InnerCommand {
  line: string;
  /** What the outer process is given; none of its names are the package's. */
  env: Record<string, string>;
}

/** Variables whose names no shell can hold are left out. */
export function innerCommand(
  command: string,
  args: readonly string[],
  variables: Readonly<Record<string, string>>,
): InnerCommand {
  const named = Object.entries(variables).filter(([name]) => NAME.test(name) && !name.startsWith(PREFIX));
  const carriers = named.map((_, index) => `${PREFIX}${index}`);
  const exports = carriers.map((carrier) => `export "$${carrier}"; unset ${carrier}; `).join('');
  return {
    line: `${exports}exec ${[command, ...args].map(quoted).join(' ')}`,
    env: Object.fromEntries(named.map(([name, value], index) => [`${PREFIX}${index}`, `${name}=${value}`])),
  };
}

/** A word of a POSIX shell that means itself. */
export const quoted = (word: string): string => `'${word.replaceAll("'", `'"'"'`)}'`;
