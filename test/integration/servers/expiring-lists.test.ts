/** Lists of a server that hold for a time only, by its own word, are read again after it; the others when news come. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { serverConfigSchema } from '#shared/features/servers/config.ts';
import { createServersBench, type ServersBench, until } from '#test/support/mcp/bench.ts';

/** Its one tool is named by a file; how long the list holds is its second argument. It never says that anything changed. */
const SERVER = `
  const { readFileSync } = require('node:fs');
  const [file, ttlMs] = process.argv.slice(1);
  let lists = 0;
  const list = () => {
    const tool = { name: readFileSync(file, 'utf8'), description: 'list ' + ++lists, inputSchema: { type: 'object' } };
    return { tools: [tool], ttlMs: JSON.parse(ttlMs), cacheScope: 'public' };
  };
  const initialize = { protocolVersion: '2025-11-25', capabilities: { tools: {} }, serverInfo: { name: 'fixture', version: '1' } };
  require('node:readline').createInterface({ input: process.stdin }).on('line', (line) => {
    const { id, method } = JSON.parse(line);
    if (id === undefined) return;
    const result = method === 'tools/list' ? list() : method === 'initialize' ? initialize : undefined;
    const answer = result ? { result } : { error: { code: -32601, message: 'unknown' } };
    console.log(JSON.stringify({ jsonrpc: '2.0', id, ...answer }));
  });`;

let folder: string;
let bench: ServersBench;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lists-'));
  await writeFile(join(folder, 'name'), 'first');
  bench = createServersBench({ minTtlMs: 20 });
});
afterEach(async () => {
  await bench.servers.stopAll();
  await rm(folder, { recursive: true });
});

async function add(ttlMs: unknown): Promise<void> {
  const args = ['-e', SERVER, join(folder, 'name'), JSON.stringify(ttlMs)];
  const transport = { type: 'stdio', command: process.execPath, args };
  await bench.servers.add(serverConfigSchema.parse({ name: 'it', transport, interaction: 'off' }));
}
const tool = () => bench.servers.offers('it')?.tools[0];

it('are read again when their time is over, for as long as the server runs', async () => {
  await add(30);
  expect(tool()?.name).toBe('first');
  await writeFile(join(folder, 'name'), 'second');
  await until(() => tool()?.name === 'second');
  await writeFile(join(folder, 'name'), 'third');
  await until(() => tool()?.name === 'third');
});

it.each([0, -5, 1.5, 'soon', null, 1e300])(
  'are not read again for a time that makes no sense: %j',
  async (ttlMs) => {
    await add(ttlMs);
    expect(bench.servers.offers('it')).not.toHaveProperty('ttlMs');
    // It would have been read again several times while another server does so.
    const other = ['-e', SERVER, join(folder, 'name'), '20'];
    const transport = { type: 'stdio', command: process.execPath, args: other };
    await bench.servers.add(serverConfigSchema.parse({ name: 'other', transport, interaction: 'off' }));
    await until(() => bench.servers.offers('other')?.tools[0]?.description === 'list 4');
    expect(tool()?.description).toBe('list 1');
  },
);
