import { describe, expect, it } from 'vitest';
import { nodePermissionArgs } from '#main/features/packages/sandbox/index.ts';
import { isNode } from '#main/features/packages/sandbox/node-permissions.ts';

const profile = {
  ...{ program: '/p', data: '/d', read: ['/r'], write: ['/w'], hosts: [] },
  limits: { memoryBytes: 256 << 20, processes: 1, files: 1, fileBytes: 1 },
};

describe('permissions of Node', () => {
  it('read what may be read and write what may be written', () => {
    const args = nodePermissionArgs(profile);
    expect(args[0]).toBe('--permission');
    expect(args.filter((arg) => arg.startsWith('--allow-fs-write='))).toEqual(
      ['/d', '/d/*', '/w', '/w/*'].map((path) => `--allow-fs-write=${path}`),
    );
    for (const path of ['/p', '/d', '/r', '/w']) expect(args).toContain(`--allow-fs-read=${path}/*`);
  });

  it('start nothing where one process was asked for', () => {
    const starts = (processes: number) =>
      nodePermissionArgs({ ...profile, limits: { ...profile.limits, processes } }).filter((arg) =>
        ['--allow-child-process', '--allow-worker'].includes(arg),
      ).length;
    expect([starts(1), starts(2)]).toEqual([0, 2]);
  });

  it('bound the heap, but never so that Node does not start', () => {
    const heap = (memoryBytes: number) =>
      nodePermissionArgs({ ...profile, limits: { ...profile.limits, memoryBytes } }).at(-1);
    expect(heap(300 << 20)).toBe('--max-old-space-size=300');
    expect(heap(1)).toBe('--max-old-space-size=16');
  });

  it('are for Node alone', () => {
    expect(
      ['/usr/bin/node', 'C:\\x\\node.exe'.replaceAll('\\', '/'), '/usr/bin/nodejs-helper', '/p/server'].map(
        isNode,
      ),
    ).toEqual([true, true, false, false]);
  });
});
