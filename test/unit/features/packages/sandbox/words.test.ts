import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { quoted } from '#main/features/packages/sandbox/inner-command.ts';
import { shellWords, tightened } from '#main/features/packages/sandbox/words.ts';

describe('words of a line', () => {
  it('are those it was made of', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary', maxLength: 20 }), { minLength: 1 }), (words) => {
        expect(shellWords(words.map(quoted).join(' '))).toEqual(words);
      }),
    );
  });

  it('may be plain or partly quoted', () => {
    expect(shellWords(`bwrap --setenv A 'b c'"'"'d' '' /x=y`)).toEqual([
      'bwrap',
      '--setenv',
      'A',
      "b c'd",
      '',
      '/x=y',
    ]);
  });

  it.each(['a; b', 'a | b', 'a $B', 'a `b`', 'a "$b"', "a 'b", 'a > b', 'a\\ b', '~/a', 'a*'])(
    'are not guessed: %s',
    (line) => {
      expect(() => shellWords(line)).toThrow(
        expect.objectContaining({ code: 'packages.no_sandbox' }) as Error,
      );
    },
  );
});

describe('a tightened sandbox', () => {
  const words = [
    'bwrap',
    '--tmpfs',
    '/home',
    '--tmpfs',
    '/tmp',
    '--dev',
    '/dev',
    '--',
    '/bin/sh',
    '--tmpfs',
    '/x',
  ];

  it('can be written to only where programs need it, and a little', () => {
    const tight = tightened(words).join(' ');
    expect(tight).toContain('--size 67108864 --tmpfs /tmp');
    expect(tight).toContain('--size 67108864 --tmpfs /dev/shm --remount-ro /dev');
    expect(tight).toContain('--remount-ro /home');
    expect(tight).not.toContain('--remount-ro /tmp');
  });

  it('shows nothing of the machine’s devices', () => {
    expect(tightened(words).join(' ')).toContain('--tmpfs /sys --remount-ro /sys');
  });

  it('does not touch the program’s own words', () => {
    expect(tightened(words).slice(-4)).toEqual(['--', '/bin/sh', '--tmpfs', '/x']);
  });
});
