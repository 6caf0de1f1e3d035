import { describe, expect, it } from 'vitest';
import { createSandbox } from '#main/features/packages/sandbox/index.ts';
import { isOldBubblewrap } from '#main/features/packages/sandbox/machine.ts';
import { systemClock } from '#main/platform/clock.ts';
import { silentLog } from '#main/platform/log.ts';
import { systemRandom } from '#main/platform/random.ts';

describe('what a machine has', () => {
  it.each([
    ['0.8.0', true],
    ['0.11.9', true],
    ['0.12', false],
    ['0.12.1', false],
    ['1.0.0', false],
  ])('bubblewrap %s is old: %s', (version, old) => expect(isOldBubblewrap(version)).toBe(old));

  it.skipIf(process.platform === 'darwin')('without anything to confine with, nothing is run', async () => {
    const deps = { clock: systemClock, random: systemRandom, log: silentLog };
    const sandbox = createSandbox(deps, { toolsPath: '/nowhere' });
    const status = await sandbox.status();
    expect(status).toMatchObject({ usable: false, kind: 'none', warnings: [] });
    if (process.platform === 'linux')
      expect(status.problems).toEqual(['missing_bubblewrap', 'missing_socat']);
    const profile = {
      ...{ program: '/', data: '/', read: [], write: [], hosts: [] },
      limits: { memoryBytes: 1, processes: 1, files: 1, fileBytes: 1 },
    };
    await expect(
      sandbox.confine({ command: '/bin/true', args: [], env: {} }, profile, () => undefined),
    ).rejects.toMatchObject({ code: 'packages.no_sandbox' });
    await sandbox.close();
  });
});
