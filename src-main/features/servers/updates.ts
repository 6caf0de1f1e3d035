/** Changes a server: what is to run otherwise shows first that it runs, and only then takes the place of what ran. */
import { AppError } from '#shared/kernel/errors.ts';
import type { ServerConfig } from '#shared/features/servers/config.ts';
import type { ServerChange } from '#shared/features/servers/contract.ts';
import { changedConfig, needsStart, sameProgram } from './changes.ts';
import { changing, doesNotStart, nameTaken, notFound, noValue } from './faults.ts';
import { asAppError } from './lane.ts';
import { differenceOf } from './listing.ts';
import { learntSchema, type ServersStore } from './store.ts';
import { LOGIN_NEEDED } from './supervisor.ts';
import type { Unit, UnitStart } from './unit.ts';
import type { Vaults } from './vaults.ts';

export interface UpdatesDeps {
  units: {
    get(name: string): Unit | undefined;
    has(name: string): boolean;
    /** Throws `servers.not_found`. */
    find(name: string): Unit;
  };
  store: ServersStore;
  vaults: Vaults;
  build(start: UnitStart): Unit;
  /** The unit is the server of its name from now on. */
  install(unit: Unit): void;
  renamed(from: string, to: string): void;
  changed(name: string, what: { offers: boolean }): void;
  note(name: string, error: unknown): void;
}

export interface UpdateOptions {
  unchecked?: boolean | undefined;
  signal?: AbortSignal | undefined;
  /** From this moment on new calls go to the new one; what ran before is being ended. */
  onSwitched?: (() => void) | undefined;
}

export type Update = (name: string, change: ServerChange, options?: UpdateOptions) => Promise<string>;

/** Resolves with the name that the server has then. */
export function createUpdates(deps: UpdatesDeps): Update {
  const { build, install, store, units, vaults } = deps;
  const underway = new Set<string>();

  /** Words about it, and its name: it goes on running. */
  function describe(unit: Unit, after: ServerConfig): void {
    const { name } = unit;
    store.replace(name, { config: after, learnt: unit.learnt, vault: unit.vault });
    unit.server.describe(after);
    announce(unit, name, after.name, false);
  }

  async function replace(
    unit: Unit,
    after: ServerConfig,
    change: ServerChange,
    options: UpdateOptions,
  ): Promise<void> {
    const { name } = unit;
    const next = successor(unit, after, change);
    try {
      if (after.enabled && !options.unchecked) await tryOut(next, options.signal);
      if (units.get(name) !== unit) throw notFound(name);
    } catch (error) {
      await next.close();
      vaults.drop(next.vault);
      throw error;
    }
    const offers = next.server.offers();
    const difference = offers ? differenceOf(unit.server.offers(), offers) : {};
    store.replace(name, { config: after, learnt: next.learnt, vault: next.vault });
    if (offers) store.saveOffers(after.name, offers);
    next.server.describe(after);
    announce(next, name, after.name, Object.values(difference).some(Boolean));
    options.onSwitched?.();
    await unit.close();
    vaults.drop(unit.vault);
    if (after.enabled && options.unchecked)
      next.server.introduce().catch((error: unknown) => deps.note(after.name, error));
  }

  /** With the same log, the secrets that stay, and what was learnt, where it runs the same program. */
  function successor(unit: Unit, after: ServerConfig, change: ServerChange): Unit {
    const kept = Object.entries(unit.secretValues()).filter(([key]) => after.secrets.includes(key));
    return build({
      config: { ...after, name: unit.name },
      vault: vaults.create(after.name, { ...Object.fromEntries(kept), ...change.secretValues }),
      learnt: sameProgram(unit.server.config, after) ? unit.learnt : learntSchema.parse({}),
      offers: unit.server.offers(),
      log: unit.log,
    });
  }

  function announce(unit: Unit, before: string, now: string, offers: boolean): void {
    install(unit);
    if (before === now) deps.changed(now, { offers });
    else deps.renamed(before, now);
  }

  return async (name, change, options = {}) => {
    const unit = units.find(name);
    const before = unit.server.config;
    const after = changedConfig(before, change);
    if (after.name !== name && units.has(after.name)) throw nameTaken(after.name);
    if (underway.has(name)) throw changing(name);
    const known = unit.secretValues();
    for (const key of after.secrets)
      if (change.secretValues[key] === undefined && known[key] === undefined) throw noValue(name, key);
    underway.add(name);
    try {
      if (needsStart(before, after, change)) await replace(unit, after, change, options);
      else describe(unit, after);
    } finally {
      underway.delete(name);
    }
    return after.name;
  };
}

async function tryOut(next: Unit, signal: AbortSignal | undefined): Promise<void> {
  const callOff = () => void next.close();
  signal?.addEventListener('abort', callOff, { once: true });
  try {
    await next.server.introduce();
  } catch (error) {
    // A server that wants a login has shown that it is there.
    if (!(error instanceof AppError && error.code === LOGIN_NEEDED))
      throw doesNotStart(next.name, asAppError(error));
  } finally {
    signal?.removeEventListener('abort', callOff);
  }
}
