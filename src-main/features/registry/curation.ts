/** What the operator makes of many tools: rules, decisions in bulk with a preview and a way back, pins, favourites. */
import {
  type ApprovalRule,
  isTooWide,
  judge,
  type RuleDraft,
  ruleMatches,
} from '#shared/features/registry/approval-rules.ts';
import { approvalOf } from '#shared/features/registry/approval.ts';
import type {
  DecisionPreview,
  RulePreview,
  RuleView,
  Selection,
  Verdict,
} from '#shared/features/registry/curation.ts';
import { isDeceptive } from '#shared/features/registry/conflicts.ts';
import { isClaimed } from '#shared/features/registry/claims.ts';
import type { Pin } from '#shared/features/registry/pin.ts';
import { checkPin } from '#shared/features/registry/pin-rules.ts';
import { toHex, utf8 } from '#shared/kernel/bytes.ts';
import { sha256Bytes } from '#shared/kernel/canonical.ts';
import type { Clock } from '#shared/kernel/clock.ts';
import { AppError } from '#shared/kernel/errors.ts';
import type { Random } from '#shared/kernel/random.ts';
import type { Database } from '../../platform/sqlite.ts';
import type { Decisions, ShownDecision } from './decisions.ts';
import type { Keepsakes } from './keepsakes.ts';
import type { RulesStore } from './rules-store.ts';
import type { RegistryPolicy } from './types.ts';
import { offerOf, ruledTool, type Shelf, type ShelvedTool } from './shelf.ts';
import { createUndo } from './undo.ts';
import type { Versions } from './versions.ts';
import { wordsFor } from './views.ts';

export interface Curation {
  previewDecision(verdict: Verdict, which: Selection): DecisionPreview;
  /** Throws `registry.changed_meanwhile` where the tools are not those that were previewed. */
  decide(verdict: Verdict, which: Selection, digest: string): { count: number; undo: number };
  /** Throws `registry.cannot_undo`. */
  undo(undo: number): { count: number };
  /** Without a pin, to what the tool is now. Throws `registry.bad_pin`. */
  pin(tool: ShelvedTool, pin: Pin | undefined): void;
  unpin(tool: ShelvedTool): void;
  setFavourite(tool: ShelvedTool, favourite: boolean): void;
  rules(): RuleView[];
  previewRule(draft: RuleDraft, position: number | undefined): RulePreview;
  /** Throws `registry.rule_too_wide` or `registry.too_many_rules`. */
  addRule(draft: RuleDraft, position: number | undefined): void;
  removeRule(id: string): void;
  reorderRules(ids: readonly string[]): void;
  readonly policy: RegistryPolicy;
}

/** Names shown of what a decision or rule would touch. */
const SAMPLE = 8;

export interface CurationDeps {
  db: Database;
  clock: Clock;
  random: Random;
  shelf: Shelf;
  decisions: Decisions;
  keepsakes: Keepsakes;
  rules: RulesStore;
  versions: Versions;
  /** Tools that a selection means. Throws where one of its ids is unknown. */
  select(which: Selection): readonly ShelvedTool[];
  changed(): void;
}

