/**
 * The command inside the sandbox. It travels in variables whose names are ours, and what the library quotes over and over is
 * one short line. The package's variables get their own names only inside: one that sets `LD_PRELOAD` or `PATH` would
 * otherwise choose what runs outside, before it is confined; as arguments everybody on the machine could read them. Pure.
 */
const PREFIX = 'TOOLSWARM_';
const SCRIPT = `${PREFIX}SCRIPT`;
const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** What programs need to find the way to declared hosts. */
const PROXIES = ['HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY', 'GRPC_PROXY', 'NO_PROXY'].flatMap((name) => [
  name,
  name.toLowerCase(),
]);
/** What the library says besides, of itself and to programs that may have their own settings. */
const OTHERS = [
  'SANDBOX_RUNTIME',
  'GIT_CONFIG_PARAMETERS',
  'GIT_SSH_COMMAND',
  'SRT_SSH_PROXY_COMMAND',
  'SRT_ALLOW_NESTED_USERNS',
  'FTP_PROXY',
  'ftp_proxy',
  'RSYNC_PROXY',
  'DOCKER_HTTP_PROXY',
  'DOCKER_HTTPS_PROXY',
  ...['TYPE', 'ADDRESS', 'PORT', 'USERNAME', 'PASSWORD'].map((name) => `CLOUDSDK_PROXY_${name}`),
  'JAVA_TOOL_OPTIONS',
  'CLAUDE_CODE_HOST_HTTP_PROXY_PORT',
  'CLAUDE_CODE_HOST_SOCKS_PROXY_PORT',
];
/** What the shells on the way bring with them. */
const SHELLS = ['PATH', 'PWD', 'OLDPWD', 'TMPDIR'];

export interface InnerCommand {
  /** For `/bin/sh -c` inside. */
  line: string;
  /** What the outer process is given; none of its names are the package's. */
  env: Record<string, string>;
}

export interface InnerOptions {
  /** Whether the variables that name proxies stay. */
  proxies: boolean;
  /** Words of a shell that come before the program, such as its limits. */
  before?: string;
}

/** Variables whose names no shell can hold are left out. */
export function innerCommand(
  command: string,
  args: readonly string[],
  variables: Readonly<Record<string, string>>,
  { before = '', proxies }: InnerOptions,
): InnerCommand {
  const named = Object.entries(variables).filter(([name]) => NAME.test(name) && !name.startsWith(PREFIX));
  const carried = named.map(([name, value], index) => [`${PREFIX}ENV_${index}`, `${name}=${value}`] as const);
  const foreign = [...OTHERS, ...SHELLS, ...(proxies ? [] : PROXIES)];
  const script = [
    before,
    `unset ${[SCRIPT, ...foreign].join(' ')}`,
    ...carried.map(([carrier]) => `export "$${carrier}"; unset ${carrier}`),
    `exec ${[command, ...args].map(quoted).join(' ')}`,
  ];
  return {
    line: `eval "$${SCRIPT}"`,
    env: { ...Object.fromEntries(carried), [SCRIPT]: script.filter(Boolean).join('\n') },
  };
}

/** A word of a POSIX shell that means itself. */
export const quoted = (word: string): string => `'${word.replaceAll("'", `'"'"'`)}'`;
