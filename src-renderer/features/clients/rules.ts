/** Pure decisions of the pages about AI clients. */
import type { ProfileView } from '#shared/features/clients/contract.ts';
import { MAX_BUDGET, MIN_BUDGET } from '#shared/features/clients/budget.ts';
import { type Hop, type HopName, HOPS } from '#shared/features/clients/files.ts';
import { type ChoosableTool, showsServer, showsTool } from '#shared/features/clients/profile-rules.ts';

export type HopState = Hop['state'] | 'idle';
export type Chain = Readonly<Record<HopName, { state: HopState; hop?: Hop }>>;

/** The chain as told so far; each link says last what became of it. */
export function chainOf(hops: readonly Hop[]): Chain {
  const last = new Map(hops.map((hop) => [hop.hop, hop]));
  return Object.fromEntries(
    HOPS.map((name) => {
      const hop = last.get(name);
      return [name, hop ? { state: hop.state, hop } : { state: 'idle' }];
    }),
  ) as unknown as Chain;
}

export const failedHop = (hops: readonly Hop[]): Hop | undefined =>
  hops.find(({ state }) => state === 'failed');
/** Whether the last link held. */
export const isProved = (hops: readonly Hop[]): boolean =>
  hops.some(({ hop, state }) => hop === 'tool' && state === 'ok');

const without = (names: readonly string[] | undefined, ...gone: string[]): string[] =>
  (names ?? []).filter((name) => !gone.includes(name));

/** The profile with a single tool shown or hidden, in the fewest words: whole servers stay whole. */
export function withTool(profile: ProfileView, tool: ChoosableTool, shown: boolean): ProfileView {
  const includeTools = without(profile.includeTools, tool.name, tool.id);
  const excludeTools = without(profile.excludeTools, tool.name, tool.id);
  const bare = tidy({ ...profile, includeTools, excludeTools });
  if (showsTool(bare, tool) === shown) return bare;
  return tidy(
    shown
      ? { ...bare, includeTools: [...includeTools, tool.name] }
      : { ...bare, excludeTools: [...excludeTools, tool.name] },
  );
}

/** The profile with a server shown whole or not at all. */
export function withServer(
  profile: ProfileView,
  server: string,
  tools: readonly ChoosableTool[],
  shown: boolean,
): ProfileView {
  const names = tools.flatMap(({ name, id }) => [name, id]);
  const includeTools = without(profile.includeTools, ...names);
  const excludeTools = without(profile.excludeTools, ...names);
  if (profile.servers === undefined && !shown)
    return tidy({
      ...profile,
      includeTools,
      excludeTools: [...excludeTools, ...tools.map(({ name }) => name)],
    });
  const servers =
    profile.servers === undefined
      ? undefined
      : shown
        ? [...without(profile.servers, server), server]
        : without(profile.servers, server);
  return tidy({ ...profile, servers, includeTools, excludeTools });
}

/** The profile with everything shown, or with what it shows now chosen server by server. */
export function withScope(
  profile: ProfileView,
  scope: 'all' | 'chosen',
  servers: readonly string[],
): ProfileView {
  if (scope === 'chosen')
    return tidy({ ...profile, servers: servers.filter((server) => showsServer(profile, server)) });
  return tidy({ ...profile, servers: undefined, includeTools: [] });
}

/** Empty lists say nothing, but an empty list of servers does: none. */
const tidy = ({ servers, includeTools, excludeTools, alwaysListed, ...rest }: ProfileView): ProfileView => ({
  ...rest,
  ...(alwaysListed?.length ? { alwaysListed } : {}),
  ...(servers ? { servers } : {}),
  ...(includeTools?.length ? { includeTools } : {}),
  ...(excludeTools?.length ? { excludeTools } : {}),
});

/** The profile with another way of giving its tools to clients. */
export const withBudget = (
  profile: ProfileView,
  part: Pick<ProfileView, 'catalog' | 'budget'>,
): ProfileView => ({ ...profile, ...part });

/** The profile with a tool that is listed in any case, or as the others are. */
export function withAlwaysListed(profile: ProfileView, name: string, listed: boolean): ProfileView {
  const others = without(profile.alwaysListed, name);
  return tidy({ ...profile, alwaysListed: listed ? [...others, name] : others });
}

/** As the contract demands of a budget. */
export const isBudget = (text: string): boolean =>
  /^\d{1,9}$/.test(text) && Number(text) >= MIN_BUDGET && Number(text) <= MAX_BUDGET;

/** As the contract demands of a profile's name. */
export const isProfileName = (name: string): boolean => /^[a-z0-9][a-z0-9_-]{0,30}$/.test(name);
