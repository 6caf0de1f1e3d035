/** What an operator may do at a node, each role holding the one before it. */

/**
 * `read-only`: sees how the node is, and changes nothing. `finance`: sees usage, limits and grants as well. `owner`:
 * everything, secrets and the work of others included.
 */
export const ROLES = ['read-only', 'finance', 'owner'] as const;
export type Role = (typeof ROLES)[number];

/** Of the name that a link, and so a session, is given. */
export const MAX_OPERATOR_NAME = 64;

/** Whether who holds one role may do what needs another. */
export const holds = (held: Role, needed: Role): boolean => ROLES.indexOf(held) >= ROLES.indexOf(needed);
