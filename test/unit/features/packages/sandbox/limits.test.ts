import { describe, expect, it } from 'vitest';
import { innerLimits, outerLimits, processLimit } from '#main/features/packages/sandbox/limits.ts';

const limits = { memoryBytes: 64 << 20, processes: 4, files: 100, fileBytes: 1000 };

describe('limits', () => {
  it('are in the units of a shell, rounded up', () => {
    const words = outerLimits(limits, '/usr/bin/python3');
    expect(words).toContain('ulimit -c 0 ');
    expect(words).toContain('ulimit -n 100 ');
    expect(words).toContain('ulimit -f 2 ');
    expect(words).toContain(`ulimit -d ${64 * 4 * 1024} `);
  });

  it('leave Node’s reserved addresses alone', () => {
    expect(outerLimits(limits, '/usr/bin/node')).not.toContain('ulimit -d');
  });

  it('count processes with what runs around the program', () => {
    expect(processLimit(limits)).toBe(36);
    expect(innerLimits(limits)).toMatch(/ulimit -p 36 .* \|\| ulimit -u 36/);
  });
});
