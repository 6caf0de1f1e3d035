/**
 * Lists the tools of the public servers anew: installs each into a folder of its own, starts it, asks `tools/list`, and
 * writes `tools/<server>.json`. Needs the npm registry; the measurement itself needs only the files.
 *
 *     node test/relevance/collect.ts [SERVER...]
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { type PublicServer, publicServers } from './servers.ts';

const START_MS = 40_000;
/** Characters of one text; what follows no search needs. */
const LONGEST_TEXT = 1500;
/** Deeper parts of a schema are left out. */
const DEEPEST = 8;
const KEPT = ['name', 'title', 'description', 'inputSchema', 'annotations'] as const;

const only = process.argv.slice(2);
const refused: string[] = [];
for (const server of publicServers) {
  if (only.length > 0 && !only.includes(server.name)) continue;
  const folder = mkdtempSync(join(tmpdir(), 'tool-lists-'));
  try {
    console.log(server.name, await collect(server, folder));
  } catch (error) {
    refused.push(server.name);
    console.log(server.name, 'REFUSED', error instanceof Error ? error.message.slice(0, 300) : error);
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  }
}
if (refused.length > 0) console.log('refused:', refused.join(' '));
process.exit(refused.length > 0 ? 1 : 0);

async function collect(server: PublicServer, folder: string): Promise<number> {
  install(server, folder);
  const { bin, licence, version } = describe(server, folder);
  const tools = (await list(server, bin, folder)).map(slim);
  const body = { server: server.name, package: server.package, version, licence, tools };
  writeFileSync(new URL(`tools/${server.name}.json`, import.meta.url), `${JSON.stringify(body, null, 1)}\n`);
  return tools.length;
}

function install({ package: name }: PublicServer, folder: string): void {
  writeFileSync(join(folder, 'package.json'), '{"private":true}');
  // No install scripts: a list of tools needs none of the browsers that some would bring.
  const args = [
    'install',
    '--ignore-scripts',
    '--no-audit',
    '--no-fund',
    '--omit=dev',
    '--loglevel=error',
    name,
  ];
  execFileSync('npm', args, { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'], timeout: 240_000 });
}

function describe(server: PublicServer, folder: string) {
  const root = join(folder, 'node_modules', server.package);
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const bins = typeof manifest.bin === 'string' ? { only: manifest.bin } : manifest.bin;
  const bin = join(root, String(server.bin ? bins[server.bin] : Object.values(bins)[0]));
  return { bin, version: String(manifest.version), licence: String(manifest.license ?? 'not stated') };
}

async function list(server: PublicServer, bin: string, folder: string) {
  const home = join(folder, 'home');
  mkdirSync(home);
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: [bin, ...(server.args ?? [])],
    cwd: home,
    env: { PATH: process.env['PATH'] ?? '', HOME: home, NODE_ENV: 'production', ...server.env },
    stderr: 'ignore',
  });
  const client = new Client({ name: 'tool-lists', version: '1' });
  try {
    await client.connect(transport, { timeout: START_MS });
    return (await client.listTools({}, { timeout: START_MS })).tools;
  } finally {
    await client.close();
  }
}

function slim(tool: Record<string, unknown>) {
  const kept = KEPT.filter((key) => tool[key] !== undefined);
  return Object.fromEntries(kept.map((key) => [key, shorten(tool[key], 0)]));
}

function shorten(value: unknown, depth: number): unknown {
  if (typeof value === 'string')
    return value.length > LONGEST_TEXT ? `${value.slice(0, LONGEST_TEXT).toWellFormed()}…` : value;
  if (typeof value !== 'object' || value === null) return value;
  if (depth >= DEEPEST) return {};
  if (Array.isArray(value)) return value.slice(0, 60).map((item) => shorten(item, depth + 1));
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, shorten(item, depth + 1)]));
}
