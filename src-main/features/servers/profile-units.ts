/**
 * Connections of profiles that are signed in at a remote server as somebody else than the rest: each has a connection of
 * its own, for a session with a server belongs to who opened it. What the server offers is told by the shared one alone.
 */
import { DEFAULT_PROFILE } from '#shared/features/servers/login.ts';
import type { McpCaller } from '#shared/features/servers/mcp.ts';
import type { Logins } from './login/index.ts';
import type { Unit, UnitStart } from './unit.ts';

export interface ProfileUnits {
  /** The unit that serves this caller. */
  for(unit: Unit, caller: McpCaller): Unit;
  /** Those of a server end: it changed, or is gone. */
  drop(name: string): void;
  sessionEnded(session: string): void;
  close(): Promise<void>;
}

/** Profiles with connections of their own, over all servers; beyond, the oldest connection ends. */
const MAX_UNITS = 64;

export function createProfileUnits(deps: {
  logins: Pick<Logins, 'has'>;
  build(start: UnitStart): Unit;
}): ProfileUnits {
  const units = new Map<string, { unit: Unit; main: Unit }>();
  const ending = new Set<Promise<void>>();

  function end(key: string): void {
    const found = units.get(key);
    units.delete(key);
    if (!found) return;
    const done = found.unit.close().finally(() => ending.delete(done));
    ending.add(done);
  }

  return {
    for(main, { profile = DEFAULT_PROFILE }) {
      const { config } = main.server;
      const canDiffer = profile !== DEFAULT_PROFILE && config.transport.type === 'http';
      if (!canDiffer || !config.enabled) return main;
      const key = `${main.name}/${profile}`;
      if (!deps.logins.has(main.name, profile)) {
        end(key);
        return main;
      }
      const known = units.get(key);
      if (known?.main === main) return known.unit;
      end(key);
      const [oldest] = units.keys();
      if (units.size >= MAX_UNITS && oldest !== undefined) end(oldest);
      const { learnt, log, server, vault } = main;
      const unit = deps.build({ config, vault, learnt, offers: server.offers(), log, profile });
      units.set(key, { unit, main });
      return unit;
    },
    drop(name) {
      for (const key of units.keys()) if (key.startsWith(`${name}/`)) end(key);
    },
    sessionEnded(session) {
      for (const { unit } of units.values()) unit.server.sessionEnded(session);
    },
    async close() {
      for (const key of units.keys()) end(key);
      await Promise.all(ending);
    },
  };
}
