/**
 * What one hands to somebody who helps: versions, settings, states, failures and the end of the log, with everything
 * taken out that is secret or tells who somebody is. Texts in files, so that the person can read all of it first.
 */
import { open } from 'node:fs/promises';
import { arch, cpus, homedir, hostname, release, totalmem, type as systemName, userInfo } from 'node:os';
import { join } from 'node:path';
import type { Diagnostics } from '#shared/features/node/upkeep.ts';
import { failingHop } from '#shared/features/relay/hops.ts';
import type { InvocationDetail } from '#shared/features/relay/contract.ts';
import type { Clock } from '#shared/kernel/clock.ts';
import { toErrorShape } from '#shared/kernel/errors.ts';
import { createMask, type Mask, type Surroundings } from '#main/platform/mask.ts';

/** Parts of the node by the name of the file that they fill; each is asked anew, and one that fails says so there. */
export type DiagnosticsParts = Record<string, () => unknown>;

export interface DiagnosticsDeps {
  clock: Clock;
  logDir: string;
  parts: DiagnosticsParts;
  /** Failed calls of late, newest first. */
  failures(): InvocationDetail[];
  /** What the operator, his peers and their providers call themselves. */
  names(): string[];
  surroundings?: Omit<Surroundings, 'names'>;
}

/** The end of the log that goes along; beginnings of lines are cut off. */
const MAX_LOG_BYTES = 256 * 1024;
const LOG_FILES = ['node.log', 'node.1.log'];

export async function collectDiagnostics(deps: DiagnosticsDeps): Promise<Diagnostics> {
  const mask = createMask({ ...(deps.surroundings ?? ownSurroundings()), names: deps.names() });
  const at = new Date(deps.clock.now()).toISOString();
  const files = [{ name: 'README.txt', text: `${WORDS}\nCollected at ${at}.\n` }];
  for (const [name, read] of Object.entries({ ...deps.parts, failures: () => failuresOf(deps) }))
    files.push({ name: `${name}.json`, text: await jsonText(read, mask) });
  for (const name of LOG_FILES) {
    const text = await readEnd(join(deps.logDir, name));
    if (text !== '') files.push({ name: `log/${name}`, text: maskLog(text, mask) });
  }
  return { name: `toolswarm-diagnostics-${at.slice(0, 10)}`, files };
}

const WORDS = `What is in here: version and system, settings, states of servers and connections, failed
calls (no arguments, no results), and the end of the log. What was taken out: keys, tokens, recovery phrases, passwords,
names of people and machines, addresses, paths below the home folder. The same id always has the same stand-in.
Read it before you hand it over; nothing is sent by itself.`;

async function jsonText(read: () => unknown, mask: Mask): Promise<string> {
  try {
    return `${JSON.stringify(mask.value(await read()) ?? null, null, 2)}\n`;
  } catch (error) {
    // A part that cannot be read is itself what a helper wants to know.
    return `${JSON.stringify({ unreadable: mask.value(toErrorShape(error)) }, null, 2)}\n`;
  }
}

/** No names of servers and tools: what somebody does with his machine is his own. */
const failuresOf = ({ failures }: DiagnosticsDeps) =>
  failures().map((call) => ({
    at: new Date(call.startedAt).toISOString(),
    direction: call.direction,
    outcome: call.outcome,
    code: call.code,
    hop: failingHop(call),
    durationMs: call.durationMs,
    hops: call.hops,
  }));

/** Lines are JSON; what is not is masked as text. */
const maskLog = (text: string, mask: Mask): string =>
  text
    .split('\n')
    .map((line) => (line === '' ? '' : maskLine(line, mask)))
    .join('\n');

function maskLine(line: string, mask: Mask): string {
  try {
    return JSON.stringify(mask.value(JSON.parse(line)));
  } catch {
    return mask.text(line);
  }
}

/** The last part of a file from the beginning of a line on; empty where there is none. */
async function readEnd(file: string): Promise<string> {
  try {
    await using handle = await open(file, 'r');
    const { size } = await handle.stat();
    const start = Math.max(0, size - MAX_LOG_BYTES);
    const { buffer, bytesRead } = await handle.read(new Uint8Array(size - start), 0, size - start, start);
    // Leniently: a character that the cut divides is one that nobody misses.
    const text = new TextDecoder().decode(buffer.subarray(0, bytesRead));
    return start === 0 ? text : text.slice(text.indexOf('\n') + 1);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  }
}

/** What the machine is, without saying whose. */
export const describeMachine = () => ({
  system: systemName(),
  release: release(),
  arch: arch(),
  processors: cpus().length,
  memoryBytes: totalmem(),
  node: process.versions.node,
  electron: process.versions['electron'],
  sqlite: process.versions['sqlite'],
  residentBytes: process.memoryUsage.rss(),
});

const ownSurroundings = () => ({ home: homedir(), user: userName(), host: hostname() });

/** In some containers nobody has a name. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return '';
  }
}
