/** Judges the chains under which others pass on calls of their own consumers. What was verified once is remembered. */
import { type Link, linkOf, opensTool, partiesOf } from '#shared/features/access/delegation.ts';
import { GRANT_TYPE, type GrantIssuer, readGrant } from '#shared/features/access/grant.ts';
import type { ChainRule } from '#shared/features/access/rules.ts';
import { fromBase64Url } from '#shared/kernel/bytes.ts';
import type { Clock } from '#shared/kernel/clock.ts';
import { open, type Verify } from '#shared/kernel/envelope.ts';
import type { ProviderId } from '#shared/kernel/ids.ts';
import { fail, ok, type Result } from '#shared/kernel/result.ts';
import { type GrantBook, grantId } from './grant-book.ts';

export interface Chains {
  /** The grants of a chain, the origin's first, each with a signature that holds; undefined where one does not. */
  read(via: readonly (string | Uint8Array)[]): readonly Link[] | undefined;
  /**
   * The parties of the chain that a call comes through: the origin first, the last being nearest to whoever called.
   *
   * @param via grants as base64url, the origin's first
   */
  judge(
    via: readonly string[],
    call: { provider: ProviderId; server: string; tool: string },
  ): Result<ProviderId[], ChainRule>;
}

/** Grants whose signatures are remembered to hold; those asked for longest ago go first. */
const MAX_KNOWN = 2_048;

export function createChains(deps: {
  clock: Clock;
  verify: Verify;
  book: Pick<GrantBook, 'get'>;
  certified(certificate: Uint8Array): GrantIssuer;
  isBlocked(provider: ProviderId): boolean;
  /** Whether a provider may still share on what he was given leave to on asking. */
  mayShareOn(provider: ProviderId, server: string): boolean;
}): Chains {
  const known = new Map<string, Link>();

  function linkIn(bytes: Uint8Array): Link {
    const id = grantId(bytes);
    const link = known.get(id) ?? {
      bytes,
      ...linkOf(readGrant(open(bytes, GRANT_TYPE, deps.verify), deps.certified)),
    };
    known.delete(id);
    known.set(id, link);
    const [oldest] = known.keys();
    if (known.size > MAX_KNOWN && oldest !== undefined) known.delete(oldest);
    return link;
  }

  function read(via: readonly (string | Uint8Array)[]): readonly Link[] | undefined {
    try {
      return via.map((one) => linkIn(typeof one === 'string' ? fromBase64Url(one) : one));
    } catch {
      // A forged link and one that makes no sense are the same to whoever asks.
      return undefined;
    }
  }

  /** Whether the link that this node made to the caller is neither over nor cut. */
  function isOwnGood(link: Link, call: { provider: ProviderId; server: string }): boolean {
    const made = deps.book.get(grantId(link.bytes));
    if (!made || made.revokedAt !== undefined || link.grant.server !== call.server) return false;
    return !made.grant.link || deps.mayShareOn(call.provider, call.server);
  }

  return {
    read,
    judge(via, call) {
      const links = read(via) ?? [];
      const parties = partiesOf(links, deps.clock.now());
      if (!parties.ok) return parties;
      const own = links.find(
        ({ bytes, grant }) => grant.to === call.provider && deps.book.get(grantId(bytes)),
      );
      if (!own) return fail('access.bad_chain');
      if (!isOwnGood(own, call) || parties.value.some(deps.isBlocked)) return fail('access.branch_cut');
      return opensTool(links, call.tool) ? ok(parties.value) : fail('access.bad_chain');
    },
  };
}
