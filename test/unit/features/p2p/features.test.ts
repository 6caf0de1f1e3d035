/** The registry of features is what is used, and tells where. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { FEATURE_NAME, FEATURES } from '#shared/features/p2p/features.ts';

const root = new URL('../../../../', import.meta.url);
const read = (file: string) => readFileSync(new URL(file, root), 'utf8');

/** Sources that ask whether a peer has a feature. */
function asking(): string[] {
  const files = readdirSync(new URL('src-main/', root), { recursive: true, encoding: 'utf8' });
  return files
    .filter((file) => file.endsWith('.ts'))
    .map((file) => `src-main/${file}`)
    .filter((file) => /features\.includes\(/.test(read(file)));
}

describe('the features of this code', () => {
  it('have names of their own', () => {
    const names = FEATURES.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    for (const name of names) expect(name).toMatch(FEATURE_NAME);
  });

  it.each(FEATURES)('$name is used where it says, and asked for there', ({ usedIn }) => {
    expect(usedIn.length).toBeGreaterThan(0);
    for (const file of usedIn) {
      expect(existsSync(new URL(file, root))).toBe(true);
      expect(read(file)).toMatch(/features\.includes\(/);
    }
  });

  it('are asked for nowhere else', () => {
    const told = new Set(FEATURES.flatMap(({ usedIn }) => usedIn));
    // Governance counts the peers that have a feature; it uses none.
    const uses = asking().filter((file) => !file.startsWith('src-main/features/governance/'));
    expect(uses.filter((file) => !told.has(file))).toEqual([]);
  });
});
