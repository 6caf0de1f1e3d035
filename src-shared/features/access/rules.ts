/** Who may call what. Pure: everything a decision rests on is an argument, and every refusal names its rule. */
import type { ProviderId } from '../../kernel/ids.ts';
import { fail, ok, type Result } from '../../kernel/result.ts';
import type { Tool } from '../registry/tool.ts';
import type { Audience, Share } from './contract.ts';

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
}

/** Whether a provider belongs to the audience of a server's share. Deny by default. */
export function maySee(question: AccessQuestion): Result<Share, AccessRule> {
  const { share } = question;
  if (question.blocked) return fail('access.blocked');
  if (!share) return fail('access.not_shared');
  const refusal = refusalOf(share.audience, question);
  return refusal ? fail(refusal) : ok(share);
}

/** Whether a provider may call one tool of a server. */
export function mayCall(question: AccessQuestion, tool: string): Result<Share, AccessRule> {
  const seen = maySee(question);
  if (!seen.ok) return seen;
  return isToolShared(seen.value, tool) ? seen : fail('access.tool_not_shared');
}

export const isToolShared = (share: Pick<Share, 'tools'>, tool: string): boolean =>
  !share.tools || share.tools.includes(tool);

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
