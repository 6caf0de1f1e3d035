/** Usage of all nodes of a provider in one answer. Pure. */
import type { UsageAnswer, UsageGroup, UsageItem, UsageSums } from '../metrics/usage.ts';

const SUMS = ['calls', 'errors', 'cached', 'requestBytes', 'responseBytes', 'durationMs'] as const;

const added = (a: UsageSums, b: UsageSums): UsageSums =>
  Object.fromEntries(SUMS.map((key) => [key, a[key] + b[key]])) as unknown as UsageSums;

/** What an item is about, whatever its sums. */
const aboutOf = ({ client, day, direction, kind, providerId, server, tool }: UsageItem): string =>
  JSON.stringify([day, direction, providerId, client, server, tool, kind]);

/**
 * The sums of several nodes, added where they are about the same. Calls between two nodes of the provider are in both
 * their books, as outgoing here and as incoming there.
 *
 * @param answers at least one, of the same question
 */
export function mergeUsage(answers: readonly UsageAnswer[], by: UsageGroup, limit: number): UsageAnswer {
  const merged = new Map<string, UsageItem>();
  for (const item of answers.flatMap(({ items }) => items)) {
    const before = merged.get(aboutOf(item));
    merged.set(aboutOf(item), before ? { ...before, ...added(before, item) } : item);
  }
  const newestFirst = (a: UsageItem, b: UsageItem) => (b.day ?? '').localeCompare(a.day ?? '');
  const mostFirst = (a: UsageItem, b: UsageItem) => b.calls - a.calls;
  const hasDays = by === 'day' || by === 'each';
  const items = [...merged.values()].sort((a, b) => (hasDays && newestFirst(a, b)) || mostFirst(a, b));
  const [first] = answers as [UsageAnswer];
  return {
    // Days are those of UTC: nodes that are asked around midnight may differ by one.
    from: answers.map(({ from }) => from).sort()[0] ?? first.from,
    to:
      answers
        .map(({ to }) => to)
        .sort()
        .at(-1) ?? first.to,
    items: items.slice(0, limit),
    total: answers.map(({ total }) => total).reduce(added),
    more: items.length > limit || answers.some(({ more }) => more),
  };
}
