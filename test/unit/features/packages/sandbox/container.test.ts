/** What a container engine would be asked for. No engine runs here: that it does as it is told is not shown by this. */
import { describe, expect, it } from 'vitest';
import { containerCommand, createContainers, IMAGE } from '#main/features/packages/sandbox/container.ts';
import { systemRandom } from '#main/platform/random.ts';

const profile = {
  ...{ program: '/p', data: '/d', read: ['/r'], write: ['/w'], hosts: [] as string[] },
  limits: { memoryBytes: 128 << 20, processes: 4, files: 100, fileBytes: 1000 },
};
const spec = { command: '/usr/bin/node', args: ['/p/main.mjs'], env: { TOKEN: 'secret' } };

describe('a container', () => {
  const { args, env } = containerCommand('name', spec, profile, '1000:1000');

  it('has no network, no rights and nothing to write to but its data and what was granted', () => {
    for (const word of [
      '--network=none',
      '--read-only',
      '--cap-drop=ALL',
      '--security-opt=no-new-privileges',
      '--pull=never',
    ])
      expect(args).toContain(word);
    expect(args.filter((word) => word.startsWith('--mount='))).toEqual([
      '--mount=type=bind,source=/usr/bin/node,target=/usr/bin/node,readonly',
      '--mount=type=bind,source=/p,target=/p,readonly',
      '--mount=type=bind,source=/r,target=/r,readonly',
      '--mount=type=bind,source=/d,target=/d',
      '--mount=type=bind,source=/w,target=/w',
    ]);
  });

  it('is limited', () => {
    for (const word of [
      '--memory=134217728',
      '--pids-limit=36',
      '--ulimit=nofile=100',
      '--ulimit=fsize=1000',
    ])
      expect(args).toContain(word);
  });

  it('is told variables by name, never in words that everybody reads', () => {
    expect(args.join(' ')).not.toContain('secret');
    expect(args).toContain('--env=TOOLSWARM_ENV_0');
    expect(Object.keys(env).every((name) => name.startsWith('TOOLSWARM_'))).toBe(true);
    expect(args.slice(-4)).toEqual(['--entrypoint=/bin/sh', IMAGE, '-c', 'eval "$TOOLSWARM_SCRIPT"']);
  });

  it('runs Node under Node’s own permissions too', () => {
    expect(env['TOOLSWARM_SCRIPT']).toContain(`'/usr/bin/node' '--permission'`);
  });

  it('is not shown paths that would be read as something else', () => {
    expect(() => containerCommand('name', spec, { ...profile, write: ['/w,readonly=false'] }, '')).toThrow(
      expect.objectContaining({ code: 'packages.path_missing' }) as Error,
    );
  });

  it('is refused where hosts were declared', async () => {
    const containers = createContainers({ random: systemRandom }, { path: '/nowhere/docker', version: '1' });
    const wish = { ...profile, hosts: ['api.example.com'] };
    await expect(containers.confine(spec, wish, () => undefined)).rejects.toMatchObject({
      code: 'packages.no_sandbox',
    });
  });
});
