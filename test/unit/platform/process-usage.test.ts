import { spawn } from 'node:child_process';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { parsePsLine, parseUsage, sumTrees, usageOfTrees } from '#main/platform/process-usage.ts';

describe('a line of /proc/<pid>/stat', () => {
  const line =
    '42 (a (b) c d) S 7 42 42 0 -1 4194304 100 200 0 0 150 50 30 20 20 0 11 0 12345 1000000 256 18446744073709551615';

  it('is read past names with spaces and parentheses', () => {
    expect(parseUsage(line, 4096)).toEqual({ pid: 42, parent: 7, cpuMs: 2_500, memoryBytes: 256 * 4096 });
  });

  it('is nothing where the process has gone or the line is cut', () => {
    expect(parseUsage('', 4096)).toBeUndefined();
    expect(parseUsage('42 (a) S 7', 4096)).toBeUndefined();
  });
});

describe('a line of ps', () => {
  it('has memory in KiB, and time with or without hours, days and hundredths', () => {
    expect(parsePsLine('  42   7  2048 1:02.50')).toEqual([
      { pid: 42, parent: 7, cpuMs: 62_500, memoryBytes: 2 << 20 },
    ]);
    expect(parsePsLine('42 7 0 2-01:00:00')[0]?.cpuMs).toBe((48 + 1) * 3_600_000);
    expect(parsePsLine('nonsense')).toEqual([]);
  });
});

describe('what a tree uses', () => {
  it('is the sum of all that descends from it', () => {
    const one = (pid: number, parent: number) => ({ pid, parent, cpuMs: 10, memoryBytes: 1 });
    const usages = sumTrees([1, 9], [one(1, 0), one(2, 1), one(3, 2), one(4, 0)]);
    expect(usages).toEqual(new Map([[1, { cpuMs: 30, memoryBytes: 3 }]]));
  });

  it.skipIf(process.platform === 'win32')('is told by the system for real processes', async () => {
    const busy = spawn(process.execPath, [
      '-e',
      'const kept = Buffer.alloc(64 << 20, 1); for (;;) kept[0]++;',
    ]);
    onTestFinished(() => void busy.kill('SIGKILL'));
    const pid = busy.pid as number;
    const used = await vi.waitFor(
      async () => {
        const usage = (await usageOfTrees([pid])).get(pid);
        expect(usage?.cpuMs).toBeGreaterThanOrEqual(300);
        expect(usage?.memoryBytes).toBeGreaterThan(64 << 20);
        return usage;
      },
      { timeout: 20_000, interval: 50 },
    );
    // The tree of the parent holds it.
    const own = (await usageOfTrees([process.pid])).get(process.pid);
    expect(own?.memoryBytes).toBeGreaterThan(used?.memoryBytes ?? Number.POSITIVE_INFINITY);
  });
});
