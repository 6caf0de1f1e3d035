import type { ProviderId } from '../../kernel/ids.ts';

/** How a provider stands with this operator. */
export interface Standing {
  tier: 'blocked' | 'unknown' | 'known';
  /** Weight in decisions by majority, 0 to 1. Only what the operator pinned counts until evidence is weighed. */
  weight: number;
}

export type StandingOf = (providerId: ProviderId) => Standing;
