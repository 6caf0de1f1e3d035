/**
 * Goes the way of an AI client, link by link: its file, the command that stands there, this node's endpoint, the server
 * behind a tool, the tool. Nothing is taken on trust: the very command is started, and a call is made.
 */
import { META_TOOLS } from '#shared/features/clients/budget.ts';
import { commandOf, type StartCommand } from '#shared/features/clients/entry.ts';
import type { ClientTarget, Hop, HopName } from '#shared/features/clients/files.ts';
import { harmlessTools, type ListedTool } from '#shared/features/clients/prove-rules.ts';
import type { Clock } from '#shared/kernel/clock.ts';
import { AppError, toErrorShape } from '#shared/kernel/errors.ts';
import type { Log } from '#main/platform/log.ts';
import type { ManagedProcess, Processes } from '#main/platform/processes.ts';
import { createStdioClient, type Result, type StdioClient } from './mcp-over-stdio.ts';

export interface ProverDeps {
  clock: Clock;
  log: Log;
  processes: Processes;
  /** The entry as the client reads it. */
  entry(target: ClientTarget): { file: string; entry: unknown; profile: string };
  /** The server that a tool of a profile's catalog belongs to. */
  serverOf(profile: string, tool: string): string | undefined;
  /** Every tool of a profile by its name there, also where its clients are not given a list of them. */
  toolsOf(profile: string): ListedTool[];
}

export interface ProverOptions {
  /** What a client passes on to what it starts. */
  env: Readonly<Record<string, string | undefined>>;
  /** Where clients start things. */
  home: string;
  /** What the endpoint calls itself. */
  serverName: string;
  /** What this caller calls itself; the list of connected clients leaves it out. */
  clientInfo: { name: string; version: string };
}

/** What a proof calls itself: it is no client that a person has connected. */
export const PROVER_NAME = 'toolswarm-proof';

/** How long a program may take to answer for the first time. */
const START_MS = 20_000;
/** A tool may have to start its server, which may have to be downloaded. */
const CALL_MS = 60_000;
/** Pages of tools that are read. */
const MAX_PAGES = 20;
/** Tools that are tried: one that fails by itself says nothing about the way to it. */
const MAX_TRIES = 3;

export type Tell = (hop: Hop) => void;

/** Tells every link when it is tried and how it went; ends at the first that fails. Resolves with whether all held. */
export type Prover = (target: ClientTarget, tell: Tell, signal: AbortSignal) => Promise<boolean>;

type Found = Partial<Pick<Hop, 'subject' | 'count' | 'listed'>>;

export function createProver(deps: ProverDeps, options: ProverOptions): Prover {
  return async (target, tell, signal) => {
    const link = createLink(deps, tell, signal);
    let child: ManagedProcess | undefined;
    const end = () => void child?.end();
    signal.addEventListener('abort', end, { once: true });

    async function start(command: StartCommand): Promise<StdioClient> {
      child = await deps.processes.spawn({ ...command, cwd: options.home, env: definedOnly(options.env) });
      return createStdioClient(child, deps);
    }

    async function walk(): Promise<void> {
      const read = await link(
        'entry',
        async () => readCommand(deps.entry(target)),
        ({ file }) => ({ subject: file }),
      );
      const { client, greeting } = await link(
        'command',
        async () => {
          const started = await start(read.start);
          return { client: started, greeting: await greet(started, options.clientInfo) };
        },
        () => ({ subject: read.start.command }),
      );
      await link(
        'endpoint',
        async () => checked(greeting, options.serverName),
        ({ name, version }) => ({ subject: `${name} ${version}` }),
      );
      const tools = await link(
        'server',
        async () => reachable(await listTools(client), deps.toolsOf(read.profile)),
        ({ tools: found }) => {
          const [tool] = [...harmlessTools(found), ...found];
          const server = tool && deps.serverOf(read.profile, tool.name);
          return { count: found.length, ...(server ? { subject: server } : {}) };
        },
      );
      await link(
        'tool',
        () => callOne(client, tools),
        (name) => (name === undefined ? { listed: true, count: tools.tools.length } : { subject: name }),
      );
    }

    try {
      await walk();
      return true;
    } catch (error) {
      if (error instanceof ChainBroken) return false;
      throw error;
    } finally {
      signal.removeEventListener('abort', end);
      await child?.end();
    }
  };
}

type Link = <Value>(
  hop: HopName,
  work: () => Promise<Value>,
  found: (value: Value) => Found,
) => Promise<Value>;

