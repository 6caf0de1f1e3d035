/** Who may call what. Pure: everything a decision rests on is an argument, and every refusal names its rule. */
import { type NetworkId, type ProviderId, PUBLIC_NETWORK } from '../../kernel/ids.ts';
import { fail, ok, type Result } from '../../kernel/result.ts';
import type { Tool } from '../registry/tool.ts';
import type { Audience, Share, ToolOverride } from './contract.ts';

/** The rule that refused; sent to the caller as the error's code. */
export type AccessRule =
  | 'access.blocked'
  | 'access.not_shared'
  | 'access.not_listed'
  | 'access.not_known'
  | 'access.tool_not_shared';

export interface AccessQuestion {
  provider: ProviderId;
  /** How the asking provider stands with the operator. */
  blocked: boolean;
  known: boolean;
  /** The share of the server in question, if there is one. */
  share: Share | undefined;
  /** The network through which it is asked; absent: whoever is asked about, wherever he is. */
  network?: NetworkId | undefined;
}

/** The networks in which everyone may see a server: none for other audiences. */
export const networksOf = ({
  audience,
  networks,
}: Pick<Share, 'audience' | 'networks'>): readonly NetworkId[] =>
  audience.kind === 'everyone' ? (networks ?? [PUBLIC_NETWORK]) : [];

export const isSharedIn = (share: Pick<Share, 'audience' | 'networks'>, network: NetworkId): boolean =>
  networksOf(share).includes(network);

/** Whether a provider belongs to the audience of a server's share. Deny by default. */
export function maySee(question: AccessQuestion): Result<Share, AccessRule> {
  const { share } = question;
  if (question.blocked) return fail('access.blocked');
  if (!share) return fail('access.not_shared');
  // As if it were not there: what is shared in one network is nobody's business in another.
  if (
    question.network !== undefined &&
    share.audience.kind === 'everyone' &&
    !isSharedIn(share, question.network)
  )
    return fail('access.not_shared');
  const refusal = refusalOf(share.audience, question);
  return refusal ? fail(refusal) : ok(share);
}

/** Whether a provider may call one tool of a server. */
export function mayCall(question: AccessQuestion, tool: string): Result<Share, AccessRule> {
  const seen = maySee(question);
  if (!seen.ok) return seen;
  if (!isToolShared(seen.value, tool)) return fail('access.tool_not_shared');
  const narrowed = overrideOf(seen.value, tool)?.audience;
  if (!narrowed || narrowed.kind === 'nobody') return seen;
  const refusal = refusalOf(narrowed, question);
  return refusal ? fail(refusal) : seen;
}

/** Whether anybody at all may call the tool; only such tools are described to others. */
export const isToolShared = (share: Pick<Share, 'tools' | 'overrides'>, tool: string): boolean =>
  (!share.tools || share.tools.includes(tool)) && overrideOf(share, tool)?.audience?.kind !== 'nobody';

/** Tools may be called anything, `constructor` too. */
export const overrideOf = (share: Pick<Share, 'overrides'>, tool: string): ToolOverride | undefined =>
  share.overrides && Object.hasOwn(share.overrides, tool) ? share.overrides[tool] : undefined;

/** Who may call a tool, as one statement for a person. `known_of`: those of them whom the operator knows. */
export type Callers =
  | { kind: 'nobody' | 'known' | 'everyone' }
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
  if (one.kind === 'known' && other.kind === 'known') return one;
  if (one.kind === 'providers' && other.kind === 'providers') {
    const providers = one.providers.filter((provider) => other.providers.includes(provider));
    return providers.length > 0 ? { kind: 'providers', providers } : { kind: 'nobody' };
  }
  const listed = one.kind === 'providers' ? one : other;
  return { kind: 'known_of', providers: listed.kind === 'providers' ? listed.providers : [] };
}

function refusalOf(audience: Audience, question: AccessQuestion): AccessRule | undefined {
  switch (audience.kind) {
    case 'everyone':
      return undefined;
    case 'known':
      return question.known ? undefined : 'access.not_known';
    case 'providers':
      return audience.providers.includes(question.provider) ? undefined : 'access.not_listed';
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
