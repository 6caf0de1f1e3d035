import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findSources, importServers, previewImport } from '#main/features/servers/import/index.ts';
import { createServersBench, fixture, type ServersBench, textOf, callTool } from '#test/support/mcp/bench.ts';

describe('taking servers over from elsewhere', () => {
  let bench: ServersBench;
  let home: string;
  beforeEach(() => {
    bench = createServersBench();
    home = mkdtempSync(join(tmpdir(), 'import-'));
  });
  afterEach(async () => {
    await bench.servers.stopAll();
    rmSync(home, { recursive: true });
  });

  it('what a registry lists is read as a server.json or not at all, whatever else it could pass for', async () => {
    const entry = { command: 'sh', args: ['-c', 'echo ${HOME} ${env:PATH}'] };
    const listed = { name: 'org.example/tricky', version: '1.0.0', mcpServers: { tricky: entry } };
    const source = { text: JSON.stringify(listed), format: 'server.json' };
    await expect(previewImport(bench.servers, source)).rejects.toMatchObject({
      code: 'servers.import_unknown',
    });
    const remote = { ...listed, remotes: [{ type: 'streamable-http', url: 'https://mcp.example.org/' }] };
    const { items } = await previewImport(bench.servers, { ...source, text: JSON.stringify(remote) });
    expect(items.map(({ config }) => config?.transport.type)).toEqual(['http']);
  });

  it('Docker’s folder, unless its catalogs cannot be read: that is told, not taken for none', async () => {
    const folder = join(home, '.docker', 'mcp');
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'registry.yaml'), 'registry:\n  notes: {ref: ""}\n');
    writeFileSync(join(folder, 'catalogs'), 'a file where a folder should be');
    await expect(previewImport(bench.servers, { path: folder })).rejects.toMatchObject({
      code: 'servers.import_unreadable',
    });
  });

  it('Docker’s folder: what is switched on, as the catalogs describe it, with what was filled in', async () => {
    const folder = join(home, '.docker', 'mcp');
    mkdirSync(join(folder, 'catalogs'), { recursive: true });
    writeFileSync(join(folder, 'registry.yaml'), 'registry:\n  notes: {ref: ""}\n  gone: {ref: ""}\n');
    writeFileSync(join(folder, 'config.yaml'), 'notes:\n  paths: [/home/me/a, /home/me/b]\n  level: debug\n');
    writeFileSync(
      join(folder, 'catalogs', 'docker-mcp.yaml'),
      `registry:
  notes:
    type: server
    image: mcp/notes
    volumes: ['{{notes.paths|volume|into}}']
    command: ['{{notes.paths|into}}']
    env: [{name: LEVEL, value: '{{notes.level}}'}]
  unused: {type: server, image: mcp/unused}
`,
    );
    expect(await findSources(home)).toEqual([{ manager: 'docker-mcp', path: folder }]);
    for (const path of [folder, join(folder, 'registry.yaml'), join(folder, 'config.yaml')]) {
      const { format, items } = await previewImport(bench.servers, { path });
      expect(format).toBe('docker-mcp');
      expect(items.map(({ name, problem }) => [name, problem])).toEqual([
        ['notes', undefined],
        ['gone', 'No catalog that was found describes it.'],
      ]);
      expect(items[0]?.config).toMatchObject({
        env: { LEVEL: 'debug' },
        transport: {
          args: [
            ...[
              'run',
              '-i',
              '--rm',
              '--init',
              '-e',
              'LEVEL',
              '-v',
              '/home/me/a:/home/me/a',
              '-v',
              '/home/me/b:/home/me/b',
            ],
            ...['mcp/notes', '/home/me/a', '/home/me/b'],
          ],
        },
      });
    }
  });

  it('a value that the file does not hold can be given; without it the server is left out', async () => {
    const text = JSON.stringify({
      servers: {
        it: {
          command: process.execPath,
          args: [fixture('legacy-stdio.ts')],
          env: { API_KEY: '${input:key}' },
        },
      },
    });
    const { items } = await previewImport(bench.servers, { text });
    expect(items[0]).toMatchObject({ missing: ['KEY'], problem: 'It needs a value for KEY.' });
    expect(await importServers(bench.servers, { text }, undefined)).toEqual({
      added: [],
      skipped: [{ name: 'it', reason: 'It needs a value for KEY.' }],
    });
    expect(await importServers(bench.servers, { text }, ['it'], { it: { KEY: 'given' } })).toEqual({
      added: ['it'],
      skipped: [],
    });
    expect(JSON.parse(textOf(await callTool(bench.servers, 'it', 'env')))['API_KEY']).toBe('given');
    expect(JSON.stringify(bench.servers.list())).not.toContain('given');
  });

  it.each([
    ['a picture', Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 1, 2]), 'servers.import_malformed'],
    ['prose', 'Dear diary, today I wrote no configuration.', 'servers.import_malformed'],
    ['another program’s settings', '{"editor.fontSize": 14}', 'servers.import_unknown'],
    [
      'a manifest of Kubernetes',
      'apiVersion: v1\nkind: Pod\nspec: {containers: []}\n',
      'servers.import_unknown',
    ],
    ['nothing', '', 'servers.import_unknown'],
  ])('%s is told from a configuration, in words', async (_what, content, code) => {
    const path = join(home, 'file');
    writeFileSync(path, content);
    await expect(previewImport(bench.servers, { path })).rejects.toMatchObject({ code });
  });

  it('a folder, or what is not there, is said to be so', async () => {
    for (const path of [home, join(home, 'gone')])
      await expect(previewImport(bench.servers, { path })).rejects.toMatchObject({
        code: 'servers.import_unreadable',
      });
  });
});
