import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { changedConfig, needsStart, sameProgram } from '#main/features/servers/changes.ts';
import { createVaults } from '#main/features/servers/vaults.ts';
import { serverConfigSchema } from '#shared/features/servers/config.ts';
import { serverChangeSchema } from '#shared/features/servers/contract.ts';
import { createSeededRandom } from '#test/support/random.ts';

const before = serverConfigSchema.parse({
  name: 'files',
  transport: { type: 'stdio', command: 'x', args: ['--root', '/a'] },
  env: { LEVEL: 'info' },
  secrets: ['KEY', 'OTHER'],
  title: 'Files',
  description: 'My files',
  tags: ['work'],
});
const change = (parts: object) => serverChangeSchema.parse(parts);

describe('changes of a server', () => {
  it('an empty change changes nothing and starts nothing', () => {
    const after = changedConfig(before, change({}));
    expect(after).toEqual(before);
    expect(needsStart(before, after, change({}))).toBe(false);
  });

  it('words and names start nothing; empty words are removed', () => {
    const parts = change({ rename: 'notes', title: ' ', description: '', tags: ['a'] });
    const after = changedConfig(before, parts);
    expect(after).toMatchObject({ name: 'notes', tags: ['a'] });
    expect([after.title, after.description]).toEqual([undefined, undefined]);
    expect(needsStart(before, after, parts)).toBe(false);
  });

  it.each([
    [{ transport: { type: 'stdio', command: 'y' } }, false],
    [{ interaction: 'off' }, false],
    [{ env: {} }, true],
    [{ secretValues: { KEY: 'new' } }, true],
    [{ removeSecrets: ['KEY'] }, true],
  ] as const)('%o needs a start', (parts, same) => {
    const after = changedConfig(before, change(parts));
    expect(needsStart(before, after, change(parts))).toBe(true);
    expect(sameProgram(before, after)).toBe(same);
  });

  it('secrets that are not named keep their place', () => {
    const after = changedConfig(before, change({ secretValues: { NEW: '1' }, removeSecrets: ['OTHER'] }));
    expect(after.secrets).toEqual(['KEY', 'NEW']);
  });
});

describe('vaults', () => {
  it('keep each version apart, and the sweep leaves what is known and what is not a vault', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.stringMatching(/^[A-Z_/]{1,8}$/), fc.string()), (values) => {
        const stored = new Map([['~login/files/default', 'kept']]);
        const vaults = createVaults({
          random: createSeededRandom('vaults'),
          secrets: {
            get: (key) => stored.get(key),
            set: (key, value) => void stored.set(key, value),
            delete: (key) => void stored.delete(key),
            keys: () => [...stored.keys()],
          },
        });
        const first = vaults.create('files', values);
        const second = vaults.create('files', values);
        expect(first).not.toBe(second);
        vaults.drop(first);
        for (const [name, value] of Object.entries(values)) {
          expect(vaults.get(first, name)).toBeUndefined();
          expect(vaults.get(second, name)).toBe(value);
        }
        vaults.sweep(new Set());
        expect([...stored]).toEqual([['~login/files/default', 'kept']]);
      }),
    );
  });
});
