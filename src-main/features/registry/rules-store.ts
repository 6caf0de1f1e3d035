/** The operator's rules in their order, and which definition of which tool they last let in. */
import { type ApprovalRule, MAX_RULES, ruleSchema } from '#shared/features/registry/approval-rules.ts';
import { AppError } from '#shared/kernel/errors.ts';
import type { Clock } from '#shared/kernel/clock.ts';
import type { Database } from '../../platform/sqlite.ts';

/**
 * Tools of one provider that rules let in, gone ones included: what is forgotten could come back changed and unseen. A
 * provider who names more has them wait for the operator.
 */
export const MAX_ADMITTED_PER_PROVIDER = 20_000;

export interface Admission {
  fingerprint: string;
  rule: string;
}

export interface RulesStore {
  list(): readonly ApprovalRule[];
  /** Other rules in place of all. Throws `registry.too_many_rules`. */
  replace(rules: readonly ApprovalRule[]): void;
  /** Throws `registry.too_many_rules`. */
  insert(rule: ApprovalRule, position: number | undefined): void;
  /** Throws `registry.unknown_rule`. */
  remove(id: string): void;
  /** Throws `registry.unknown_rule` unless every rule is named exactly once. */
  reorder(ids: readonly string[]): void;
  admission(tool: string): Admission | undefined;
  /** Whether the definition could be noted; false where the provider has filled his room. */
  admit(tool: string, admission: Admission): boolean;
  /** Forgets the admissions of tools that `gone` names. */
  withdraw(gone: (tool: string, admission: Admission) => boolean): void;
  /** A provider goes by a new key. */
  follow(from: string, to: string): void;
}

export function createRulesStore(
  db: Database,
  clock: Clock,
  {
    maxAdmitted = MAX_ADMITTED_PER_PROVIDER,
    onChanged = () => undefined,
  }: { maxAdmitted?: number; onChanged?: () => void } = {},
): RulesStore {
  const sql = {
    clear: db.prepare('DELETE FROM registry_rules'),
    insert: db.prepare('INSERT INTO registry_rules (id, position, rule) VALUES (?, ?, ?)'),
    admit: db.prepare('INSERT OR REPLACE INTO registry_admitted VALUES (?, ?, ?, ?)'),
    withdraw: db.prepare('DELETE FROM registry_admitted WHERE tool = ?'),
  };
  let rules = readRules(db);
  const admissions = new Map<string, Admission>();
  const perProvider = new Map<string, number>();
  for (const row of db.prepare('SELECT tool, fingerprint, rule FROM registry_admitted').all())
    remember((row as { tool: string }).tool, row as Admission);

  function remember(tool: string, { fingerprint, rule }: Admission): void {
    if (!admissions.has(tool)) count(tool, 1);
    admissions.set(tool, { fingerprint, rule });
  }

  function count(tool: string, step: number): void {
    const provider = providerIn(tool);
    perProvider.set(provider, (perProvider.get(provider) ?? 0) + step);
  }

  const save = db.transaction((next: readonly ApprovalRule[]) => {
    sql.clear.run();
    next.forEach((rule, position) => sql.insert.run(rule.id, position, JSON.stringify(rule)));
  });

  function set(next: readonly ApprovalRule[]): void {
    save(next);
    rules = next;
    onChanged();
  }

  function admit(tool: string, admission: Admission): boolean {
    const isFull = (perProvider.get(providerIn(tool)) ?? 0) >= maxAdmitted;
    if (isFull && !admissions.has(tool)) return false;
    sql.admit.run(tool, admission.fingerprint, admission.rule, clock.now());
    remember(tool, admission);
    return true;
  }

  function forget(tool: string): void {
    sql.withdraw.run(tool);
    if (admissions.delete(tool)) count(tool, -1);
  }

  return {
    list: () => rules,
    replace(next) {
      if (next.length > MAX_RULES) throw tooManyRules();
      set(next);
    },
    insert(rule, position = rules.length) {
      if (rules.length >= MAX_RULES) throw tooManyRules();
      set(rules.toSpliced(position, 0, rule));
    },
    remove(id) {
      if (!rules.some((rule) => rule.id === id)) throw unknownRule();
      set(rules.filter((rule) => rule.id !== id));
    },
    reorder(ids) {
      const next = ids.flatMap((id) => rules.filter((rule) => rule.id === id));
      if (next.length !== rules.length || new Set(next).size !== rules.length) throw unknownRule();
      set(next);
    },
    admission: (tool) => admissions.get(tool),
    admit,
    withdraw(gone) {
      for (const [tool, admission] of [...admissions]) if (gone(tool, admission)) forget(tool);
    },
    follow(from, to) {
      set(rules.map((rule) => (rule.provider === from ? { ...rule, provider: to } : rule)));
      for (const [tool, admission] of [...admissions]) {
        if (!tool.startsWith(`${from}/`)) continue;
        const next = to + tool.slice(from.length);
        if (!admissions.has(next)) admit(next, admission);
        forget(tool);
      }
    },
  };
}

const providerIn = (tool: string): string => tool.slice(0, tool.indexOf('/'));

const tooManyRules = () =>
  new AppError('registry.too_many_rules', `There are ${MAX_RULES} rules already.`, {
    advice: 'Remove one that is not needed any more.',
  });

const unknownRule = () =>
  new AppError('registry.unknown_rule', 'There is no such rule any more.', {
    advice: 'Look at the rules again; they may have been changed elsewhere.',
    retryable: true,
  });

const readRules = (db: Database): readonly ApprovalRule[] =>
  (db.prepare('SELECT rule FROM registry_rules ORDER BY position').all() as Array<{ rule: string }>).map(
    ({ rule }) => ruleSchema.parse(JSON.parse(rule)),
  );
