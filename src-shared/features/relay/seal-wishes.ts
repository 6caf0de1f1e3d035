/** What the operator wants of the calls that leave this node: `always` refuses tools whose provider does not offer it. */
export const SEAL_WISHES = ['never', 'whenOffered', 'always'] as const;
export type SealWish = (typeof SEAL_WISHES)[number];
