/** What is chosen in the sharing dialog, and the request it becomes. Pure. */
import type { z } from 'zod';
import type { SealPolicy } from '#shared/features/access/seal-policies.ts';
import { networksOf } from '#shared/features/access/rules.ts';
import type { NetworkId } from '#shared/kernel/ids.ts';
import type {
  accessContract,
  Audience,
  ListedFor,
  Share,
  ToolAudience,
  ToolOverride,
} from '#shared/features/access/contract.ts';

type ShareRequest = z.input<(typeof accessContract)['servers.share']['input']>;

export interface ShareDraft {
  kind: Audience['kind'];
  providers: readonly string[];
  /** Who else finds it; certain providers are named by commands alone, and kept as they are. */
  listedFor: ListedFor | undefined;
  /** How often it may be shared on in a row; `undefined`: never. */
  depth: number | undefined;
  /** `undefined`: all, now and later. */
  tools: readonly string[] | undefined;
  overrides: Readonly<Record<string, ToolOverride>>;
  /** Whether calls are sealed up to this node. */
  seal: SealPolicy;
  category: string;
  /** Where “everyone” is; `undefined` while nobody has said. */
  networks: readonly NetworkId[] | undefined;
}

export const shareDraftOf = (share: Share | undefined): ShareDraft => ({
  kind: share?.audience.kind ?? 'providers',
  providers: share?.audience.kind === 'providers' ? share.audience.providers : [],
  listedFor: share?.listedFor,
  depth: share?.delegation?.depth,
  tools: share?.tools,
  overrides: share?.overrides ?? {},
  seal: share?.seal ?? 'off',
  category: share?.category ?? '',
  networks: share && networksOf(share).length > 0 ? networksOf(share) : undefined,
});

/** Whether everyone in some network calls it or finds it: then it must be said in which. */
export const concernsEveryone = ({ kind, listedFor }: Pick<ShareDraft, 'kind' | 'listedFor'>): boolean =>
  kind === 'everyone' || listedFor?.kind === 'everyone';

/** Who else can be shown a server, by who may call it: those who may call it see it anyway. */
export const LISTINGS = {
  providers: ['nobody', 'known', 'everyone'],
  known: ['nobody', 'everyone'],
  grants: ['nobody', 'known', 'everyone'],
  everyone: [],
} as const;

/** What is still missing. */
export function shareProblem(draft: ShareDraft): 'noProviders' | 'noTools' | 'noNetworks' | undefined {
  const { kind, networks, providers, tools } = draft;
  if (kind === 'providers' && providers.length === 0) return 'noProviders';
  if (concernsEveryone(draft) && networks?.length === 0) return 'noNetworks';
  return tools?.length === 0 ? 'noTools' : undefined;
}

export function shareRequestOf(name: string, draft: ShareDraft, confirmed: boolean): ShareRequest {
  const { category, depth, kind, listedFor, networks, overrides, providers, seal, tools } = draft;
  return {
    name,
    confirmed,
    audience: kind === 'providers' ? { kind, providers: [...providers] } : { kind },
    ...(depth === undefined ? {} : { delegation: { depth } }),
    ...(listedFor && kind !== 'everyone' ? { listedFor } : {}),
    ...(tools ? { tools: [...tools] } : {}),
    overrides: { ...overrides },
    seal,
    category,
    ...(concernsEveryone(draft) && networks ? { networks: [...networks] } : {}),
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
