/** Archives of npm packages with whatever paths, links and kinds of entries: nothing outside of the package's folder is touched. */
import { lstat, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { newRoom } from '#main/features/packages/foreign/limits.ts';
import { resolveNpm } from '#main/features/packages/foreign/npm-tree.ts';
import { fetchNpmPart } from '#main/features/packages/foreign/npm-unpack.ts';
import { AppError } from '#shared/kernel/errors.ts';
import {
  type NpmRegistryServer,
  startNpmRegistry,
  type TarEntry,
} from '#test/support/packages/npm-registry.ts';
import '#test/support/properties.ts';

let registry: NpmRegistryServer;
let folder: string;
const { signal } = new AbortController();

beforeEach(async () => {
  registry = await startNpmRegistry();
  folder = await mkdtemp(join(tmpdir(), 'foreign-escapes-'));
});
afterEach(async () => {
  await registry.close();
  await rm(folder, { recursive: true, force: true });
});

const step = fc.constantFrom(
  '..',
  '.',
  '',
  'package',
  'a',
  'b',
  'way',
  'node_modules',
  'outside',
  'C:',
  '\\..\\',
  'victim.txt',
);
const path = fc
  .tuple(
    fc.constantFrom('package/', '/', '', '../', './package/'),
    fc.array(step, { minLength: 1, maxLength: 5 }),
  )
  .map(([start, steps]) => `${start}${steps.join('/')}`.slice(0, 99) || 'package/x');
const entry: fc.Arbitrary<TarEntry> = fc.record({
  path,
  type: fc.constantFrom('0' as const, '0' as const, '1' as const, '2' as const, '5' as const),
  linkTo: fc.constantFrom('..', '../../..', '/', '../outside', 'a', ''),
  content: fc.constantFrom('evil', ''),
  mode: fc.constantFrom(0o644, 0o4755, 0o000),
});

/** Every path below a folder that is no folder, and no link anywhere. */
async function filesBelow(root: string): Promise<string[]> {
  const found: string[] = [];
  for (const name of await readdir(root, { recursive: true })) {
    const about = await lstat(join(root, name));
    expect(about.isFile() || about.isDirectory()).toBe(true);
    if (about.isFile()) found.push(name);
  }
  return found.sort();
}

it('no archive reaches out of its folder', async () => {
  let number = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(entry, { maxLength: 8 }), async (entries) => {
      number += 1;
      const place = join(folder, String(number));
      const [root, cache, outside] = [join(place, 'tree'), join(place, 'cache'), join(place, 'outside')];
      for (const one of [root, cache, outside]) await mkdir(one, { recursive: true });
      await writeFile(join(outside, 'victim.txt'), 'untouched');
      const wish = { name: `evil-${number}`, version: '1.0.0', registry: registry.url };
      registry.publish({ name: wish.name, version: wish.version, entries });
      const [part] = await resolveNpm(wish, root, cache, signal);
      if (!part) throw new Error('nothing was found');
      await fetchNpmPart(part, { wish, root, cache, room: newRoom(), signal }).catch((error: unknown) => {
        expect(error).toBeInstanceOf(AppError);
      });
      await rm(cache, { recursive: true });
      const strangers = (await filesBelow(place)).filter(
        (name) => !name.startsWith(join('tree', part.location)),
      );
      expect(strangers).toEqual([join('outside', 'victim.txt'), join('tree', 'package.json')]);
      expect(await readFile(join(outside, 'victim.txt'), 'utf8')).toBe('untouched');
    }),
  );
});
