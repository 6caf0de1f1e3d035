/** The names of what a tool's annotations can claim. Alone, so that the command line can offer them without a schema. */

/** Claims that a filter can look for. */
export const claims = [
  'readOnly',
  'notDestructive',
  'destructive',
  'idempotent',
  'closedWorld',
  'openWorld',
] as const;

/** Claims that can make a tool more acceptable; a rule may trust these. */
export const trustableClaims = [
  'readOnly',
  'notDestructive',
  'idempotent',
  'closedWorld',
] as const satisfies Array<(typeof claims)[number]>;
