import { declaredServerSchema } from '#shared/features/servers/config.ts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { joinCommandLine, splitCommandLine } from '../../../../src-renderer/features/servers/command-line.ts';
import { changeOf, draftOf, tagsIn } from '../../../../src-renderer/features/servers/draft.ts';
import { incomplete, isPossible } from '../../../../src-renderer/features/servers/import.ts';
import {
  shareDraftOf,
  shareProblem,
  shareRequestOf,
  withOverride,
} from '../../../../src-renderer/features/servers/sharing.ts';
import { server } from '#test/support/renderer/world.ts';

describe('a command as one line', () => {
  it('is taken apart into the words that it was made of', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), fc.array(fc.string()), (command, args) => {
        expect(splitCommandLine(joinCommandLine({ command, args }))).toEqual({ command, args });
      }),
    );
  });
});

describe('editing a server', () => {
  const before = server('it', { env: { LEVEL: 'info' }, secrets: ['KEY', 'GONE'], tags: ['a'] });

  it('nothing typed changes nothing', () => {
    expect(changeOf(draftOf(before), before)).toMatchObject({
      name: 'it',
      transport: before.transport,
      env: { LEVEL: 'info' },
      secretValues: {},
      removeSecrets: [],
    });
  });

  it('a kept secret stays empty, a typed one is sent, a removed one is named', () => {
    const draft = draftOf(before);
    const variables = draft.variables.flatMap((variable) =>
      variable.name === 'GONE' ? [] : variable.name === 'KEY' ? [{ ...variable, value: 'new' }] : [variable],
    );
    expect(changeOf({ ...draft, variables }, before)).toMatchObject({
      secretValues: { KEY: 'new' },
      removeSecrets: ['GONE'],
    });
    expect(changeOf({ ...draft, commandLine: '"' }, before)).toBeUndefined();
  });

  it('tags are told apart by commas of any script, once each', () => {
    expect(tagsIn(' a, b،a ,, c ')).toEqual(['a', 'b', 'c']);
  });
});

describe('sharing', () => {
  it('asks for what is missing, and forgets what says nothing', () => {
    const draft = shareDraftOf(undefined);
    expect(shareProblem(draft)).toBe('noProviders');
    expect(shareProblem({ ...draft, kind: 'known', tools: [] })).toBe('noTools');
    const noted = withOverride({ ...draft, kind: 'known' }, 'echo', { note: 'Slow', tags: ['a'] });
    expect(shareRequestOf('it', noted, false)).toMatchObject({
      audience: { kind: 'known' },
      overrides: { echo: { note: 'Slow', tags: ['a'] } },
    });
    const silent = withOverride(withOverride(noted, 'echo', { note: '' }), 'echo', { tags: [] });
    expect(silent.overrides).toEqual({});
  });

  it('says who else finds a server, and in which networks where that is everyone', () => {
    const draft = {
      ...shareDraftOf(undefined),
      kind: 'grants' as const,
      listedFor: { kind: 'everyone' as const },
    };
    expect(shareProblem({ ...draft, networks: [] })).toBe('noNetworks');
    expect(shareRequestOf('it', { ...draft, networks: ['public'] }, false)).toMatchObject({
      audience: { kind: 'grants' },
      listedFor: { kind: 'everyone' },
      networks: ['public'],
    });
    // Where everyone may call it, everyone finds it.
    expect(shareRequestOf('it', { ...draft, kind: 'everyone' }, true)).not.toHaveProperty('listedFor');
  });
});

describe('importing', () => {
  const config = declaredServerSchema.parse({ name: 'it', transport: { type: 'stdio', command: 'it' } });
  const item = { name: 'it', config, problem: 'It needs a value for KEY.', missing: ['KEY'] };

  it('what is missing can be given; what has another problem cannot be helped', () => {
    expect([isPossible(item), isPossible({ name: 'x', problem: 'SSE' })]).toEqual([true, false]);
    expect(incomplete([item], ['it'], {})).toEqual(['it']);
    expect(incomplete([item], ['it'], { it: { KEY: 'v' } })).toEqual([]);
    expect(incomplete([item], [], {})).toEqual([]);
  });
});

describe('a share that was made elsewhere', () => {
  it('is saved as it was opened, whatever the page has no field for', () => {
    const share = {
      server: 'notes',
      audience: { kind: 'grants' as const },
      overrides: { search: { note: 'Slow', caching: { ttlMs: 60_000, scope: 'private' as const } } },
      seal: 'required' as const,
      sharedAt: 1,
    };
    const request = shareRequestOf('notes', shareDraftOf(share), false);
    expect(request).toMatchObject({
      audience: { kind: 'grants' },
      overrides: share.overrides,
      seal: 'required',
    });
    const noted = withOverride(shareDraftOf(share), 'search', { note: 'Quick' });
    expect(noted.overrides['search']).toEqual({ ...share.overrides.search, note: 'Quick' });
  });
});
