import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { settled } from '#main/features/packages/sandbox/grants.ts';

describe.skipIf(process.platform === 'win32')('granted paths', () => {
  let root: string;
  const at = (...parts: string[]) => join(root, ...parts);
  const wish = (grants: { read?: string[]; write?: string[] }) => ({
    ...{ program: at('program'), data: at('data'), read: [], write: [], hosts: [], ...grants },
    limits: { memoryBytes: 1, processes: 1, files: 1, fileBytes: 1 },
  });

  beforeEach(() => {
    root = realpathSync(mkdtempSync(join(tmpdir(), 'grants-')));
    for (const name of ['program', 'data', 'secret', 'work', 'work/sub', 'elsewhere']) mkdirSync(at(name));
  });
  afterEach(() => rmSync(root, { recursive: true }));

  it('are resolved where the operator made the link', () => {
    symlinkSync(at('elsewhere'), at('documents'));
    expect(settled(wish({ read: [at('documents')] })).read).toEqual([at('elsewhere')]);
  });

  it('are refused where the package could have made it, in what it may write to', () => {
    symlinkSync(at('secret'), at('work/link'));
    expect(() => settled(wish({ write: [at('work')], read: [at('work/link')] }))).toThrow(/is a link/);
    expect(() => settled(wish({ write: [at('work'), at('work/link')] }))).toThrow(/is a link/);
  });

  it('are refused through such a link too, and through links in its data', () => {
    mkdirSync(at('secret/deep'));
    symlinkSync(at('secret'), at('data/link'));
    expect(() => settled(wish({ read: [at('data/link/deep')] }))).toThrow(/is a link/);
  });

  it('must be there, and be full paths', () => {
    expect(() => settled(wish({ read: [at('nothing')] }))).toThrow(/does not exist/);
    expect(() => settled(wish({ read: ['work'] }))).toThrow(/not a full path/);
  });

  it('stay as they are otherwise', () => {
    const plain = wish({ read: [at('elsewhere')], write: [at('work/sub')] });
    expect(settled(plain)).toEqual(plain);
  });
});
