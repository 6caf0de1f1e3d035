import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Audience, Share } from '#shared/features/access/contract.ts';
import { mayCall, maySee, riskyTools } from '#shared/features/access/rules.ts';

const share = (audience: Audience, tools?: string[]): Share => ({
  server: 'files',
  audience,
  sharedAt: 0,
  ...(tools ? { tools } : {}),
});
const asker = { provider: 'z6MkAlice', blocked: false, known: false };

describe('maySee', () => {
  it('denies what is not shared', () => {
    expect(maySee({ ...asker, share: undefined })).toEqual({ ok: false, reason: 'access.not_shared' });
  });

  it('names the rule that refused', () => {
    const listed = share({ kind: 'providers', providers: ['z6MkBob'] });
    expect(maySee({ ...asker, share: listed })).toEqual({ ok: false, reason: 'access.not_listed' });
    expect(maySee({ ...asker, share: share({ kind: 'known' }) })).toEqual({
      ok: false,
      reason: 'access.not_known',
    });
  });

  it('lets in who is listed, known, or anybody where everyone may', () => {
    expect(maySee({ ...asker, share: share({ kind: 'providers', providers: ['z6MkAlice'] }) }).ok).toBe(true);
    expect(maySee({ ...asker, known: true, share: share({ kind: 'known' }) }).ok).toBe(true);
    expect(maySee({ ...asker, share: share({ kind: 'everyone' }) }).ok).toBe(true);
  });
});

describe('mayCall', () => {
  it('is never wider than maySee, and a block outranks every share', () => {
    const audience = fc.oneof(
      fc.constant<Audience>({ kind: 'known' }),
      fc.constant<Audience>({ kind: 'everyone' }),
      fc
        .array(fc.constantFrom('a', 'b', 'c'), { minLength: 1 })
        .map<Audience>((providers) => ({ kind: 'providers', providers })),
    );
    const question = fc.record({
      provider: fc.constantFrom('a', 'b', 'c', 'd'),
      blocked: fc.boolean(),
      known: fc.boolean(),
      share: fc.option(
        fc
          .tuple(audience, fc.option(fc.array(fc.constantFrom('x', 'y')), { nil: undefined }))
          .map(([who, tools]) => share(who, tools)),
        { nil: undefined },
      ),
    });
    fc.assert(
      fc.property(question, fc.constantFrom('x', 'y', 'z'), (asked, tool) => {
        if (mayCall(asked, tool).ok) expect(maySee(asked).ok).toBe(true);
        if (asked.blocked) expect(mayCall(asked, tool)).toEqual({ ok: false, reason: 'access.blocked' });
        if (asked.share?.tools && !asked.share.tools.includes(tool))
          expect(mayCall(asked, tool).ok).toBe(false);
      }),
    );
  });
});

describe('riskyTools', () => {
  const tool = (name: string, readOnlyHint: boolean | undefined, properties: object = {}) => ({
    name,
    inputSchema: { type: 'object', properties },
    annotations: readOnlyHint === undefined ? {} : { readOnlyHint },
  });

  it('finds tools that may write, and tools that take file names', () => {
    const tools = [
      tool('add', true, { a: {}, b: {} }),
      tool('write', undefined),
      tool('read_file', true, { path: {} }),
      tool('read_many', true, { filePaths: {} }),
      tool('profile', true, { profile: {} }),
    ];
    expect(riskyTools(tools)).toEqual(['write', 'read_file', 'read_many']);
  });
});
