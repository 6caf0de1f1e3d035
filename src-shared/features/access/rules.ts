/** Who may call what. Pure: everything a decision rests on is an argument, and every refusal names its rule. */
import type { SealPolicy } from './seal-policies.ts';
import { type NetworkId, type ProviderId, PUBLIC_NETWORK } from '../../kernel/ids.ts';
import { fail, ok, type Result } from '../../kernel/result.ts';
import type { Tool } from '../registry/tool.ts';
import type { Audience, ListedFor, Share, ToolOverride } from './contract.ts';
import type { GrantRule } from './grant.ts';

/** The rule that refused; sent to the caller as the error's code. */
export type AccessRule =
  | 'access.blocked'
  | 'access.not_shared'
  | 'access.not_listed'
  | 'access.not_known'
  | 'access.tool_not_shared'
  | 'access.not_granted'
  | ChainRule
  | Exclude<GrantRule, 'access.no_grant'>;

/** Why a call that comes through others is refused: the chain does not hold, has ended, or was cut somewhere. */
export type ChainRule = 'access.bad_chain' | 'access.chain_expired' | 'access.branch_cut';

export interface AccessQuestion {
  provider: ProviderId;
  /** How the asking provider stands with the operator. */
  blocked: boolean;
  known: boolean;
  /** The share of the server in question, if there is one. */
  share: Share | undefined;
  /** The network through which it is asked; absent: whoever is asked about, wherever he is. */
  network?: NetworkId | undefined;
  /** Whether a grant opens the server, or one tool of it, to the provider; asked only where the share does not. */
  granted?(tool: string | undefined): Result<GrantTerms, GrantRule>;
}

/** What a grant says of the calls that are made under it. */
export interface GrantTerms {
  id: string;
  grant: { args?: Record<string, string> | undefined };
}

/** A call may be made: by the share, or under a grant. */
export interface Permission {
  share: Share;
  grant?: GrantTerms;
}

/** What says who sees a server. */
type Visible = Pick<Share, 'audience' | 'listedFor' | 'networks'>;

/** The networks in which everyone may see a server: none where only some may. */
export const networksOf = ({ audience, listedFor, networks }: Visible): readonly NetworkId[] =>
  audience.kind === 'everyone' || listedFor?.kind === 'everyone' ? (networks ?? [PUBLIC_NETWORK]) : [];

export const isSharedIn = (share: Visible, network: NetworkId): boolean =>
  networksOf(share).includes(network);

/** Whether a provider belongs to the audience of a server's share, is shown it, or holds a grant for it. Deny by default. */
export function maySee(question: AccessQuestion): Result<Share, AccessRule> {
  const { share } = question;
  if (question.blocked) return fail('access.blocked');
  if (!share) return fail('access.not_shared');
  const seen = byShare(share, question);
  return seen.ok || isListedFor(share, question) || question.granted?.(undefined).ok ? ok(share) : seen;
}

/** Whether a provider may call a server at all, by its share or under a grant; some of its tools may be narrower. */
export function isOpenTo(question: AccessQuestion): boolean {
  const { blocked, share } = question;
  if (blocked || !share) return false;
  return byShare(share, question).ok || question.granted?.(undefined).ok === true;
}

/** Whether a server is shown to a provider that may not call it. */
function isListedFor(share: Share, question: AccessQuestion): boolean {
  const { listedFor } = share;
  if (!listedFor || isElsewhere(share, listedFor, question)) return false;
  return refusalOf(listedFor, question) === undefined;
}

/** What is shared in one network is nobody's business in another. */
const isElsewhere = (share: Share, whom: Audience | ListedFor, { network }: AccessQuestion): boolean =>
  network !== undefined && whom.kind === 'everyone' && !isSharedIn(share, network);

function byShare(share: Share, question: AccessQuestion): Result<Share, AccessRule> {
  // As if it were not there.
  if (isElsewhere(share, share.audience, question)) return fail('access.not_shared');
  const refusal = refusalOf(share.audience, question);
  return refusal ? fail(refusal) : ok(share);
}

/** Whether a provider may call one tool of a server: by its share, else under a grant. What is shared with nobody, no grant opens. */
export function mayCall(question: AccessQuestion, tool: string): Result<Permission, AccessRule> {
  const { share } = question;
  if (question.blocked) return fail('access.blocked');
  if (!share) return fail('access.not_shared');
  if (!isToolShared(share, tool)) return refusedUnseen(question) ?? fail('access.tool_not_shared');
  const refusal = toolRefusal(share, question, tool);
  if (!refusal) return ok({ share });
  const granted = question.granted?.(tool);
  if (granted?.ok) return ok({ share, grant: granted.value });
  return fail(!granted || granted.reason === 'access.no_grant' ? refusal : granted.reason);
}

