import {
  type ApprovalRule,
  isTooWide,
  judge,
  type RuleDraft,
  ruleMatches,
} from '#shared/features/registry/approval-rules.ts';
import { isClaimed } from '#shared/features/registry/claims.ts';
import type { criticalContract } from '#shared/features/registry/critical.ts';
import type { curationContract, Selection, Verdict } from '#shared/features/registry/curation.ts';
import type { ToolView } from '#shared/features/registry/contract.ts';
import { labelOf, type ToolFilter } from '#shared/features/registry/query.ts';
import type { Handlers } from '#shared/kernel/contract.ts';
import { AppError } from '#shared/kernel/errors.ts';
import type { KnownTool } from '../world.ts';
import type { Memory } from './memory.ts';

interface Tools {
  toolOf(id: string): KnownTool;
  fitting(filter: ToolFilter): KnownTool[];
}

export function answerCuration(
  memory: Memory,
  tools: Tools,
): Handlers<typeof curationContract & typeof criticalContract> {
  const { after, clock, world } = memory;
  const undoable = new Map<number, Array<{ view: ToolView; state: ToolView['state'] }>>();

  const select = (which: Selection) =>
    'ids' in which ? which.ids.map(tools.toolOf) : tools.fitting(which.filter);

  function sortOut(verdict: Verdict, which: Selection) {
    const left = { local: 0, already: 0, pinned: 0 };
    const goal = { approve: 'approved', reject: 'rejected', forget: 'pending' }[verdict];
    const meant = select(which).filter(({ view }) => {
      const reason = view.origin === 'local' ? 'local' : view.state === goal ? 'already' : undefined;
      if (reason) left[reason]++;
      return !reason;
    });
    return { meant, left, goal: goal as ToolView['state'] };
  }

  const digestOf = (meant: KnownTool[]) =>
    `${meant.length}:${meant.map(({ view }) => view.fingerprint).join().length}`;

  const ruledBy = (list: readonly ApprovalRule[], { view }: KnownTool) =>
    view.origin === 'local' ? undefined : list.find((rule) => ruleMatches(rule, ruled(view)));

  function stateUnder(list: readonly ApprovalRule[], known: KnownTool): ToolView['state'] {
    const { view } = known;
    if (view.state === 'changed' || (view.state !== 'pending' && !view.rule)) return view.state;
    const { admits, rule } = judge(list, ruled(view), []);
    return admits ? 'approved' : rule?.action === 'reject' ? 'rejected' : 'pending';
  }

  function reapply(next: ApprovalRule[]) {
    world.rules = next;
    for (const known of world.tools) {
      const { view } = known;
      if (view.origin === 'local') continue;
      const state = stateUnder(next, known);
      if (state === view.state) continue;
      view.state = state;
      const rule = ruledBy(next, known);
      if (rule && state !== 'pending') view.rule = rule.id;
      else delete view.rule;
    }
    return after(list());
  }

  const list = () => ({
    items: world.rules.map((rule) => {
      const matching = world.tools.filter((known) => ruledBy(world.rules, known)?.id === rule.id);
      const providerName = world.tools.find(({ view }) => view.providerId === rule.provider)?.view
        .providerName;
      return { ...rule, matches: matching.length, ...(providerName ? { providerName } : {}) };
    }),
  });

  function ruleOf(draft: RuleDraft): ApprovalRule {
    if (isTooWide(draft))
      throw new AppError('registry.rule_too_wide', 'A rule that approves must say whose tools it approves.', {
        advice: 'Name a provider. Names of servers, tags and annotations are words that anybody can use.',
      });
    return { ...draft, id: `rule-${world.rules.length + 1}-${clock.now()}`, createdAt: clock.now() };
  }

  return {
    'tools.previewDecision': ({ verdict, which }) => {
      const { left, meant } = sortOut(verdict, which);
      return {
        count: meant.length,
        sample: meant.slice(0, 8).map(({ view }) => labelOf(view)),
        destructive: meant.filter(({ view }) => isClaimed('destructive', view.annotations)).length,
        warned: meant.filter(({ view }) => view.warnings.length > 0).length,
        confusable: meant.filter(({ view }) => view.warnings.includes('confusable_name')).length,
        left,
        digest: digestOf(meant),
      };
    },
    'tools.decide': ({ verdict, which }) => {
      const { goal, meant } = sortOut(verdict, which);
      const undo = undoable.size + 1;
      undoable.set(
        undo,
        meant.map(({ view }) => ({ view, state: view.state })),
      );
      for (const { view } of meant) view.state = goal;
      return after({ count: meant.length, undo });
    },
    'tools.undo': ({ undo }) => {
      const steps = undoable.get(undo) ?? [];
      for (const { state, view } of steps) view.state = state;
      undoable.delete(undo);
      return after({ count: steps.length });
    },
    'tools.pin': ({ id, pin }) => {
      const { view } = tools.toolOf(id);
      view.pin = { ...(pin ?? { kind: 'fingerprint', value: view.fingerprint }), holds: true };
      return after(view);
    },
    'tools.unpin': ({ id }) => {
      const { view } = tools.toolOf(id);
      delete view.pin;
      return after(view);
    },
    'tools.critical': () => ({
      items: world.tools.flatMap(({ view }) =>
        view.critical
          ? [
              {
                id: view.id,
                name: view.catalogName ?? view.name,
                provider: view.providerId,
                server: view.server,
                ...view.critical,
              },
            ]
          : [],
      ),
    }),
    'tools.setCritical': ({ id, min }) => {
      const { view } = tools.toolOf(id);
      if (min === 0) delete view.critical;
      else view.critical = { min, live: view.reachable ? 1 : 0 };
      return after(view);
    },
    'tools.favourite': ({ favourite, id }) => {
      const { view } = tools.toolOf(id);
      if (favourite) view.favourite = true;
      else delete view.favourite;
      return after(view);
    },
    'rules.list': list,
    'rules.preview': ({ position = world.rules.length, rule: draft }) => {
      const rule = ruleOf(draft);
      const next = world.rules.toSpliced(position, 0, rule);
      const matching = world.tools.filter((known) => ruledBy(next, known)?.id === rule.id);
      const changing = matching.filter((known) => stateUnder(next, known) !== known.view.state);
      const count = (state: ToolView['state']) =>
        changing.filter((known) => stateUnder(next, known) === state).length;
      return {
        matches: matching.length,
        approves: count('approved'),
        asks: count('pending'),
        rejects: count('rejected'),
        changedLeft: matching.filter(({ view }) => view.state === 'changed').length,
        sample: changing.slice(0, 8).map(({ view }) => labelOf(view)),
      };
    },
    'rules.add': ({ position = world.rules.length, rule }) =>
      reapply(world.rules.toSpliced(position, 0, ruleOf(rule))),
    'rules.remove': ({ id }) => reapply(world.rules.filter((rule) => rule.id !== id)),
    'rules.reorder': ({ ids }) => reapply(ids.flatMap((id) => world.rules.filter((rule) => rule.id === id))),
  };
}

const ruled = ({ annotations, fingerprint, providerId: provider, server, tags }: ToolView) => ({
  provider,
  server,
  tags,
  annotations,
  fingerprint,
});
