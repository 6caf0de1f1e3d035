/** What an MCP server looks like in the file of a client: how ours is written, and what an entry there would start. */

/** A program and its arguments, as `spawn` takes them. */
export interface StartCommand {
  command: string;
  args: string[];
}

/** What connects over HTTP. */
export interface HttpTarget {
  url: string;
  token: string;
}

export type Entry = Record<string, unknown>;

/**
 * How a client writes an entry. The members of a command are nearly the same everywhere; what tells the shapes apart is
 * the extra member of a command and the words for HTTP.
 */
export type EntryShape =
  | 'stdio_only'
  | 'typed'
  | 'typed_url'
  | 'url'
  | 'server_url'
  | 'streamable'
  | 'roo'
  | 'continue'
  | 'codex'
  | 'gemini'
  | 'copilot'
  | 'goose'
  | 'opencode';

/** The name of our entry in every file. */
export const ENTRY_NAME = 'toolswarm';

/** Seconds that Goose waits for a call. */
const GOOSE_TIMEOUT_S = 300;

const bearer = (token: string) => ({ Authorization: `Bearer ${token}` });

interface Shape {
  stdio(start: StartCommand): Entry;
  http?(target: HttpTarget): Entry;
}

const plain = ({ command, args }: StartCommand): Entry => ({ command, args });

const shapes: Record<EntryShape, Shape> = {
  stdio_only: { stdio: plain },
  typed: {
    stdio: (start) => ({ type: 'stdio', ...plain(start) }),
    http: ({ url, token }) => ({ type: 'http', url, headers: bearer(token) }),
  },
  typed_url: {
    stdio: plain,
    http: ({ url, token }) => ({ type: 'http', url, headers: bearer(token) }),
  },
  url: { stdio: plain, http: ({ url, token }) => ({ url, headers: bearer(token) }) },
  server_url: { stdio: plain, http: ({ url, token }) => ({ serverUrl: url, headers: bearer(token) }) },
  streamable: {
    stdio: (start) => ({ ...plain(start), disabled: false }),
    http: ({ url, token }) => ({ type: 'streamableHttp', url, headers: bearer(token), disabled: false }),
  },
  roo: {
    stdio: (start) => ({ ...plain(start), disabled: false }),
    http: ({ url, token }) => ({ type: 'streamable-http', url, headers: bearer(token), disabled: false }),
  },
  continue: {
    stdio: (start) => ({ name: ENTRY_NAME, type: 'stdio', ...plain(start) }),
    http: ({ url, token }) => ({
      name: ENTRY_NAME,
      type: 'streamable-http',
      url,
      requestOptions: { headers: bearer(token) },
    }),
  },
  codex: { stdio: plain, http: ({ url, token }) => ({ url, http_headers: bearer(token) }) },
  gemini: { stdio: plain, http: ({ url, token }) => ({ httpUrl: url, headers: bearer(token) }) },
  copilot: {
    stdio: (start) => ({ type: 'local', ...plain(start), tools: ['*'] }),
    http: ({ url, token }) => ({ type: 'http', url, headers: bearer(token), tools: ['*'] }),
  },
  goose: {
    stdio: ({ command, args }) => ({
      enabled: true,
      type: 'stdio',
      name: ENTRY_NAME,
      description: 'Toolswarm',
      cmd: command,
      args,
      timeout: GOOSE_TIMEOUT_S,
    }),
    http: ({ url, token }) => ({
      enabled: true,
      type: 'streamable_http',
      name: ENTRY_NAME,
      description: 'Toolswarm',
      uri: url,
      headers: bearer(token),
      timeout: GOOSE_TIMEOUT_S,
    }),
  },
  opencode: {
    stdio: ({ command, args }) => ({ type: 'local', command: [command, ...args], enabled: true }),
    http: ({ url, token }) => ({ type: 'remote', url, headers: bearer(token), enabled: true }),
  },
};

/** The entry that makes a client start `start`. */
export const stdioEntry = (shape: EntryShape, start: StartCommand): Entry => shapes[shape].stdio(start);

/** The entry for HTTP, or undefined where the client's file has no words for it. */
export const httpEntry = (shape: EntryShape, target: HttpTarget): Entry | undefined =>
  shapes[shape].http?.(target);

const isText = (value: unknown): value is string => typeof value === 'string';
const texts = (value: unknown): string[] => (Array.isArray(value) ? value.filter(isText) : []);

/** What an entry starts, whatever its shape; undefined where it starts nothing. */
export function commandOf(entry: unknown): StartCommand | undefined {
  if (typeof entry !== 'object' || entry === null) return undefined;
  const { command, cmd, args } = entry as Entry;
  if (Array.isArray(command)) {
    const [first, ...rest] = texts(command);
    return first === undefined ? undefined : { command: first, args: rest };
  }
  const program = isText(command) ? command : cmd;
  return isText(program) ? { command: program, args: texts(args) } : undefined;
}

export type EntryState =
  /** No entry of our name. */
  | 'absent'
  /** Ours, as it would be written today. */
  | 'present'
  /** Ours, but of an earlier installation: what it names has moved. */
  | 'stale'
  /** Somebody else's: another node's, or something else that goes by our name. */
  | 'foreign';

export interface ReadEntry {
  state: EntryState;
  /** The profile that an entry of ours names. */
  profile?: string;
}

/**
 * Tells whose an entry is.
 * @param current what an entry for the default profile would start, and the node's data folder.
 */
export function readEntry(entry: unknown, current: StartCommand & { dataDir: string }): ReadEntry {
  if (entry === undefined) return { state: 'absent' };
  const start = commandOf(entry);
  if (!start || !isBridge(start)) return { state: 'foreign' };
  const dataDir = optionOf(start.args, '--data-dir');
  if (dataDir !== undefined && dataDir !== current.dataDir) return { state: 'foreign' };
  const profile = optionOf(start.args, '--profile') ?? 'default';
  const same =
    start.command === current.command && start.args[0] === current.args[0] && dataDir === current.dataDir;
  return { state: same ? 'present' : 'stale', profile };
}

const OUR_PROGRAM = /(^|[\\/])toolswarm(\.mjs|\.cmd|\.exe)?$/i;
/** Of the installed application, wherever that is. */
const OUR_BUNDLE = /[\\/]app\.asar\.unpacked[\\/]dist[\\/]node[\\/]cli\.js$/i;

/** `…/toolswarm.mjs mcp …` or `toolswarm mcp …`, whatever runs it. */
function isBridge({ command, args }: StartCommand): boolean {
  const words = [command, ...args];
  const program = words.findIndex((word) => OUR_PROGRAM.test(word) || OUR_BUNDLE.test(word));
  return program >= 0 && words[program + 1] === 'mcp';
}

function optionOf(args: readonly string[], name: string): string | undefined {
  const at = args.indexOf(name);
  return at < 0 ? undefined : args[at + 1];
}
