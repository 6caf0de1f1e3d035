import type { UsageAnswer, usageContract } from '#shared/features/metrics/usage.ts';
import type { Handlers } from '#shared/kernel/contract.ts';
import type { ProviderId } from '#shared/kernel/ids.ts';
import type { Usage } from './usage.ts';

type NameOf = (provider: ProviderId) => string | undefined;

/** Sums with the names that providers go by. */
export const namedUsage = (answer: UsageAnswer, nameOf: NameOf): UsageAnswer => ({
  ...answer,
  items: answer.items.map((item) => {
    const providerName = item.providerId === undefined ? undefined : nameOf(item.providerId);
    return providerName === undefined ? item : { ...item, providerName };
  }),
});

/** Serves `usage.*`. */
export function createUsageHandlers(
  usage: Usage,
  { nameOf }: { nameOf: NameOf },
): Handlers<typeof usageContract> {
  return {
    'usage.query': (wanted) => namedUsage(usage.query(wanted), nameOf),
    'usage.erase': () => ({ erased: usage.erase() }),
  };
}
