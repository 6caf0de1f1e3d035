/**
 * What a tool's annotations claim about it, by MCP's rules. They are its provider's words: nobody checks them, and a
 * provider who lies may claim anything. A rule that trusts them trusts the provider.
 */
import { z } from 'zod';
import { claims, trustableClaims } from './claim-names.ts';
import type { Tool } from './tool.ts';

export { claims, trustableClaims };

export const claimSchema = z.enum(claims);
export type Claim = z.output<typeof claimSchema>;

export const trustableClaimSchema = z.enum(trustableClaims);
export type TrustableClaim = z.output<typeof trustableClaimSchema>;

type Annotations = Tool['annotations'] | Record<string, unknown>;

/**
 * Whether annotations claim this. A tool that calls itself read-only and destructive at once contradicts itself and is
 * taken for destructive; what is left out is taken for the worse, as MCP's defaults do.
 */
export function isClaimed(claim: Claim, annotations: Annotations): boolean {
  const hint = (name: string) => annotations?.[name];
  const destructive = hint('destructiveHint') === true;
  const readOnly = hint('readOnlyHint') === true && !destructive;
  switch (claim) {
    case 'readOnly':
      return readOnly;
    case 'notDestructive':
      return readOnly || hint('destructiveHint') === false;
    case 'destructive':
      return destructive;
    case 'idempotent':
      return readOnly || hint('idempotentHint') === true;
    case 'closedWorld':
      return hint('openWorldHint') === false;
    case 'openWorld':
      return hint('openWorldHint') === true;
  }
}
