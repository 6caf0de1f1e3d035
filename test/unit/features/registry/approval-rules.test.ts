import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { approvalOf, type Decision } from '#shared/features/registry/approval.ts';
import {
  type ApprovalRule,
  isTooWide,
  judge,
  ruleDraftSchema,
  type RuledTool,
  ruleMatches,
} from '#shared/features/registry/approval-rules.ts';
import { isClaimed, trustableClaims } from '#shared/features/registry/claims.ts';

const provider = fc.constantFrom('anna', 'boris');
const server = fc.constantFrom('files', 'notes');
const tags = fc.uniqueArray(fc.constantFrom('a', 'b'), { maxLength: 2 });
const hint = fc.option(fc.boolean(), { nil: undefined });
const fingerprint = fc.constantFrom('f1', 'f2', 'f3');

const tools: fc.Arbitrary<RuledTool> = fc.record({
  provider,
  server,
  tags,
  annotations: fc.record({
    readOnlyHint: hint,
    destructiveHint: hint,
    idempotentHint: hint,
    openWorldHint: hint,
  }),
  fingerprint,
});

const rule: fc.Arbitrary<ApprovalRule> = fc.record(
  {
    id: fc.uuid(),
    createdAt: fc.constant(0),
    provider,
    server,
    claims: fc.uniqueArray(fc.constantFrom(...trustableClaims), { maxLength: 2 }),
    tags: fc.uniqueArray(fc.constantFrom('a', 'b'), { maxLength: 1 }),
    action: fc.constantFrom('approve', 'ask', 'reject'),
    coversChanges: fc.boolean(),
  },
  { requiredKeys: ['id', 'createdAt', 'claims', 'tags', 'action', 'coversChanges'] },
);
const rules = fc.uniqueArray(rule, { maxLength: 5, selector: ({ id }) => id });
const decisions: fc.Arbitrary<Decision | undefined> = fc.option(
  fc.record({ verdict: fc.constantFrom('approved', 'rejected'), fingerprint }),
  { nil: undefined },
);

const decided = (tool: RuledTool, list: readonly ApprovalRule[], decision?: Decision, admitted?: string) =>
  approvalOf({ isLocal: false, tool, rules: list, decision, admitted, pinHolds: true });

describe('rules', () => {
  it('decide by the first that matches, whatever follows', () => {
    fc.assert(
      fc.property(rules, rules, tools, (first, rest, tool) => {
        const judged = judge(first, tool, []);
        expect(judged.rule).toBe(first.find((one) => ruleMatches(one, tool)));
        if (judged.rule) expect(judge([...first, ...rest], tool, [])).toEqual(judged);
      }),
    );
  });

  it('never approve what they do not match, nor whose nobody named', () => {
    fc.assert(
      fc.property(rules, tools, (list, tool) => {
        if (decided(tool, list).state !== 'approved') return;
        const { rule } = decided(tool, list);
        expect(rule && ruleMatches(rule, tool)).toBe(true);
        expect(rule).toMatchObject({ action: 'approve', provider: tool.provider });
        for (const claim of rule?.claims ?? []) expect(isClaimed(claim, tool.annotations)).toBe(true);
      }),
    );
  });

  it('say the same when asked again, what they let in included', () => {
    fc.assert(
      fc.property(rules, tools, decisions, (list, tool, decision) => {
        const once = decided(tool, list, decision);
        const admitted = once.isNewlyAdmitted ? tool.fingerprint : undefined;
        const again = decided(tool, list, decision, admitted);
        expect(again).toEqual({ ...once, isNewlyAdmitted: false });
      }),
    );
  });

  it('leave what the operator decided himself about what he saw, with and without any of them', () => {
    fc.assert(
      fc.property(
        rules,
        tools,
        decisions,
        fc.option(fingerprint, { nil: undefined }),
        (list, tool, decision, admitted) => {
          const isHis = decision?.verdict === 'rejected' || decision?.fingerprint === tool.fingerprint;
          if (!isHis) return;
          const { state } = decided(tool, list, decision, admitted);
          expect(state).toBe(decision?.verdict);
          for (const gone of list) {
            const rest = list.filter((one) => one !== gone);
            expect(decided(tool, rest, decision, admitted).state).toBe(state);
          }
        },
      ),
    );
  });

  it('let in one definition of a tool only, unless a rule covers changes', () => {
    const careful = rules.map((list) => list.map((one) => ({ ...one, coversChanges: false })));
    fc.assert(
      fc.property(careful, fc.array(tools, { maxLength: 8 }), (list, life) => {
        let admitted: string | undefined;
        const seen = new Set<string>();
        // One tool that changes its words, tags and claims as its provider likes.
        for (const now of life) {
          const approval = decided({ ...now, provider: 'anna', server: 'files' }, list, undefined, admitted);
          if (approval.isNewlyAdmitted) admitted = now.fingerprint;
          if (approval.state === 'approved') seen.add(now.fingerprint);
        }
        expect(seen.size).toBeLessThanOrEqual(1);
      }),
    );
  });

  it('that cover changes let in what still matches, and nothing else', () => {
    const covering: ApprovalRule = {
      ...ruleDraftSchema.parse({ claims: ['readOnly'], action: 'approve', coversChanges: true }),
      provider: 'anna',
      id: '1',
      createdAt: 0,
    };
    const now = (readOnlyHint: boolean): RuledTool => ({
      provider: 'anna',
      server: 'files',
      tags: [],
      annotations: { readOnlyHint },
      fingerprint: 'f2',
    });
    expect(decided(now(true), [covering], undefined, 'f1').state).toBe('approved');
    expect(decided(now(false), [covering], undefined, 'f1').state).toBe('changed');
    expect(decided(now(true), [covering], { verdict: 'approved', fingerprint: 'f1' }).state).toBe('approved');
    expect(decided(now(true), [covering], { verdict: 'rejected', fingerprint: 'f1' }).state).toBe('rejected');
  });

  it('are too wide where they approve and name no provider', () => {
    expect(
      isTooWide(ruleDraftSchema.parse({ server: 'files', claims: ['readOnly'], action: 'approve' })),
    ).toBe(true);
    expect(isTooWide(ruleDraftSchema.parse({ action: 'reject' }))).toBe(false);
  });
});

describe('claims', () => {
  it('are taken for the worse where they are missing or contradict each other', () => {
    expect(isClaimed('readOnly', undefined)).toBe(false);
    expect(isClaimed('notDestructive', {})).toBe(false);
    expect(isClaimed('readOnly', { readOnlyHint: true, destructiveHint: true })).toBe(false);
    expect(isClaimed('notDestructive', { readOnlyHint: true })).toBe(true);
    expect(isClaimed('closedWorld', {})).toBe(false);
    expect(isClaimed('openWorld', {})).toBe(false);
  });
});
