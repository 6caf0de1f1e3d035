/**
 * Chains of grants by which a tool is shared on: the origin lets one provider share it on, who lets the next, and so on. Each
 * link is a signed grant that names the one before it by hash, reaches less far, lasts no longer and opens no more. Whoever
 * sees a chain can check all of it; the origin, and every party on the way, can cut what follows by ending its own link. Pure.
 */
import { equalBytes } from '../../kernel/bytes.ts';
import { sha256Bytes } from '../../kernel/canonical.ts';
import type { ProviderId } from '../../kernel/ids.ts';
import { fail, ok, type Result } from '../../kernel/result.ts';
import { MAX_DEPTH } from './depth.ts';
import { type Grant, type GrantIssuer } from './grant.ts';

/** A grant whose signature and certificate were verified. */
export interface Link {
  bytes: Uint8Array;
  issuer: ProviderId;
  grant: Pick<Grant, 'to' | 'server' | 'tools' | 'args' | 'calls' | 'depth' | 'parent' | 'exp'>;
}

/** What was read of a grant, as a link. */
export const linkOf = ({ grant, issuer }: { grant: Grant; issuer: GrantIssuer }): Omit<Link, 'bytes'> => ({
  issuer: issuer.providerId,
  grant,
});

/** Why a chain says nothing: it is broken, or its time is over. */
export type ChainFault = 'access.bad_chain' | 'access.chain_expired';

/**
 * The parties of a chain: the origin first, then everybody who shares on, the last of whom serves the tool.
 *
 * @param links the origin's first; verified one by one
 * @param now epoch ms
 */
export function partiesOf(links: readonly Link[], now: number): Result<ProviderId[], ChainFault> {
  const [first] = links;
  if (!first || links.length > MAX_DEPTH || first.grant.parent !== undefined) return fail('access.bad_chain');
  const parties = [first.issuer];
  for (const [index, link] of links.entries()) {
    const before = links[index - 1];
    if (!canBeLink(link) || (before && !follows(link, before))) return fail('access.bad_chain');
    parties.push(link.grant.to);
  }
  // Nobody stands twice in it: that is what makes circles impossible.
  if (new Set(parties).size !== parties.length) return fail('access.bad_chain');
  return links.every(({ grant }) => now < grant.exp) ? ok(parties) : fail('access.chain_expired');
}

/**
 * Conditions on arguments and a number of calls cannot be kept to along a chain: who passes a call on may be let in by the
 * share, which knows none, and sealed arguments are read by the origin alone. A grant with them is no link.
 */
const canBeLink = ({ grant: { args, calls, depth = 0 } }: Link): boolean =>
  depth >= 1 && args === undefined && calls === undefined;

function follows({ grant, issuer }: Link, before: Link): boolean {
  const { depth = 0, exp, parent } = grant;
  return (
    issuer === before.grant.to &&
    parent !== undefined &&
    equalBytes(parent, sha256Bytes(before.bytes)) &&
    depth < (before.grant.depth ?? 0) &&
    exp <= before.grant.exp &&
    opensNoMore(grant.tools, before.grant.tools)
  );
}

const opensNoMore = (tools: readonly string[] | undefined, than: readonly string[] | undefined): boolean =>
  than === undefined || (tools?.every((tool) => than.includes(tool)) ?? false);

/** Whether every link of a chain opens a tool; links without names open all. */
export const opensTool = (links: readonly Link[], tool: string): boolean =>
  links.every(({ grant }) => !grant.tools || grant.tools.includes(tool));

/** Whether somebody can be given the next link: there is depth left, and he is no party yet. */
export function canGiveOn(
  links: readonly Link[],
  self: ProviderId,
  to: ProviderId,
): Result<{ depth: number }, 'access.too_deep' | 'access.in_circles'> {
  const left = (links.at(-1)?.grant.depth ?? MAX_DEPTH + 1) - 1;
  if (left < 1) return fail('access.too_deep');
  const parties = [self, ...links.flatMap(({ grant, issuer }) => [issuer, grant.to])];
  return parties.includes(to) ? fail('access.in_circles') : ok({ depth: left });
}
