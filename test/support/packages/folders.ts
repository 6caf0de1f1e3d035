/** Folders that become packages: a small MCP server in plain JavaScript, and its manifest. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { OURS } from '#shared/features/packages/manifest.ts';
import type { Tool } from '#shared/features/registry/tool.ts';

export interface FolderWish {
  name?: string;
  version?: string;
  tools?: Tool[];
  /** What the server does beside answering, as statements that run at its start. */
  code?: string;
  ours?: object;
  manifest?: object;
  /** Further files. */
  files?: Record<string, string | Uint8Array>;
}

export const toolNamed = (name: string, description = `Does ${name}`): Tool => ({
  name,
  description,
  inputSchema: { type: 'object', properties: { text: { type: 'string', description: 'What to say' } } },
});

/** Answers calls with its version, its settings in the environment and the text it was given. */
const SERVER = (tools: readonly Tool[], version: string, code: string) => `
import { createInterface } from 'node:readline';
import fs from 'node:fs';
${code}
const tools = ${JSON.stringify(tools)};
const answers = {
  initialize: () => ({ protocolVersion: '2025-11-25', capabilities: { tools: {} }, serverInfo: { name: 'fixture', version: ${JSON.stringify(version)} } }),
  'tools/list': () => ({ tools }),
  'tools/call': ({ name, arguments: given = {} }) => ({ content: [{ type: 'text', text: JSON.stringify({ name, version: ${JSON.stringify(version)}, text: given.text, env: process.env.SETTING, secret: process.env.TOKEN }) }] }),
};
createInterface({ input: process.stdin }).on('line', (line) => {
  const { id, method, params } = JSON.parse(line);
  if (id === undefined) return;
  const answer = answers[method];
  console.log(JSON.stringify({ jsonrpc: '2.0', id, ...(answer ? { result: answer(params ?? {}) } : { error: { code: -32601, message: 'unknown' } }) }));
});
`;

/** Writes the folder anew. */
export async function writePackage(folder: string, wish: FolderWish = {}): Promise<string> {
  const { code = '', files = {}, manifest = {}, name = 'files', ours = {}, version = '1.0.0' } = wish;
  const tools = wish.tools ?? [toolNamed('echo')];
  await mkdir(join(folder, 'server'), { recursive: true });
  await writeFile(join(folder, 'server', 'index.mjs'), SERVER(tools, version, code));
  for (const [path, content] of Object.entries(files)) await writeFile(join(folder, path), content);
  const whole = {
    manifest_version: '0.3',
    name,
    version,
    description: 'Files for everybody',
    author: { name: 'An author' },
    license: 'MIT',
    server: {
      type: 'node',
      entry_point: 'server/index.mjs',
      mcp_config: { command: 'node', args: ['$' + '{__dirname}/server/index.mjs'], env: {} },
    },
    tools: tools.map((tool) => ({ name: tool.name, description: tool.description })),
    _meta: { [OURS]: ours },
    ...manifest,
  };
  await writeFile(join(folder, 'manifest.json'), JSON.stringify(whole));
  return folder;
}
