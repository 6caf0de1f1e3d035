import { describe, expect, it } from 'vitest';
import { scopedLimitSchema } from '#shared/features/access/limits.ts';
import { providerIdOf } from '#shared/kernel/ids.ts';
import { viewOf } from '../../../../../src-renderer/features/access/address.ts';
import { canAsk } from '../../../../../src-renderer/features/asking/rules.ts';
import {
  byScope,
  draftOf,
  emptyGrant,
  grantProblems,
  limitDraftOf,
  limitOf,
  limitProblems,
  termsOf,
} from '../../../../../src-renderer/features/access/rules.ts';

const BORIS = providerIdOf(new Uint8Array(32).fill(2));

describe('the dialog that gives access', () => {
  it('names what is missing or wrong', () => {
    expect(grantProblems(emptyGrant)).toEqual(['to', 'server']);
    const wrong = { ...emptyGrant, to: BORIS, server: 'files', tools: [], days: '401', calls: 'x' };
    expect(grantProblems(wrong)).toEqual(['tools', 'days', 'calls']);
    expect(grantProblems({ ...emptyGrant, to: ` ${BORIS} `, server: 'files', calls: '10' })).toEqual([]);
  });

  it('sends what was said and nothing else', () => {
    expect(termsOf(emptyGrant)).toEqual({ days: 30, note: '' });
    const said = { ...emptyGrant, tools: ['read'], calls: '5', note: ' trial ', days: '7' };
    expect(termsOf({ ...said, args: { read: '{}', write: '{}', list: ' ' } })).toEqual({
      days: 7,
      note: 'trial',
      tools: ['read'],
      calls: 5,
      args: { read: '{}' },
    });
  });

  it('starts from what was asked for', () => {
    const request = {
      id: 1,
      side: 'here',
      provider: BORIS,
      server: 'files',
      words: '',
      state: 'open',
      at: 1,
    } as const;
    expect(draftOf({ ...request, tools: [] })).toMatchObject({
      to: BORIS,
      server: 'files',
      tools: undefined,
    });
    expect(draftOf({ ...request, tools: ['read'] }).tools).toEqual(['read']);
  });
});

describe('the dialog of a limit', () => {
  it('names what is missing or wrong', () => {
    const empty = limitDraftOf(undefined);
    expect(limitProblems(empty)).toEqual(['provider', 'none']);
    const numbers = { ...empty.numbers, concurrent: '0', callsPerMinute: '1000001' };
    expect(limitProblems({ ...empty, kind: 'tool', numbers })).toEqual([
      'server',
      'tool',
      'concurrent',
      'callsPerMinute',
    ]);
    expect(limitProblems({ ...empty, kind: 'grant' })).toEqual(['grant', 'none']);
  });

  it.each([
    { scope: { kind: 'all' }, concurrent: 4 },
    { scope: { kind: 'provider', provider: BORIS }, callsPerMinute: 30, kibInPerMinute: 5 },
    { scope: { kind: 'server', server: 'files' }, memoryMib: 256, cpuSecondsPerMinute: 20 },
    { scope: { kind: 'tool', server: 'files', tool: 'read' }, kibOutPerMinute: 8 },
    { scope: { kind: 'grant', grant: 'g1' }, concurrent: 1 },
  ] as const)('gives back what it was opened with: $scope.kind', (limit) => {
    expect(scopedLimitSchema.parse(limitOf(limitDraftOf(limit)))).toEqual(limit);
  });

  it('leaves out what only a server can be limited in', () => {
    const draft = limitDraftOf({ scope: { kind: 'server', server: 'files' }, memoryMib: 256, concurrent: 2 });
    expect(limitOf({ ...draft, kind: 'all' })).toEqual({ scope: { kind: 'all' }, concurrent: 2 });
  });

  it('is listed with the general ones first', () => {
    const kinds = byScope([
      { scope: { kind: 'tool', server: 'files', tool: 'read' } },
      { scope: { kind: 'each' } },
      { scope: { kind: 'all' } },
    ]).map(({ scope }) => scope.kind);
    expect(kinds).toEqual(['all', 'each', 'tool']);
  });
});

describe('addresses and refusals', () => {
  it('an address that is no view shows the permissions', () => {
    expect(['grants', 'give', 'accept', 'nowhere', undefined].map(viewOf)).toEqual([
      'grants',
      'grants',
      'requests',
      'permissions',
      'permissions',
    ]);
  });

  it('asking helps where the provider decides by a list, not where he blocked', () => {
    expect(canAsk('access.not_granted')).toBe(true);
    expect(canAsk('access.not_listed')).toBe(true);
    expect(canAsk('access.blocked')).toBe(false);
    expect(canAsk('relay.timeout')).toBe(false);
    expect(canAsk(undefined)).toBe(false);
  });
});