/** Runs the work of one link and tells how it went; what it throws ends the chain. */
function createLink({ clock, log }: ProverDeps, tell: Tell, signal: AbortSignal): Link {
  return async (hop, work, found) => {
    signal.throwIfAborted();
    const startedAt = clock.monotonic();
    const ms = () => Math.round((clock.monotonic() - startedAt) * 10) / 10;
    tell({ hop, state: 'running' });
    try {
      const value = await work();
      tell({ hop, state: 'ok', ms: ms(), ...found(value) });
      return value;
    } catch (error) {
      if (!(error instanceof AppError)) log.error({ err: error, hop }, 'a proof failed unexpectedly');
      const { code, message, advice, details } = toErrorShape(error);
      const fault = { code, message, advice, ...(details ? { details } : {}) };
      tell({ hop, state: 'failed', ms: ms(), fault });
      throw new ChainBroken();
    }
  };
}

function readCommand({ file, entry, profile }: ReturnType<ProverDeps['entry']>) {
  const start = commandOf(entry);
  if (!start) throw new Error('An entry of ours starts nothing.');
  return { file, start, profile };
}

/** The answer to `initialize`, or the endpoint's refusal: both show that the command runs. */
async function greet(
  client: StdioClient,
  clientInfo: ProverOptions['clientInfo'],
): Promise<Result | AppError> {
  const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo };
  try {
    return await client.request('initialize', params, START_MS);
  } catch (error) {
    if (error instanceof AppError && error.code === 'clients.refused') return error;
    throw error;
  }
}

/** Who answered. Throws what it answered instead, or `clients.not_us`. */
function checked(greeting: Result | AppError, expected: string): { name: string; version: string } {
  if (greeting instanceof AppError) throw greeting;
  const { name, version } = (greeting['serverInfo'] ?? {}) as Record<string, unknown>;
  if (name !== expected) throw notUs(name);
  return { name: expected, version: typeof version === 'string' ? version : '' };
}

/** A link failed and was told. */
class ChainBroken extends Error {}

async function listTools(client: StdioClient): Promise<ListedTool[]> {
  client.notify('notifications/initialized');
  const tools: ListedTool[] = [];
  let cursor: unknown;
  for (let page = 0; page < MAX_PAGES; page += 1) {
    const result = await client.request('tools/list', cursor === undefined ? {} : { cursor }, START_MS);
    if (Array.isArray(result['tools'])) tools.push(...(result['tools'] as ListedTool[]));
    cursor = result['nextCursor'];
    if (cursor === undefined) break;
  }
  if (tools.length === 0) throw noTools();
  return tools;
}

interface Reachable {
  tools: readonly ListedTool[];
  /** Whether they are called through `call_tool`. */
  searched: boolean;
}

/** What can be called: what is listed, or, where the list only has tools for finding tools, what these lead to. */
function reachable(listed: readonly ListedTool[], all: readonly ListedTool[]): Reachable {
  const names = new Set(listed.map(({ name }) => name));
  const searched = all.length > 0 && META_TOOLS.every((name) => names.has(name));
  return { tools: searched ? all : listed, searched };
}

/** The name of the tool that answered; undefined where none may be called. A tool's own error is an answer as well. */
async function callOne(client: StdioClient, { searched, tools }: Reachable): Promise<string | undefined> {
  let fault: unknown;
  for (const { name } of harmlessTools(tools).slice(0, MAX_TRIES)) {
    const call = { name, arguments: {} };
    try {
      await client.request('tools/call', searched ? { name: 'call_tool', arguments: call } : call, CALL_MS);
      return name;
    } catch (error) {
      fault ??= error;
    }
  }
  if (fault !== undefined) throw fault instanceof Error ? fault : new Error(String(fault));
  return undefined;
}

const definedOnly = (env: Readonly<Record<string, string | undefined>>): Record<string, string> =>
  Object.fromEntries(Object.entries(env).filter((pair): pair is [string, string] => pair[1] !== undefined));

const notUs = (name: unknown): AppError =>
  new AppError('clients.not_us', `Something else answered: ${String(name).slice(0, 64)}.`, {
    advice: 'Connect the client again, so that its file names this node.',
  });

const noTools = (): AppError =>
  new AppError('clients.no_tools', 'The endpoint answers, but its list of tools is empty.', {
    advice: 'Add a server, approve a tool, or let the profile of this client show more.',
  });
