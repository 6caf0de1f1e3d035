/** Archives that somebody made to break something, and one that nobody did. */
import { mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { listFolder, packFolder } from '#main/features/packages/archive/pack.ts';
import { unpack } from '#main/features/packages/archive/unpack.ts';
import { type ZipPart, type ZipWish, zipOf } from '#test/support/packages/zip.ts';

const never = new AbortController().signal;
const good: ZipPart = { name: 'manifest.json', data: Buffer.from('{}') };
const zeros = Buffer.alloc(8 << 20);

/** What it is called → its parts, and what the refusal says. */
const HOSTILE: Record<string, { parts: ZipPart[]; wish?: ZipWish; why: RegExp }> = {
  'a path that climbs out': {
    parts: [good, { name: '../evil.js' }],
    why: /no sound archive|list of files|not safe/,
  },
  'an absolute path': {
    parts: [good, { name: '/etc/evil' }],
    why: /no sound archive|list of files|not safe/,
  },
  'a backslash': {
    parts: [good, { name: 'a\\..\\evil.js' }],
    why: /no sound archive|list of files|not safe/,
  },
  'a drive letter': { parts: [good, { name: 'c:evil.js' }], why: /no sound archive|list of files|not safe/ },
  'a symbolic link': { parts: [good, { name: 'link', mode: 0o120777 }], why: /link or a device/ },
  'a device': { parts: [good, { name: 'device', mode: 0o020644 }], why: /link or a device/ },
  'a setuid file': { parts: [good, { name: 'root', mode: 0o104755 }], why: /special rights/ },
  'names that differ in case': { parts: [good, { name: 'a/B.js' }, { name: 'A/b.js' }], why: /collide/ },
  'names that differ in Unicode form': {
    parts: [good, { name: 'caf\u00e9.js' }, { name: 'cafe\u0301.js' }],
    why: /collide/,
  },
  'a name twice': { parts: [good, { ...good, data: Buffer.from('{"evil":1}') }], why: /collide/ },
  'a file used as a folder': { parts: [good, { name: 'a' }, { name: 'a/b' }], why: /used as a folder/ },
  'a bomb': { parts: [good, { name: 'bomb', data: zeros }], why: /beyond belief/ },
  'a bomb that says it is small': {
    parts: [good, { name: 'bomb', data: zeros, size: 64 }],
    why: /not what it says|cannot be unpacked|larger/,
  },
  'a file that is smaller than it says': {
    parts: [good, { name: 'a', size: 1000 }],
    why: /not what it says|cannot be unpacked/,
  },
  'another checksum': { parts: [good, { name: 'a', crc: 1 }], why: /not what it says/ },
  'entries that overlap': {
    parts: [good, { name: 'again.json', at: 0, data: Buffer.from('{}') }],
    why: /overlap/,
  },
  'a program in front': {
    parts: [good],
    wish: { prefix: Buffer.from('#!/bin/sh\n') },
    why: /overlap|between/,
  },
  'bytes before the list': { parts: [good], wish: { gap: Buffer.from('hidden') }, why: /before its list/ },
  'bytes behind the end': {
    parts: [good],
    wish: { suffix: Buffer.from('hidden') },
    why: /no sound archive|follows/,
  },
  'a comment': {
    parts: [good],
    wish: { comment: 'PK\u0005\u0006' },
    why: /comment|no sound archive|follows/,
  },
  'another name in front of the data': {
    parts: [good, { name: 'good.js', localName: 'evil.js' }],
    why: /contradicts/,
  },
  'an encrypted file': {
    parts: [good, { name: 'a', flags: 0x801 }],
    why: /encrypted|no sound|list of files/,
  },
  'an unusual packing': { parts: [good, { name: 'a', method: 12 }], why: /unusual/ },
  'a second name': {
    parts: [good, { name: 'a.js', extra: Buffer.from([0x75, 0x70, 1, 0, 1]) }],
    why: /second name/,
  },
  'a name in an unknown alphabet': {
    parts: [good, { name: Buffer.from([0x61, 0xff]), flags: 0 }],
    why: /alphabet/,
  },
  'a name for a device of Windows': { parts: [good, { name: 'lib/NUL.js' }], why: /not safe/ },
  'a name with a hidden character': { parts: [good, { name: 'in\u200bdex.js' }], why: /not safe/ },
  'too many files': {
    parts: Array.from({ length: 20_001 }, (_, at) => ({ name: `${at}`, data: Buffer.alloc(0), method: 0 })),
    why: /too many/,
  },
  'no archive at all': {
    parts: [],
    wish: { prefix: Buffer.alloc(10), suffix: Buffer.alloc(100_000) },
    why: /no sound/,
  },
};

describe('an archive', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'archives-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const at = (...parts: string[]) => join(folder, ...parts);

  for (const [name, { parts, why, wish }] of Object.entries(HOSTILE))
    it(`is refused with ${name}, and nothing is left`, async () => {
      await writeFile(at('evil.mcpb'), zipOf(parts, wish));
      await expect(unpack(at('evil.mcpb'), at('out'), never)).rejects.toMatchObject({
        code: 'packages.hostile_archive',
        message: expect.stringMatching(why) as string,
      });
      expect(await readdir(folder)).toEqual(['evil.mcpb']);
    });

  it('comes out as it went in, readable by its owner alone', async () => {
    await mkdir(at('in', 'lib', 'deep'), { recursive: true });
    await writeFile(at('in', 'manifest.json'), '{}');
    await writeFile(at('in', 'lib', 'deep', 'тест.js'), 'export {};');
    await writeFile(at('in', 'run'), '#!/bin/sh\n', { mode: 0o755 });
    await writeFile(at('in', '.env'), 'SECRET=1');
    await packFolder(at('in'), at('a.mcpb'), never);
    const tree = await unpack(at('a.mcpb'), at('out'), never);
    expect(tree.map(({ executable, path }) => [path, executable])).toEqual([
      ['lib/deep/тест.js', false],
      ['manifest.json', false],
      ['run', true],
    ]);
    expect(await readFile(at('out', 'lib', 'deep', 'тест.js'), 'utf8')).toBe('export {};');
    expect((await stat(at('out', 'run'))).mode & 0o777).toBe(0o500);
    expect((await stat(at('out', 'manifest.json'))).mode & 0o777).toBe(0o400);
  });

  it('is the same bytes from the same files', async () => {
    await mkdir(at('in'));
    for (const name of ['b', 'a', 'c']) await writeFile(at('in', name), name.repeat(1_000));
    await packFolder(at('in'), at('one.mcpb'), never);
    await writeFile(at('in', 'b'), 'b'.repeat(1_000));
    await packFolder(at('in'), at('two.mcpb'), never);
    expect((await readFile(at('one.mcpb'))).equals(await readFile(at('two.mcpb')))).toBe(true);
  });

  it('is not made of a folder with links in it', async () => {
    await mkdir(at('in'));
    await symlink('/etc/passwd', at('in', 'link'));
    await expect(listFolder(at('in'))).rejects.toMatchObject({ code: 'packages.unpackable' });
  });
});