/** Who may not see a server learns nothing of its tools. */
function refusedUnseen(question: AccessQuestion): Result<never, AccessRule> | undefined {
  const seen = maySee(question);
  return seen.ok ? undefined : seen;
}

function toolRefusal(share: Share, question: AccessQuestion, tool: string): AccessRule | undefined {
  const seen = byShare(share, question);
  if (!seen.ok) return seen.reason;
  const narrowed = overrideOf(share, tool)?.audience;
  return !narrowed || narrowed.kind === 'nobody' ? undefined : refusalOf(narrowed, question);
}

/** Whether anybody at all may call the tool; only such tools are described to others. */
export const isToolShared = (share: Pick<Share, 'tools' | 'overrides'>, tool: string): boolean =>
  (!share.tools || share.tools.includes(tool)) && overrideOf(share, tool)?.audience?.kind !== 'nobody';

/** Tools may be called anything, `constructor` too. */
export const overrideOf = (share: Pick<Share, 'overrides'>, tool: string): ToolOverride | undefined =>
  share.overrides && Object.hasOwn(share.overrides, tool) ? share.overrides[tool] : undefined;

/** Whether calls of a tool are sealed, as its provider has it. */
export const sealPolicyOf = (
  share: Pick<Share, 'overrides' | 'seal'> | undefined,
  tool: string,
): SealPolicy => (share && overrideOf(share, tool)?.seal) ?? share?.seal ?? 'off';

/** Who may call a tool, as one statement for a person. `known_of`: those of them whom the operator knows. */
export type Callers =
  | { kind: 'nobody' | 'known' | 'everyone' | 'grants' }
  | { kind: 'providers' | 'known_of'; providers: readonly string[] };

/** Who may call a server, or one of its tools, by the rules that {@link mayCall} decides by. Blocked providers never may. */
export function callersOf(share: Share | undefined, tool?: string): Callers {
  if (!share) return { kind: 'nobody' };
  if (tool === undefined) return share.audience;
  if (!isToolShared(share, tool)) return { kind: 'nobody' };
  const narrowed = overrideOf(share, tool)?.audience;
  return narrowed && narrowed.kind !== 'nobody' ? bothOf(share.audience, narrowed) : share.audience;
}

function bothOf(one: Audience, other: Audience): Callers {
  if (one.kind === 'everyone') return other;
  if (other.kind === 'everyone') return one;
  if (one.kind === 'grants' || other.kind === 'grants') return { kind: 'grants' };
  if (one.kind === 'known' && other.kind === 'known') return one;
  if (one.kind === 'providers' && other.kind === 'providers') {
    const providers = one.providers.filter((provider) => other.providers.includes(provider));
    return providers.length > 0 ? { kind: 'providers', providers } : { kind: 'nobody' };
  }
  const listed = one.kind === 'providers' ? one : other;
  return { kind: 'known_of', providers: listed.kind === 'providers' ? listed.providers : [] };
}

function refusalOf(audience: Audience | ListedFor, question: AccessQuestion): AccessRule | undefined {
  switch (audience.kind) {
    case 'everyone':
      return undefined;
    case 'known':
      return question.known ? undefined : 'access.not_known';
    case 'providers':
      return audience.providers.includes(question.provider) ? undefined : 'access.not_listed';
    case 'grants':
      return 'access.not_granted';
  }
}

/** Property names that hint at files, in the words that servers use for them. */
const FILE_PROPERTY = /(^|_)(path|paths|file|files|filename|dir|directory|directories|folder)($|_)/i;

/**
 * Tools that must not be opened to everyone without a second yes: whatever is not declared read-only, and whatever
 * takes file names. Annotations are the server's own claim; here they belong to the operator's own server.
 */
export function riskyTools(tools: readonly Tool[]): string[] {
  return tools
    .filter((tool) => tool.annotations?.readOnlyHint !== true || takesFiles(tool))
    .map((tool) => tool.name);
}

function takesFiles(tool: Tool): boolean {
  const properties = tool.inputSchema.properties;
  if (properties === null || typeof properties !== 'object') return false;
  return Object.keys(properties).some((name) => FILE_PROPERTY.test(name.replace(/([a-z])([A-Z])/g, '$1_$2')));
}
