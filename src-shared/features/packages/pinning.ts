/** What a profile sees of packages of which it has a version of its own. Pure. */

/** A profile has another version than the others: a server of its own in the place of the package's. */
export interface PinnedServer {
  profile: string;
  /** The server that everybody else sees. */
  base: string;
  /** The server that this profile sees instead. */
  server: string;
}

interface PinnableTool {
  /** Name in the catalog. */
  name: string;
  server: string;
  tool: { name: string };
}

/**
 * The tools for a profile: its own version under the names of the one that it stands for, and nobody else's versions.
 * Without a profile, what everybody sees.
 */
export function toolsFor<Tool extends PinnableTool>(
  profile: string | undefined,
  tools: readonly Tool[],
  pins: readonly PinnedServer[],
): readonly Tool[] {
  if (pins.length === 0) return tools;
  const versions = new Set(pins.map(({ server }) => server));
  const mine = new Map(
    pins.filter((pin) => pin.profile === profile).map(({ base, server }) => [server, base]),
  );
  const replaced = new Set(mine.values());
  const names = new Map(tools.map(({ name, server, tool }) => [`${server}/${tool.name}`, name]));
  return tools.flatMap((one): Tool[] => {
    if (replaced.has(one.server)) return [];
    if (!versions.has(one.server)) return [one];
    const base = mine.get(one.server);
    if (base === undefined) return [];
    return [{ ...one, server: base, name: names.get(`${base}/${one.tool.name}`) ?? one.name }];
  });
}

/** The servers for a profile, for prompts and resources. */
export function serversFor<Server extends { server: string }>(
  profile: string | undefined,
  servers: readonly Server[],
  pins: readonly PinnedServer[],
): readonly Server[] {
  const versions = new Set(pins.map(({ server }) => server));
  const mine = pins.filter((pin) => pin.profile === profile);
  const replaced = new Set(mine.map(({ base }) => base));
  const own = new Set(mine.map(({ server }) => server));
  return servers.filter(({ server }) => own.has(server) || (!replaced.has(server) && !versions.has(server)));
}
