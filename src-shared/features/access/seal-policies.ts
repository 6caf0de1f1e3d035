/**
 * Whether calls of a tool are sealed from the client's node to the node that runs it: `off` no, `offered` where the
 * consumer wants it, `required` unsealed calls are refused.
 */
export const SEAL_POLICIES = ['off', 'offered', 'required'] as const;
export type SealPolicy = (typeof SEAL_POLICIES)[number];
