/** The environment of a server's process, and the headers of an HTTP server: what was declared, and little else. */
import { dirname, delimiter } from 'node:path';
import { AppError } from '#shared/kernel/errors.ts';
import type { ServerConfig } from '#shared/features/servers/config.ts';

/** All that is inherited. Nothing of ours (tokens, keys, proxies with passwords) leaks into a server. */
const POSIX_INHERITED = ['HOME', 'USER', 'LOGNAME', 'LANG', 'TMPDIR', 'SHELL', 'TZ'];
const WINDOWS_INHERITED = [
  'APPDATA',
  'COMSPEC',
  'HOMEDRIVE',
  'HOMEPATH',
  'LOCALAPPDATA',
  'NUMBER_OF_PROCESSORS',
  'PATHEXT',
  'PROGRAMDATA',
  'PROGRAMFILES',
  'PROGRAMFILES(X86)',
  'SYSTEMDRIVE',
  'SYSTEMROOT',
  'TEMP',
  'TMP',
  'USERNAME',
  'USERPROFILE',
  'WINDIR',
]; // prettier-ignore

/** The inherited part, with `path` as PATH and our own Node last on it, for machines that have none. */
export function baseEnvironment(
  path: string,
  inherited: NodeJS.ProcessEnv = process.env,
  platform: NodeJS.Platform = process.platform,
): Record<string, string> {
  const wanted = new Set(platform === 'win32' ? WINDOWS_INHERITED : POSIX_INHERITED);
  const env: Record<string, string> = {};
  for (const [name, value] of Object.entries(inherited)) {
    const known =
      platform === 'win32' ? wanted.has(name.toUpperCase()) : wanted.has(name) || name.startsWith('LC_');
    if (known && value !== undefined) env[name] = value;
  }
  env['PATH'] = [path, dirname(process.execPath)].filter((part) => part !== '').join(delimiter);
  return env;
}

const PLACEHOLDER = /\$\{([A-Za-z_][A-Za-z0-9_.-]*)\}/g;

/**
 * Declared values with `${NAME}` of declared secrets filled in, and the secrets that are named nowhere as values of
 * their own. Throws `servers.secret_missing`.
 */
export function resolveValues(
  config: ServerConfig,
  secret: (name: string) => string | undefined,
): { values: Record<string, string>; args: string[]; url: string } {
  const known = new Set(config.secrets);
  const used = new Set<string>();
  const fill = (text: string): string =>
    text.replace(PLACEHOLDER, (whole, name: string) => {
      if (!known.has(name)) return whole;
      used.add(name);
      return valueOf(name);
    });
  const valueOf = (name: string): string => {
    const value = secret(name);
    if (value === undefined) throw missing(config.name, name);
    return value;
  };
  const { transport } = config;
  const args = transport.type === 'stdio' ? transport.args.map(fill) : [];
  const url = transport.type === 'http' ? fill(transport.url) : '';
  const values = Object.fromEntries(Object.entries(config.env).map(([name, value]) => [name, fill(value)]));
  for (const name of config.secrets) if (!used.has(name)) values[name] = valueOf(name);
  return { values, args, url };
}

const missing = (server: string, name: string): AppError =>
  new AppError('servers.secret_missing', `The secret ${name} of the server ${server} has no value.`, {
    advice: `Remove the server and add it again with a value for ${name}.`,
  });
