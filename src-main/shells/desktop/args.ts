/** The command line of the application: options of its own, and those that it passes on to the node. */
import { parseArgs } from 'node:util';
import { AppError } from '#shared/kernel/errors.ts';

export interface DesktopArgs {
  dataDir: string | undefined;
  host: 'child' | 'main';
  /** Starts without a window. */
  hidden: boolean;
  /** Options of `toolswarm daemon`, ready to be passed on. */
  daemon: string[];
}

const OPTIONS = {
  'data-dir': { type: 'string' },
  'node-host': { type: 'string' },
  hidden: { type: 'boolean' },
  listen: { type: 'string', multiple: true },
  bootstrap: { type: 'string', multiple: true },
  'mcp-port': { type: 'string' },
  'web-port': { type: 'string' },
  footprint: { type: 'string' },
  'no-mdns': { type: 'boolean' },
} as const;

const PASSED_ON = ['listen', 'bootstrap', 'mcp-port', 'web-port', 'footprint'] as const;

/**
 * Reads `process.argv` without the program itself. What is not known is left alone: Chromium has switches of its own,
 * and links and the application's folder come as plain words. Throws `desktop.wrong_option`.
 */
export function readArgs(argv: readonly string[]): DesktopArgs {
  const { values } = parseArgs({ args: [...argv], options: OPTIONS, strict: false, allowPositionals: true });
  const host = values['node-host'] ?? 'child';
  if (host !== 'child' && host !== 'main') throw wrongHost(String(host));
  return {
    dataDir: textOf(values['data-dir']),
    host,
    hidden: values.hidden === true,
    daemon: [
      ...PASSED_ON.flatMap((name) =>
        [values[name] ?? []]
          .flat()
          .flatMap((value) => (typeof value === 'string' ? [`--${name}`, value] : [])),
      ),
      ...(values['no-mdns'] === true ? ['--no-mdns'] : []),
    ],
  };
}

const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

const wrongHost = (given: string): AppError =>
  new AppError('desktop.wrong_option', `--node-host is “child” or “main”, not “${given.slice(0, 40)}”.`, {
    advice: 'Leave it out: the node then runs as a process of its own.',
  });
