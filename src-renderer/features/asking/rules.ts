/** Refusals that the provider can change if he is asked. */
const ASKABLE: ReadonlySet<string> = new Set([
  'access.not_shared',
  'access.not_listed',
  'access.not_known',
  'access.tool_not_shared',
  'access.not_granted',
  'access.grant_expired',
  'access.grant_revoked',
  'access.grant_spent',
  'access.grant_arguments',
]);

export const canAsk = (code: string | undefined): boolean => code !== undefined && ASKABLE.has(code);
