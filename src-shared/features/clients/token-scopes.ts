/**
 * What a client's token lets it do. Each scope holds the ones after it. Plain words, so that the command line loads no
 * schema for them.
 */
export const TOKEN_SCOPES = ['call', 'read', 'list'] as const;
/**
 * `call`: everything in the profile. `read`: tools that say that they only read, prompts and resources. `list`: see what
 * there is, and call nothing.
 */
export type TokenScope = (typeof TOKEN_SCOPES)[number];

/** Longest life of a token, in days. */
export const MAX_TOKEN_DAYS = 3650;

/** Whether a token of one scope may do what needs another. */
export const allows = (given: TokenScope, needed: TokenScope): boolean =>
  TOKEN_SCOPES.indexOf(given) <= TOKEN_SCOPES.indexOf(needed);
