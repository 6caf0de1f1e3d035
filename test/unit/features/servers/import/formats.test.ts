import { readdirSync, readFileSync } from 'node:fs';
import { parse } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { readCandidates } from '#main/features/servers/import/candidates.ts';
import { parseConfigFile } from '#main/features/servers/import/formats.ts';
import { serverConfigSchema } from '#shared/features/servers/config.ts';

const goldens = fileURLToPath(new URL('golden/', import.meta.url));
const files = fileURLToPath(new URL('files/', import.meta.url));
/** Where AI clients keep these files; it tells apart formats of one shape. */
const PLACES: Record<string, string> = {
  'claude-desktop.jsonc': '/home/me/.config/Claude/claude_desktop_config.json',
  'claude-code.json': '/home/me/.claude.json',
  'mcp-project.json': '/home/me/shop/.mcp.json',
  'cursor.json': '/home/me/.cursor/mcp.json',
  'windsurf.json': '/home/me/.codeium/windsurf/mcp_config.json',
  'gemini.json': '/home/me/.gemini/settings.json',
  'continue.yaml': '/home/me/.continue/config.yaml',
};
const sources = {
  environment: { SHOP_HOME: '/opt/shop', SHOP_API_KEY: 'shop-1', FIGMA_OAUTH_TOKEN: 'fig-2' },
  home: '/home/me',
};

describe('configuration files of AI clients', () => {
  it.each(readdirSync(files))('%s becomes the servers that its golden file shows', (file) => {
    const { format, entries } = parseConfigFile(readFileSync(files + file, 'utf8'), PLACES[file] ?? file);
    const items = readCandidates(entries, [], sources);
    for (const { config } of items) if (config) serverConfigSchema.parse(config);
    const golden = readFileSync(`${goldens}${parse(file).name}.json`, 'utf8');
    expect({ format, items }).toEqual(JSON.parse(golden));
  });

  it('no secret stays in what is stored in plain sight', () => {
    const values =
      /ghp_0123456789abcdef|abc\.def|xyz-987|tok-1|k-123|hunter2|lin-42|fig-1|AIza1|c7-1|goo-1|shop-1|fig-2|k-docker-1|jungle-token-1|jungle-key-2|meta-token-3|open-key-4|ZW5jcnlwdGVk/;
    for (const file of readdirSync(files)) {
      const { entries } = parseConfigFile(readFileSync(files + file, 'utf8'));
      for (const { config } of readCandidates(entries, [], sources)) {
        const { secretValues, ...stored } = config ?? {};
        expect(JSON.stringify(stored)).not.toMatch(values);
      }
    }
  });

  it('bears comments and trailing commas', () => {
    const text = '{"mcpServers": {"a": {"command": "x", "args": ["y",],},},} // mine';
    expect(parseConfigFile(text).entries).toEqual([
      { name: 'a', entry: { command: 'x', args: ['y'] }, kind: 'client' },
    ]);
  });

  it('takes a format by name, or refuses another', () => {
    const text = '{"mcpServers": {}}';
    expect(parseConfigFile(text, undefined, 'cursor').format).toBe('cursor');
    expect(() => parseConfigFile(text, undefined, 'zed')).toThrow(
      expect.objectContaining({ code: 'servers.import_unknown' }),
    );
  });

  it('says what is wrong with a file', () => {
    expect(() => parseConfigFile('{"mcpServers": {')).toThrow(
      expect.objectContaining({ code: 'servers.import_malformed' }),
    );
    expect(() => parseConfigFile('{"fonts": []}')).toThrow(
      expect.objectContaining({ code: 'servers.import_unknown' }),
    );
    expect(() => parseConfigFile('just text')).toThrow(
      expect.objectContaining({ code: 'servers.import_malformed' }),
    );
  });

  it('knows what is here already, and gives every other server a name of its own', () => {
    const text = JSON.stringify({
      mcpServers: {
        Files: { command: 'a' },
        files: { command: 'b' },
        'ƒ!': { command: 'c' },
        same: { command: 'old' },
      },
    });
    const existing = [
      serverConfigSchema.parse({ name: 'files', transport: { type: 'stdio', command: 'old' } }),
    ];
    const items = readCandidates(parseConfigFile(text).entries, existing, sources);
    expect(items.map((item) => [item.name, item.problem])).toEqual([
      ['files-2', undefined],
      ['files-3', undefined],
      ['server', undefined],
      ['same', 'It is here already, as files.'],
    ]);
  });
});
