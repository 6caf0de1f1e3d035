/** Only programs on the same machine reach such an address. */
export const isLoopback = (address: string): boolean =>
  /^\/(ip4\/127\.|ip6\/::1\/|dns[46]?\/localhost\/)/.test(address);

/** Addresses that others can reach come first. */
export const byReach = (addresses: readonly string[]): string[] =>
  addresses.toSorted((a, b) => Number(isLoopback(a)) - Number(isLoopback(b)));
