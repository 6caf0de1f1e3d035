import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Audience, Share, ToolAudience } from '#shared/features/access/contract.ts';
import {
  callersOf,
  isSharedIn,
  mayCall,
  maySee,
  networksOf,
  overrideOf,
  riskyTools,
} from '#shared/features/access/rules.ts';
import { PUBLIC_NETWORK } from '#shared/kernel/ids.ts';

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

describe('who is shown a server beside its callers', () => {
  const RED = 'aaaaaaaaaaaaaaaa';
  const shown = (more: Partial<Share>): Share => ({ ...share({ kind: 'grants' }), ...more });

  it('sees it, and is refused by the rule that says what is missing', () => {
    const question = { ...asker, share: shown({ listedFor: { kind: 'everyone' } }) };
    expect(maySee(question).ok).toBe(true);
    expect(mayCall(question, 'read')).toEqual({ ok: false, reason: 'access.not_granted' });
    expect(maySee({ ...asker, share: shown({ listedFor: { kind: 'known' } }) }).ok).toBe(false);
    expect(maySee({ ...asker, known: true, share: shown({ listedFor: { kind: 'known' } }) }).ok).toBe(true);
  });

  it('is met in the networks that are named alone', () => {
    const red = shown({ listedFor: { kind: 'everyone' }, networks: [RED] });
    expect(networksOf(red)).toEqual([RED]);
    expect(maySee({ ...asker, share: red, network: RED }).ok).toBe(true);
    expect(maySee({ ...asker, share: red, network: PUBLIC_NETWORK }).ok).toBe(false);
  });

  it('may never call because of that, whatever else holds', () => {
    const audience = fc.constantFrom<Audience[]>(
      { kind: 'known' },
      { kind: 'grants' },
      { kind: 'providers', providers: ['z6MkBob'] },
      { kind: 'everyone' },
    );
    const listed = fc.constantFrom<Array<NonNullable<Share['listedFor']>>>(
      { kind: 'known' },
      { kind: 'everyone' },
      { kind: 'providers', providers: ['z6MkAlice'] },
    );
    fc.assert(
      fc.property(audience, listed, fc.boolean(), fc.boolean(), (whom, listedFor, known, blocked) => {
        const of = (more: Partial<Share>) => ({
          ...asker,
          known,
          blocked,
          share: { ...share(whom), ...more },
        });
        expect(mayCall(of({ listedFor }), 'read').ok).toBe(mayCall(of({}), 'read').ok);
        if (maySee(of({})).ok) expect(maySee(of({ listedFor })).ok).toBe(true);
        if (blocked) expect(maySee(of({ listedFor })).ok).toBe(false);
      }),
    );
  });
});

describe('the networks of a share', () => {
  const everyone = (...networks: string[]): Share => ({ ...share({ kind: 'everyone' }), networks });
  const RED = 'aaaaaaaaaaaaaaaa';

  it('are the public one where nothing is said, those that are named, and none for other audiences', () => {
    expect(networksOf(share({ kind: 'everyone' }))).toEqual([PUBLIC_NETWORK]);
    expect(networksOf(everyone(RED))).toEqual([RED]);
    expect(networksOf({ ...everyone(RED), audience: { kind: 'known' } })).toEqual([]);
    expect(isSharedIn(everyone(RED), PUBLIC_NETWORK)).toBe(false);
  });

  it('are where everyone sees it; elsewhere it is as if it were not there', () => {
    const asks = (network?: string) => ({ ...asker, share: everyone(RED), network });
    expect(maySee(asks(RED)).ok).toBe(true);
    expect(maySee(asks(PUBLIC_NETWORK))).toEqual({ ok: false, reason: 'access.not_shared' });
    expect(mayCall(asks(PUBLIC_NETWORK), 'read')).toEqual({ ok: false, reason: 'access.not_shared' });
    // Asked about somebody wherever he is.
    expect(maySee(asks()).ok).toBe(true);
  });

  it('bind nobody who was named himself, wherever he is met', () => {
    const named = { ...everyone(RED), audience: { kind: 'providers' as const, providers: ['z6MkAlice'] } };
    expect(maySee({ ...asker, share: named, network: PUBLIC_NETWORK }).ok).toBe(true);
  });

  it('never let in whom the audience leaves out, and a block outranks them', () => {
    const network = fc.constantFrom(PUBLIC_NETWORK, RED, 'bbbbbbbbbbbbbbbb');
    fc.assert(
      fc.property(
        fc.uniqueArray(network, { minLength: 1 }),
        network,
        fc.boolean(),
        (networks, met, blocked) => {
          const seen = maySee({ ...asker, blocked, share: everyone(...networks), network: met }).ok;
          expect(seen).toBe(!blocked && networks.includes(met));
        },
      ),
    );
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

describe('tools that are told apart', () => {
  const providers = ['z6MkAlice', 'z6MkBob', 'z6MkCarol'];
  const audience = fc.oneof(
    fc.constant<Audience>({ kind: 'known' }),
    fc.constant<Audience>({ kind: 'everyone' }),
    fc
      .uniqueArray(fc.constantFrom(...providers), { minLength: 1 })
      .map((listed): Audience => ({ kind: 'providers', providers: listed })),
  );
  const toolAudience = fc.oneof(audience, fc.constant<ToolAudience>({ kind: 'nobody' }));

  it('narrow the audience of the server and never widen it; the words for it say exactly who may', () => {
    fc.assert(
      fc.property(
        audience,
        fc.option(toolAudience, { nil: undefined }),
        fc.constantFrom(...providers),
        fc.boolean(),
        (server, own, provider, known) => {
          const shared: Share = { ...share(server), overrides: own ? { read: { audience: own } } : {} };
          const question = { provider, known, blocked: false, share: shared };
          const may = mayCall(question, 'read').ok;
          if (may) expect(maySee(question).ok).toBe(true);
          const callers = callersOf(shared, 'read');
          const said =
            callers.kind === 'everyone' ||
            (callers.kind === 'known' && known) ||
            (callers.kind === 'providers' && callers.providers.includes(provider)) ||
            (callers.kind === 'known_of' && known && callers.providers.includes(provider));
          expect(said).toBe(may);
          expect(mayCall(question, 'other').ok).toBe(maySee(question).ok);
        },
      ),
    );
  });

  it('are not found under names that objects have anyway', () => {
    const shared = { ...share({ kind: 'everyone' }), overrides: {} };
    expect(callersOf(shared, 'constructor')).toEqual({ kind: 'everyone' });
    expect(overrideOf(shared, '__proto__')).toBeUndefined();
  });
});
