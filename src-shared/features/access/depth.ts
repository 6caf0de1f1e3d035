/** How often a tool can be shared on, at most. */
export const MAX_DEPTH = 4;
