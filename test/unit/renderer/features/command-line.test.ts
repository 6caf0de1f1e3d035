import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SERVER_NAME } from '#shared/kernel/ids.ts';
import { splitCommandLine, suggestName } from '../../../../src-renderer/features/servers/command-line.ts';
import { emptyDraft, requestOf } from '../../../../src-renderer/features/servers/draft.ts';

describe('splitCommandLine', () => {
  it.each([
    ['npx -y server', 'npx', ['-y', 'server']],
    ['  "a b"  c ', 'a b', ['c']],
    [`sh -c 'echo "hi"'`, 'sh', ['-c', 'echo "hi"']],
    ['a "b \\"c\\" d"', 'a', ['b "c" d']],
    ['a b\\ c', 'a', ['b c']],
    [
      String.raw`C:\tools\run.exe --dir C:\data`,
      String.raw`C:\tools\run.exe`,
      ['--dir', String.raw`C:\data`],
    ],
    [`a ''`, 'a', ['']],
    [`--x="y z"`, '--x=y z', []],
  ])('%s', (line, command, args) => {
    expect(splitCommandLine(line)).toEqual({ command, args });
  });

  it('refuses an open quote and nothing at all', () => {
    expect(splitCommandLine('a "b')).toBeUndefined();
    expect(splitCommandLine('   ')).toBeUndefined();
  });

  it('brings back any words that were quoted', () => {
    const word = fc.string().map((text) => text.replaceAll("'", '’'));
    fc.assert(
      fc.property(word, fc.array(word), (command, args) => {
        fc.pre(command !== '');
        const line = [command, ...args].map((text) => `'${text}'`).join(' ');
        expect(splitCommandLine(line)).toEqual({ command, args });
      }),
    );
  });
});

describe('suggestName', () => {
  it.each([
    ['npx -y @modelcontextprotocol/server-everything', 'everything'],
    ['npx -y @scope/files-mcp@1.2.3', 'files'],
    ['uvx mcp-server-time', 'time'],
    ['node /opt/My Server/index.js', 'my'],
    ['/usr/local/bin/github-mcp-server stdio', 'github'],
    ['python3 -m weather', 'weather'],
  ])('%s → %s', (line, name) => {
    const parsed = splitCommandLine(line);
    expect(parsed && suggestName(parsed)).toBe(name);
  });

  it('takes a host’s own name', () => {
    expect(suggestName({ url: 'https://mcp.example.org/sse' })).toBe('example');
    expect(suggestName({ url: 'not a url' })).toBe('');
  });

  it('suggests a name that may be used, or none', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), fc.array(fc.string()), (command, args) => {
        const name = suggestName({ command, args });
        expect(name === '' || SERVER_NAME.test(name)).toBe(true);
      }),
    );
  });
});

describe('requestOf', () => {
  it('keeps secrets apart from the plain environment', () => {
    const draft = {
      ...emptyDraft(),
      name: 'files',
      commandLine: 'npx files',
      variables: [
        { name: 'PLAIN', value: 'seen', secret: false },
        { name: 'TOKEN', value: 'hidden', secret: true },
        { name: '', value: 'left over', secret: false },
      ],
    };
    expect(requestOf(draft)).toEqual({
      name: 'files',
      transport: { type: 'stdio', command: 'npx', args: ['files'] },
      env: { PLAIN: 'seen' },
      secrets: ['TOKEN'],
      secretValues: { TOKEN: 'hidden' },
    });
  });

  it('is nothing while something is wrong', () => {
    expect(requestOf({ ...emptyDraft(), name: 'x', kind: 'http', url: 'ftp://a' })).toBeUndefined();
    expect(requestOf({ ...emptyDraft(), name: 'Not Allowed', commandLine: 'a' })).toBeUndefined();
  });
});
