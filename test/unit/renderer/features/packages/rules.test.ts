import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { userSettingSchema } from '#shared/features/packages/manifest.ts';
import {
  type DependencyNode,
  type PackageGeneration,
  type PackageReview,
  reviewSchema,
} from '#shared/features/packages/views.ts';
import {
  addressOfPackage,
  addressOfReview,
  namedBy,
  placeAt,
} from '../../../../../src-renderer/features/packages/address.ts';
import {
  blocksOf,
  brokenDependency,
  byWeight,
  chosenBy,
  hindranceOf,
  isSoundSoFar,
  leftOf,
  MOST_BLOCKS,
  stepBackFrom,
  stretchesOf,
  touchesOf,
  visible,
} from '../../../../../src-renderer/features/packages/rules.ts';

const ID = 'z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK/files';
const RELEASE = 'a'.repeat(64);
const NONE = { stale: false, fetchedCode: false };

describe('addresses', () => {
  it('lead to a view, a package, a publisher or a review', () => {
    expect(placeAt(undefined)).toEqual({ kind: 'tab', tab: 'discover' });
    expect(placeAt('updates')).toEqual({ kind: 'tab', tab: 'updates' });
    expect(placeAt('published', 'publish')).toMatchObject({ dialog: 'publish' });
    expect(placeAt(ID)).toEqual({ kind: 'package', id: ID });
    expect(placeAt('review', ID)).toEqual({ kind: 'review', what: ID });
    expect(placeAt('publisher', 'z6Mk')).toEqual({ kind: 'publisher', provider: 'z6Mk' });
    expect(placeAt('nonsense')).toEqual({ kind: 'tab', tab: 'discover' });
    expect(addressOfPackage(ID)).not.toContain('K/');
    expect(decodeURIComponent(addressOfReview(`${ID}@1.0.0`))).toBe(`/packages/review/${ID}@1.0.0`);
  });

  it('are read from what a person pasted, and from nothing else', () => {
    expect(namedBy(` ${ID} `)).toBe(ID);
    expect(namedBy(`${ID}@2.0.0-beta.1`)).toBe(`${ID}@2.0.0-beta.1`);
    expect(namedBy(RELEASE)).toBe(RELEASE);
    expect(namedBy('toolswarm:package/zQm?x=1')).toBe('toolswarm:package/zQm?x=1');
    for (const other of ['', 'files', 'https://example.org/a', 'toolswarm:package/', `${ID} and more`])
      expect(namedBy(other)).toBeUndefined();
  });
});

describe('a review', () => {
  const review = (part: Partial<PackageReview>) => ({
    release: RELEASE,
    requirements: [],
    dependencies: [],
    warnings: [],
    ...part,
  });
  const dependency = (part: Partial<DependencyNode>): DependencyNode => ({
    id: ID,
    version: '1.0.0',
    release: RELEASE,
    installed: false,
    dependencies: [],
    ...part,
  });

  it('says why it cannot be installed, what cannot be helped first', () => {
    const unmet = { kind: 'memory' as const, met: false, needed: '2 GB', found: '1 GB' };
    expect(hindranceOf(review({}), NONE)).toBeUndefined();
    expect(hindranceOf(review({ requirements: [unmet], warnings: [{ code: 'stale' }] }), NONE)).toBe(
      'requirement',
    );
    expect(hindranceOf(review({ installed: { version: '1.0.0', release: RELEASE } }), NONE)).toBe('here');
    const nested = [dependency({ dependencies: [dependency({ problem: 'nobody has it' })] })];
    expect(brokenDependency(nested)).toMatchObject({ problem: 'nobody has it' });
    expect(hindranceOf(review({ dependencies: nested }), NONE)).toBe('dependency');
  });

  it('needs a yes of its own for what is stale and for code that is fetched', () => {
    const asked = review({ warnings: [{ code: 'stale' }, { code: 'fetches_code' }] });
    expect(hindranceOf(asked, NONE)).toBe('stale');
    expect(hindranceOf(asked, { stale: true, fetchedCode: false })).toBe('fetchedCode');
    expect(hindranceOf(asked, { stale: true, fetchedCode: true })).toBeUndefined();
  });

  it('tells what may be touched, and what of it is new', () => {
    const permissions = {
      hosts: ['a.example.org', 'b.example.org'],
      read: ['~/Documents'],
      write: ['${user_config.folder}'],
      memoryMb: 512,
      processes: 64,
    };
    expect(touchesOf(permissions, { hosts: ['b.example.org'] })).toEqual([
      { kind: 'host', what: 'a.example.org', wider: false },
      { kind: 'host', what: 'b.example.org', wider: true },
      { kind: 'read', what: '~/Documents', wider: false },
      { kind: 'write', what: '${user_config.folder}', wider: false },
    ]);
    expect(chosenBy('${user_config.folder}')).toBe('folder');
    expect(chosenBy('~/Documents')).toBeUndefined();
  });

  it('is told of nothing as wider that is not', () => {
    const wider = { hosts: ['a.example.org'], read: [], write: [] };
    expect(reviewSchema.shape.wider.parse(wider)).toEqual(wider);
  });

  it('shows what hides, and puts the gravest first', () => {
    expect(visible('Reads\u200b a file \u{1f600}\ufe0f')).toBe('Reads⟨U+200B⟩ a file \u{1f600}\ufe0f');
    const sorted = byWeight([{ code: 'prerelease' }, { code: 'stale' }, { code: 'lookalike' }]);
    expect(sorted.map(({ code }) => code)).toEqual(['lookalike', 'stale', 'prerelease']);
  });
});

