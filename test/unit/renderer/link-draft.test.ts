import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  draftOfCandidate,
  draftOfLink,
  joinCommandLine,
} from '../../../src-renderer/features/desktop/link-draft.ts';
import { splitCommandLine } from '../../../src-renderer/features/servers/command-line.ts';

describe('a link as a form', () => {
  it('shows a command as one line', () => {
    const draft = draftOfLink({
      name: 'org.example/My Files',
      transport: { type: 'stdio', command: 'npx', args: ['-y', 'server-files', '/srv/my data'] },
      env: { API_KEY: 'k', ROOT: '/srv' },
    });
    expect(draft).toEqual({
      kind: 'stdio',
      commandLine: 'npx -y server-files "/srv/my data"',
      url: '',
      name: 'my-files',
      variables: [
        { name: 'API_KEY', value: 'k', secret: true },
        { name: 'ROOT', value: '/srv', secret: false },
      ],
    });
  });

  it('shows an address with its headers', () => {
    const draft = draftOfLink({
      transport: { type: 'http', url: 'https://a.example/mcp' },
      env: { Authorization: 'Bearer x' },
    });
    expect(draft).toMatchObject({ kind: 'http', url: 'https://a.example/mcp', commandLine: '' });
    expect(draft.variables).toEqual([{ name: 'Authorization', value: 'Bearer x', secret: true }]);
    expect(draft.name).toBeUndefined();
  });

  it('comes apart into the same words again', () => {
    const word = fc.string({ minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(word, fc.array(fc.string({ maxLength: 30 }), { maxLength: 4 }), (command, args) => {
        expect(splitCommandLine(joinCommandLine([command, ...args]))).toEqual({ command, args });
      }),
    );
  });
});

describe('a server.json as a form', () => {
  it('asks for the values that are missing', () => {
    const draft = draftOfCandidate({
      name: 'files',
      config: {
        name: 'files',
        transport: { type: 'stdio', command: 'npx', args: ['-y', 'files'] },
        env: { ROOT: '/srv' },
        secrets: ['TOKEN', 'KEY'],
        secretValues: { KEY: 'k' },
        interaction: 'auto',
        enabled: true,
        tags: [],
      },
    });
    expect(draft?.variables).toEqual([
      { name: 'ROOT', value: '/srv', secret: false },
      { name: 'TOKEN', value: '', secret: true },
      { name: 'KEY', value: 'k', secret: true },
    ]);
  });

  it('is none where it cannot run here', () => {
    expect(draftOfCandidate({ name: 'x', problem: 'It names neither a command nor a URL.' })).toBeUndefined();
  });
});
