import { describe, expect, it } from 'vitest';
import { createDirectory, type Listing, toolKey } from '#main/features/registry/directory.ts';
import { fingerprintOf, type Tool } from '#shared/features/registry/tool.ts';

const toolNamed = (name: string, description: string): Tool => ({ name, description, inputSchema: {} });
const listing = (tools: Tool[], peer = 'n'): Listing => ({
  provider: 'p',
  peer,
  server: 's',
  version: '1',
  providerName: '',
  tags: [],
  issuedAt: 1,
  local: false,
  entry: `p/${peer}/s`,
  addresses: [],
  tools,
});

describe('the directory', () => {
  it('lists the first of tools with one name, at no more cost than others', () => {
    const directory = createDirectory(() => undefined);
    const tools = Array.from({ length: 10_000 }, (_, n) => toolNamed('same', String(n)));
    directory.set(listing(tools));
    const [first] = tools as [Tool];
    expect(directory.get(toolKey('p', 's', 'same'))).toMatchObject({
      fingerprint: fingerprintOf(first),
      nodes: ['n'],
    });
    expect(directory.all()).toHaveLength(1);
    expect(directory.remove('p', 'n', 's')).toBe(true);
    expect(directory.all()).toEqual([]);
  });
});
