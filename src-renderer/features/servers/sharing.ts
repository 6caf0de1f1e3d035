/** What is chosen in the sharing dialog, and the request it becomes. Pure. */
import type { z } from 'zod';
import { networksOf } from '#shared/features/access/rules.ts';
import type { NetworkId } from '#shared/kernel/ids.ts';
import type {
  accessContract,
  Audience,
  Share,
  ToolAudience,
  ToolOverride,
} from '#shared/features/access/contract.ts';

type ShareRequest = z.input<(typeof accessContract)['servers.share']['input']>;

export interface ShareDraft {
  kind: Audience['kind'];
  providers: readonly string[];
  /** `undefined`: all, now and later. */
  tools: readonly string[] | undefined;
  overrides: Readonly<Record<string, ToolOverride>>;
  category: string;
  /** Where “everyone” is; `undefined` while nobody has said. */
  networks: readonly NetworkId[] | undefined;
}

export const shareDraftOf = (share: Share | undefined): ShareDraft => ({
  kind: share?.audience.kind ?? 'providers',
  providers: share?.audience.kind === 'providers' ? share.audience.providers : [],
  tools: share?.tools,
  overrides: share?.overrides ?? {},
  category: share?.category ?? '',
  networks: share?.audience.kind === 'everyone' ? networksOf(share) : undefined,
});

/** What is still missing. */
export function shareProblem(draft: ShareDraft): 'noProviders' | 'noTools' | 'noNetworks' | undefined {
  const { kind, networks, providers, tools } = draft;
  if (kind === 'providers' && providers.length === 0) return 'noProviders';
  if (kind === 'everyone' && networks?.length === 0) return 'noNetworks';
  return tools?.length === 0 ? 'noTools' : undefined;
}

export function shareRequestOf(name: string, draft: ShareDraft, confirmed: boolean): ShareRequest {
  const { category, kind, networks, overrides, providers, tools } = draft;
  return {
    name,
    confirmed,
    audience: kind === 'providers' ? { kind, providers: [...providers] } : { kind },
    ...(tools ? { tools: [...tools] } : {}),
    overrides: { ...overrides },
    category,
    ...(kind === 'everyone' && networks ? { networks: [...networks] } : {}),
  };
}

/**
 * The draft as the networks of the node let it be: where there is one, everyone is there; where there are several, a person
 * says in which, and what is left by now is not among them.
 */
export function withNetworks(draft: ShareDraft, joined: readonly NetworkId[]): ShareDraft {
  const said = draft.networks?.filter((id) => joined.includes(id));
  const only = joined.length === 1 ? joined : [];
  return { ...draft, networks: said && said.length > 0 ? said : only };
}

/** The draft with something else said of one tool; saying nothing removes it. */
export function withOverride(draft: ShareDraft, tool: string, part: Partial<ToolOverride>): ShareDraft {
  const { [tool]: before, ...rest } = draft.overrides;
  const entries = Object.entries({ ...before, ...part }).filter(
    ([, value]) => value !== undefined && value !== '' && !(Array.isArray(value) && value.length === 0),
  );
  const override = Object.fromEntries(entries) as ToolOverride;
  return { ...draft, overrides: entries.length > 0 ? { ...rest, [tool]: override } : rest };
}

/** How a tool's audience is told apart in a list: as the server's, or narrower. */
export type ToolVisibility = 'server' | ToolAudience['kind'];

export const visibilityOf = (override: ToolOverride | undefined): ToolVisibility =>
  override?.audience?.kind ?? 'server';

export function audienceFor(
  visibility: ToolVisibility,
  providers: readonly string[],
): ToolAudience | undefined {
  if (visibility === 'server') return undefined;
  return visibility === 'providers' ? { kind: visibility, providers: [...providers] } : { kind: visibility };
}
