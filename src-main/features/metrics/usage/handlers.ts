import type { UsageItem, usageContract } from '#shared/features/metrics/usage.ts';
import type { Handlers } from '#shared/kernel/contract.ts';
import type { ProviderId } from '#shared/kernel/ids.ts';
import type { Usage } from './usage.ts';

/** Serves `usage.*`; providers are shown with the names they go by. */
export function createUsageHandlers(
  usage: Usage,
  { nameOf }: { nameOf(provider: ProviderId): string | undefined },
): Handlers<typeof usageContract> {
  const named = (item: UsageItem): UsageItem => {
    const providerName = item.providerId === undefined ? undefined : nameOf(item.providerId);
    return providerName === undefined ? item : { ...item, providerName };
  };
  return {
    'usage.query'(wanted) {
      const answer = usage.query(wanted);
      return { ...answer, items: answer.items.map(named) };
    },
    'usage.erase': () => ({ erased: usage.erase() }),
  };
}