describe('what a check found', () => {
  const settings = {
    folder: userSettingSchema.parse({ type: 'directory', title: 'Folder', required: true }),
  };
  const error = (code: string) => ({ level: 'error' as const, code, message: '' });

  it('is excused where it was tried without what it asks for, and nowhere else', () => {
    const note = { level: 'note' as const, code: 'no_license', message: '' };
    expect(isSoundSoFar({ settings: {}, findings: [note] })).toBe(true);
    expect(isSoundSoFar({ settings, findings: [error('packages.does_not_start')] })).toBe(true);
    expect(isSoundSoFar({ settings: {}, findings: [error('packages.does_not_start')] })).toBe(false);
    expect(isSoundSoFar({ settings, findings: [error('no_entry_point')] })).toBe(false);
  });
});

describe('one step back', () => {
  const change = (generation: number, part: Partial<PackageGeneration> = {}): PackageGeneration => ({
    generation,
    at: generation,
    version: `${generation}.0.0`,
    release: RELEASE,
    reason: 'update',
    current: false,
    kept: true,
    ...part,
  });

  it('leads to the state before, further back each time, and never to what one profile alone was given', () => {
    const history = [change(4, { current: true }), change(3, { reason: 'pin' }), change(2), change(1)];
    expect(stepBackFrom(history)?.generation).toBe(2);
    const again = [change(5, { reason: 'rollback', of: 2, current: true }), ...history.slice(1)];
    expect(stepBackFrom(again)?.generation).toBe(1);
    const last = [change(6, { reason: 'rollback', of: 1, current: true }), ...again.slice(1)];
    expect(stepBackFrom(last)).toBeUndefined();
    expect(stepBackFrom([])).toBeUndefined();
  });
});

describe('the bar of pieces', () => {
  const base64url = (bytes: number[]) => Buffer.from(bytes).toString('base64url');

  it('reads the bitmap from the highest bit on', () => {
    expect(blocksOf({ have: base64url([0b1010_0000]), pieces: 4 })).toEqual([1, 0, 1, 0]);
    expect(blocksOf({ have: '', pieces: 3 })).toEqual([0, 0, 0]);
    expect(blocksOf({ have: '*', pieces: 2 })).toEqual([0, 0]);
    expect(stretchesOf([1, 1, 0, 0.5])).toEqual([
      { from: 0, length: 2, part: 1 },
      { from: 2, length: 1, part: 0 },
      { from: 3, length: 1, part: 0.5 },
    ]);
  });

  it('covers every piece once, however many there are', () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { minLength: 1, maxLength: 2000 }), (here) => {
        const bytes = Array.from({ length: Math.ceil(here.length / 8) }, () => 0);
        for (const [piece, isHere] of here.entries())
          if (isHere) bytes[piece >> 3] = (bytes[piece >> 3] ?? 0) | (0x80 >> (piece & 7));
        const blocks = blocksOf({ have: base64url(bytes), pieces: here.length });
        expect(blocks.length).toBe(Math.min(here.length, MOST_BLOCKS));
        expect(blocks.every((part) => part === 1)).toBe(here.every(Boolean));
        expect(blocks.every((part) => part === 0)).toBe(!here.some(Boolean));
      }),
    );
  });

  it('knows how long it takes only while something moves', () => {
    expect(leftOf({ bytes: 50, total: 100, rate: 25 })).toBe(2000);
    expect(leftOf({ bytes: 50, total: 100, rate: 0 })).toBeUndefined();
    expect(leftOf({ bytes: 100, total: 100, rate: 9 })).toBeUndefined();
  });
});