export function createCuration(deps: CurationDeps): Curation {
  const { clock, db, decisions, keepsakes, random, rules, shelf, versions } = deps;
  const undo = createUndo(db, decisions);

  /** What a decision would change, and why it leaves the others alone. */
  function sortOut(verdict: Verdict, which: Selection) {
    const left = { local: 0, already: 0, pinned: 0 };
    const meant = deps.select(which).filter((tool) => {
      const reason = reasonToLeave(verdict, tool, decisions.get(tool.key));
      if (reason) left[reason]++;
      return !reason;
    });
    return { meant, left };
  }

  const apply = db.transaction((verdict: Verdict, meant: readonly ShelvedTool[]) => {
    const steps = meant.map(({ key }) => ({ tool: key, before: decisions.get(key) }));
    for (const { entry, key } of meant)
      decisions.set(
        key,
        verdict === 'forget'
          ? undefined
          : {
              verdict: verdict === 'approve' ? 'approved' : 'rejected',
              fingerprint: entry.fingerprint,
              shown: entry.tool,
            },
      );
    return undo.note(steps);
  });

  /** After the rules changed, what they let in and would not let in any more is forgotten: it is as if it had never been. */
  function reapply(): void {
    rules.withdraw((key, admission) => {
      const tool = shelf.get(key);
      if (tool?.entry.fingerprint !== admission.fingerprint) return false;
      return !judge(rules.list(), ruledTool(tool.entry), [admission.fingerprint]).admits;
    });
    shelf.refresh();
    deps.changed();
  }

  function stateUnder({ entry, key, pin, resembles }: ShelvedTool, list: readonly ApprovalRule[]) {
    return approvalOf({
      isLocal: entry.listing.local && !entry.listing.packaged,
      tool: ruledTool(entry),
      decision: decisions.get(key),
      admitted: rules.admission(key)?.fingerprint,
      rules: list,
      pinHolds: pin?.holds ?? true,
      isSuspicious: isDeceptive(resembles),
    }).state;
  }

  const decidedBy = (list: readonly ApprovalRule[], { entry, origin }: ShelvedTool) =>
    origin === 'local' ? undefined : list.find((rule) => ruleMatches(rule, ruledTool(entry)))?.id;

  function draftOf(draft: RuleDraft): ApprovalRule {
    if (isTooWide(draft))
      throw new AppError('registry.rule_too_wide', 'A rule that approves must say whose tools it approves.', {
        advice: 'Name a provider. Names of servers, tags and annotations are words that anybody can use.',
      });
    const coversChanges = draft.action === 'approve' && draft.coversChanges;
    return { ...draft, coversChanges, id: toHex(random.bytes(8)), createdAt: clock.now() };
  }

  function touch(tool: ShelvedTool): void {
    shelf.refresh([tool.key]);
    deps.changed();
  }

  return {
    previewDecision(verdict, which) {
      const { left, meant } = sortOut(verdict, which);
      return {
        count: meant.length,
        sample: meant.slice(0, SAMPLE).map(({ label }) => label),
        destructive: meant.filter(({ annotations }) => isClaimed('destructive', annotations)).length,
        warned: meant.filter(
          ({ conflicts, entry }) => conflicts.length + wordsFor(entry.tool, '').warnings.length > 0,
        ).length,
        confusable: meant.filter(({ resembles }) => isDeceptive(resembles)).length,
        left,
        digest: digestOf(verdict, meant),
      };
    },
    decide(verdict, which, digest) {
      const { meant } = sortOut(verdict, which);
      if (digestOf(verdict, meant) !== digest)
        throw new AppError('registry.changed_meanwhile', 'The tools changed since they were shown.', {
          advice: 'Look at them again, then decide.',
          retryable: true,
        });
      const undoable = apply(verdict, meant);
      shelf.refresh(meant.map(({ key }) => key));
      deps.changed();
      return { count: meant.length, undo: undoable };
    },
    undo(number) {
      const keys = db.transaction(() => undo.run(number))();
      shelf.refresh(keys);
      deps.changed();
      return { count: keys.length };
    },
    pin(tool, wanted) {
      const { fingerprint, tool: shown, version } = offerOf(tool.entry);
      const pin = wanted ?? { kind: 'fingerprint' as const, value: fingerprint };
      checkPin(pin);
      const older = pin.kind === 'fingerprint' ? versions.definition(tool.key, pin.value) : undefined;
      keepsakes.setPin(tool.key, {
        ...pin,
        anchor: older ?? shown,
        fingerprint: older ? pin.value : fingerprint,
        version,
      });
      touch(tool);
    },
    unpin(tool) {
      keepsakes.setPin(tool.key, undefined);
      touch(tool);
    },
    setFavourite(tool, favourite) {
      keepsakes.setFavourite(tool.key, favourite);
      touch(tool);
    },
    rules() {
      const list = rules.list();
      const matches = new Map<string, number>();
      const providers = new Map<string, string | undefined>();
      for (const tool of shelf.all()) {
        providers.set(tool.providerId, tool.providerName);
        const id = decidedBy(list, tool);
        if (id) matches.set(id, (matches.get(id) ?? 0) + 1);
      }
      return list.map((rule) => {
        const providerName = rule.provider && providers.get(rule.provider);
        return { ...rule, matches: matches.get(rule.id) ?? 0, ...(providerName ? { providerName } : {}) };
      });
    },
    previewRule(draft, position) {
      const rule = draftOf(draft);
      const list = rules.list().toSpliced(position ?? rules.list().length, 0, rule);
      const preview = {
        matches: 0,
        approves: 0,
        asks: 0,
        rejects: 0,
        changedLeft: 0,
        sample: [] as string[],
      };
      for (const tool of shelf.all()) {
        if (decidedBy(list, tool) !== rule.id) continue;
        preview.matches++;
        const next = stateUnder(tool, list);
        if (next === 'changed') preview.changedLeft++;
        if (next === tool.state) continue;
        if (next === 'approved') preview.approves++;
        else if (next === 'rejected') preview.rejects++;
        else preview.asks++;
        if (preview.sample.length < SAMPLE) preview.sample.push(tool.label);
      }
      return preview;
    },
    addRule(draft, position) {
      rules.insert(draftOf(draft), position);
      reapply();
    },
    removeRule(id) {
      rules.remove(id);
      reapply();
    },
    reorderRules(ids) {
      rules.reorder(ids);
      reapply();
    },
    policy: {
      rules: rules.list,
      setRules(next) {
        rules.replace(next);
        reapply();
      },
      decisions: decisions.all,
      setDecision(key, decision) {
        decisions.set(key, decision);
        shelf.refresh([key]);
        deps.changed();
      },
    },
  };
}

function reasonToLeave(
  verdict: Verdict,
  { entry, origin, pin }: ShelvedTool,
  decision: ShownDecision | undefined,
): 'local' | 'already' | 'pinned' | undefined {
  if (origin === 'local') return 'local';
  if (verdict === 'forget') return decision ? undefined : 'already';
  if (verdict === 'reject') return decision?.verdict === 'rejected' ? 'already' : undefined;
  if (pin && !pin.holds) return 'pinned';
  return decision?.verdict === 'approved' && decision.fingerprint === entry.fingerprint
    ? 'already'
    : undefined;
}

const digestOf = (verdict: Verdict, meant: readonly ShelvedTool[]): string =>
  toHex(
    sha256Bytes(
      utf8(
        `${verdict}\n${meant
          .map(({ entry, key }) => `${key}#${entry.fingerprint}`)
          .sort()
          .join('\n')}`,
      ),
    ),
  );
