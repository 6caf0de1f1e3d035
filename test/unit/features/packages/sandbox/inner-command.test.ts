import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { innerCommand, quoted } from '#main/features/packages/sandbox/inner-command.ts';

const text = fc.string({ unit: 'grapheme', maxLength: 40 }).filter((value) => !value.includes('\0'));

describe('the command inside the sandbox', () => {
  it('gives no name of the package’s to what runs outside', () => {
    const { env, line } = innerCommand(
      '/bin/x',
      ['a'],
      { LD_PRELOAD: '/evil.so', PATH: '/evil' },
      { proxies: false },
    );
    for (const name of Object.keys(env)) expect(name).toMatch(/^TOOLSWARM_/);
    expect(line).toBe('eval "$TOOLSWARM_SCRIPT"');
  });

  it('leaves out names that no shell can hold, and names of ours', () => {
    const names = {
      'BASH_FUNC_x%%': '1',
      'A B': '1',
      TOOLSWARM_SCRIPT: 'rm',
      TOOLSWARM_ENV_0: 'X=1',
      '': '1',
      GOOD: '1',
    };
    const { env } = innerCommand('/bin/x', [], names, { proxies: false });
    expect(Object.keys(env)).toEqual(['TOOLSWARM_ENV_0', 'TOOLSWARM_SCRIPT']);
    expect(env['TOOLSWARM_ENV_0']).toBe('GOOD=1');
  });

  it('keeps the proxies only for programs that declared hosts', () => {
    const unset = (proxies: boolean) => innerCommand('/bin/x', [], {}, { proxies }).env['TOOLSWARM_SCRIPT'];
    expect(unset(false)).toContain(' HTTPS_PROXY ');
    expect(unset(true)).not.toContain(' HTTPS_PROXY ');
    expect(unset(true)).toContain('JAVA_TOOL_OPTIONS');
  });

  it.skipIf(process.platform === 'win32')('says exactly what was meant, whatever it is', () => {
    fc.assert(
      fc.property(fc.array(text, { maxLength: 4 }), text, (args, value) => {
        const report = 'printf "%s\\0" "$VALUE" "$@"; env | sed "s/=.*//" | grep -c TOOLSWARM || :';
        const { env, line } = innerCommand(
          '/bin/sh',
          ['-c', report, 'x', ...args],
          { VALUE: value },
          { proxies: false },
        );
        const out = execFileSync('/bin/sh', ['-c', line], {
          env: { ...env, PATH: '/usr/bin:/bin' },
        }).toString();
        expect(out.split('\0')).toEqual([value, ...args, '0\n']);
      }),
      { numRuns: 25 },
    );
  });

  it('quotes words so that they mean themselves', () => {
    expect(quoted("it's")).toBe(`'it'"'"'s'`);
  });
});
