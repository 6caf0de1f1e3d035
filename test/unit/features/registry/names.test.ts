import { describe, expect, it } from 'vitest';
import { createDirectory, toolKey } from '#main/features/registry/directory.ts';
import { registryMigrations } from '#main/features/registry/migrations.ts';
import { createCatalogNames } from '#main/features/registry/names.ts';
import { findTool } from '#main/features/registry/resolve.ts';
import { providerIdOf } from '#shared/kernel/ids.ts';
import { memoryDatabase } from '#test/support/database.ts';
import { setUpShelf } from './support/shelf.ts';

const alice = providerIdOf(new Uint8Array(32).fill(1));
const bob = providerIdOf(new Uint8Array(32).fill(2));
const tool = { name: 'read', inputSchema: { type: 'object' } };

function setUp() {
  const db = memoryDatabase(registryMigrations);
  const names = createCatalogNames(db);
  const directory = createDirectory(() => undefined);
  const { shelf } = setUpShelf({ db, directory, names });
  const list = (provider: string, server: string) =>
    directory.set({
      provider,
      peer: 'p',
      server,
      version: '1',
      providerName: '',
      tags: [],
      issuedAt: 1,
      local: provider === alice,
      entry: '',
      addresses: [],
      tools: [tool],
    });
  return {
    db,
    names,
    directory,
    list,
    find: (text: string) => findTool(text, { shelf, names, self: alice }).key,
  };
}

describe('catalog names', () => {
  it('are given first come, and stay with their tool whoever comes later or restarts', () => {
    const { db, names } = setUp();
    expect(names.of('a/files/read', 'files', 'read')).toBe('files_read');
    const second = names.of('b/files/read', 'files', 'read');
    expect(second).toMatch(/^files_read_/);
    const again = createCatalogNames(db);
    expect(again.of('b/files/read', 'files', 'read')).toBe(second);
    expect(again.of('a/files/read', 'files', 'read')).toBe('files_read');
  });

  it('give way to an alias, which no other tool can take', () => {
    const { names } = setUp();
    names.of('a/files/read', 'files', 'read');
    names.setAlias('a/files/read', 'cat');
    expect(names.of('a/files/read', 'files', 'read')).toBe('cat');
    expect(() => names.setAlias('b/files/read', 'cat')).toThrow(
      expect.objectContaining({ code: 'registry.name_taken' }),
    );
    expect(() => names.setAlias('b/files/read', 'files_read')).toThrow(
      expect.objectContaining({ code: 'registry.name_taken' }),
    );
    names.setAlias('a/files/read', '');
    expect(names.of('a/files/read', 'files', 'read')).toBe('files_read');
  });

  it('follow a provider to his new key', () => {
    const { names } = setUp();
    names.of(`${alice}/files/read`, 'files', 'read');
    names.follow(`${alice}/`, `${bob}/`);
    expect(names.of(`${bob}/files/read`, 'files', 'read')).toBe('files_read');
  });
});

describe('findTool', () => {
  it('understands full ids, short forms, catalog names and aliases', () => {
    const { find, list, names } = setUp();
    list(alice, 'files');
    const key = toolKey(alice, 'files', 'read');
    names.of(key, 'files', 'read');
    names.setAlias(key, 'cat');
    for (const text of [
      `${alice}/files/read`,
      `${alice}/files/read@1`,
      `${alice}/read`,
      'files/read',
      'read',
      'cat',
      'files_read',
    ])
      expect(find(text)).toBe(key);
  });

  it('says when a name fits several tools or none, and when the tool is another by now', () => {
    const { find, list } = setUp();
    list(bob, 'files');
    list(bob, 'archive');
    expect(() => find('read')).toThrow(expect.objectContaining({ code: 'registry.ambiguous' }));
    expect(() => find('write')).toThrow(expect.objectContaining({ code: 'registry.unknown_tool' }));
    expect(() => find(`${bob}/files/read@1#${'0'.repeat(64)}`)).toThrow(
      expect.objectContaining({ code: 'registry.changed_meanwhile' }),
    );
  });
});

describe('a bare name', () => {
  it('means the tool in use, whatever strangers call theirs', () => {
    const { find, list } = setUp();
    list(alice, 'files');
    list(bob, 'files');
    expect(find('read')).toBe(toolKey(alice, 'files', 'read'));
    expect(find(`${bob}/read`)).toBe(toolKey(bob, 'files', 'read'));
  });
});

describe('directory', () => {
  it('merges a provider’s nodes, newest description first', () => {
    const directory = createDirectory(() => undefined);
    const listing = {
      provider: bob,
      server: 's',
      version: '1',
      providerName: '',
      tags: [],
      local: false,
      entry: '',
      addresses: [],
    };
    directory.set({ ...listing, peer: 'n1', issuedAt: 1, tools: [tool] });
    directory.set({ ...listing, peer: 'n2', issuedAt: 2, tools: [{ ...tool, description: 'newer' }] });
    expect(directory.get(`${bob}/s/read`)).toMatchObject({ nodes: ['n2'], tool: { description: 'newer' } });
    directory.set({ ...listing, peer: 'n1', issuedAt: 3, tools: [{ ...tool, description: 'newer' }] });
    expect(directory.get(`${bob}/s/read`)?.nodes).toEqual(['n1', 'n2']);
    directory.remove(bob, 'n1', 's');
    directory.remove(bob, 'n2', 's');
    expect(directory.all()).toEqual([]);
  });
});
