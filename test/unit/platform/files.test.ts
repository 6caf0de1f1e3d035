import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { defaultDataDir, describeDataDir, openDataDir } from '#main/platform/data-dir.ts';
import {
  describeFileError,
  sweepTemporaryFiles,
  temporarySibling,
  writeFileAtomic,
} from '#main/platform/files.ts';
import { checkSocketFolder } from '#main/platform/socket-folder.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'files-'));
});
afterEach(() => rmSync(dir, { recursive: true }));
const modeOf = (path: string): number => statSync(path).mode & 0o777;
const unreadable = expect.objectContaining({
  code: 'storage.unreadable',
  advice: expect.stringContaining('folder'),
});

describe('atomic writes', () => {
  test('replace the content, for the owner only, and leave nothing beside it', () => {
    const path = join(dir, 'a.json');
    writeFileAtomic(path, 'old');
    writeFileAtomic(path, Uint8Array.of(110, 101, 119));
    expect(readFileSync(path, 'utf8')).toBe('new');
    expect(modeOf(path)).toBe(0o600);
    expect(readdirSync(dir)).toEqual(['a.json']);
  });

  test('that fail leave the old content', () => {
    const path = join(dir, 'folder');
    mkdirSync(join(path, 'full'), { recursive: true });
    expect(() => writeFileAtomic(path, 'x')).toThrow();
    expect(() => writeFileAtomic(join(dir, 'no', 'such', 'file'), 'x')).toThrow(unreadable);
    expect(readdirSync(dir)).toEqual(['folder']);
  });

  test('what killed writers left is swept, and nothing else', () => {
    writeFileSync(temporarySibling(join(dir, 'keys.json')), 'half');
    for (const name of ['keys.json', '.hidden', '.x.tmp', 'y.0123456789ab.tmp'])
      writeFileSync(join(dir, name), '');
    sweepTemporaryFiles(dir);
    expect(readdirSync(dir).sort()).toEqual(['.hidden', '.x.tmp', 'keys.json', 'y.0123456789ab.tmp']);
  });
});

test.each([
  ['ENOSPC', 'storage.full', true],
  ['EDQUOT', 'storage.full', true],
  ['EACCES', 'storage.unreadable', false],
  ['EROFS', 'storage.unreadable', false],
])('%s is told as %s', (code, ours, retryable) => {
  expect(describeFileError(Object.assign(new Error(), { code }), '/x')).toMatchObject({
    code: ours,
    retryable,
  });
});

test('other errors pass through', () => {
  const error = new Error('x');
  expect(describeFileError(error, '/x')).toBe(error);
});

describe('the data folder', () => {
  test('is made for the owner only, with all its parts', () => {
    const root = join(dir, 'a', 'b');
    const opened = openDataDir(root);
    expect(opened).toEqual(describeDataDir(root));
    for (const folder of [opened.root, opened.logDir, opened.runDir, opened.temporaryDir, opened.blobsDir])
      expect(modeOf(folder)).toBe(0o700);
    expect(openDataDir(root)).toEqual(opened);
  });

  test('of ours is closed to others; a folder with other things keeps its mode', () => {
    const ours = join(dir, 'ours');
    mkdirSync(ours, { mode: 0o755 });
    openDataDir(ours);
    expect(modeOf(ours)).toBe(0o700);
    const theirs = join(dir, 'theirs');
    mkdirSync(theirs, { mode: 0o755 });
    writeFileSync(join(theirs, 'thesis.txt'), '');
    openDataDir(theirs);
    expect(modeOf(theirs)).toBe(0o755);
  });

  test.each(['/dev/null', '/dev/null/x', '/proc/nothing-can-be-made-here'])('cannot be %s', (root) => {
    expect(() => openDataDir(root)).toThrow(unreadable);
  });

  test('has sockets whose paths fit, the same for every process', () => {
    const near = describeDataDir('/home/ada/.local/share/toolswarm');
    expect(near.controlSocket).toBe('/home/ada/.local/share/toolswarm/run/control.sock');
    const far = describeDataDir(`/${'long/'.repeat(40)}`);
    expect(Buffer.byteLength(far.mcpSocket)).toBeLessThan(104);
    expect(far.mcpSocket).toBe(describeDataDir(`/${'long/'.repeat(40)}`).mcpSocket);
    expect(far.mcpSocket).not.toBe(describeDataDir(`/${'long/'.repeat(41)}`).mcpSocket);
  });

  test('a socket folder that others can enter is refused', () => {
    const root = join(dir, 'x'.repeat(100));
    const { controlSocket } = openDataDir(root);
    const folder = join(controlSocket, '..');
    try {
      expect(modeOf(folder)).toBe(0o700);
      rmSync(folder, { recursive: true });
      mkdirSync(folder, { mode: 0o755 });
      expect(() => openDataDir(root)).toThrow(expect.objectContaining({ code: 'node.unsafe_folder' }));
      expect(() => checkSocketFolder(controlSocket)).toThrow();
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
    expect(existsSync(folder)).toBe(false);
  });

  test.each<[NodeJS.Platform, Record<string, string>, string]>([
    ['linux', {}, '/home/ada/.local/share/toolswarm'],
    ['linux', { XDG_DATA_HOME: '/data' }, '/data/toolswarm'],
    ['linux', { XDG_DATA_HOME: '' }, '/home/ada/.local/share/toolswarm'],
    ['darwin', {}, '/home/ada/Library/Application Support/Toolswarm'],
    ['win32', { LOCALAPPDATA: '/local' }, '/local/Toolswarm'],
    ['win32', {}, '/home/ada/AppData/Local/Toolswarm'],
    ['linux', { TOOLSWARM_DATA_DIR: '/elsewhere' }, '/elsewhere'],
  ])('by default on %s with %o: %s', (platform, env, expected) => {
    expect(defaultDataDir({ env, platform, home: '/home/ada' })).toBe(expected);
  });
});
