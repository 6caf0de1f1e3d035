/** One server with all that belongs to it: its log, the values of its secrets, its way to the world. */
import type { Clock } from '#shared/kernel/clock.ts';
import type { JsonObject } from '#shared/kernel/canonical.ts';
import type { Random } from '#shared/kernel/random.ts';
import type { ServerConfig } from '#shared/features/servers/config.ts';
import type { ServerOffers } from '#shared/features/servers/offers.ts';
import type { Processes } from '#main/platform/processes.ts';
import { namesSecret } from '#main/platform/redact.ts';
import { type ConnectorOptions, createConnector, type LaunchPackage } from './connector.ts';
import type { OffersDifference } from './listing.ts';
import { createLogRing, createRedactor, type LogRing } from './log-ring.ts';
import type { Logins } from './login/index.ts';
import { createServer, type Server, type ServerOptions } from './server.ts';
import type { Learnt, ServersStore } from './store.ts';
import type { Vaults } from './vaults.ts';

export interface Unit {
  readonly server: Server;
  readonly name: string;
  readonly vault: string;
  readonly log: UnitLog;
  readonly learnt: Learnt;
  /** Values of its secrets, by name. */
  secretValues(): Record<string, string>;
  /** All values that are not to leave this node: of its secrets, of variables whose names say so, of its logins. */
  hidden(): string[];
  /** From now on it is the server of that name: what it learns is kept, and others hear of it. */
  takeOffice(name: string): void;
  /** Ends it. Its log lives on where another unit has it. */
  close(): Promise<void>;
}

/** A log that outlives changes of its server; the secrets of every unit that writes to it are kept out of it. */
interface UnitLog {
  ring: LogRing;
  writers: Set<Pick<Unit, 'secretValues' | 'name'>>;
}

export interface UnitDeps {
  clock: Clock;
  random: Random;
  processes: Processes;
  store: ServersStore;
  vaults: Vaults;
  logins: Logins;
  path(): Promise<string>;
  launch: LaunchPackage;
}

export interface UnitEvents {
  changed(name: string): void;
  offersChanged(name: string, difference: OffersDifference): void;
  resourceUpdated(name: string, uri: string, sessions: string[]): void;
  logged(name: string, params: JsonObject, sessions: string[]): void;
}

export interface UnitStart {
  config: ServerConfig;
  vault: string;
  learnt: Learnt;
  offers: ServerOffers | undefined;
  /** The log of the unit that it is to follow. */
  log?: UnitLog;
  /** On whose behalf it signs in at a remote server. */
  profile?: string;
}

/** Builds it without office: nobody hears of it and nothing that it learns is kept before `takeOffice`. */
export function createUnit(
  deps: UnitDeps,
  start: UnitStart,
  settings: ServerOptions & Omit<ConnectorOptions, 'clock' | 'redact'>,
  events: UnitEvents,
): Unit {
  const { clock, random, store, vaults, logins } = deps;
  const { config, vault, profile } = start;
  let { name } = config;
  let { learnt } = start;
  let inOffice = false;
  const secret = (key: string) => vaults.get(vault, key);
  const identity = {
    get name() {
      return name;
    },
    secretValues: () =>
      Object.fromEntries(
        config.secrets.flatMap((key) => {
          const value = secret(key);
          return value === undefined ? [] : [[key, value] as const];
        }),
      ),
  };
  const log = start.log ?? newLog(clock, logins);
  log.writers.add(identity);
  const redact = createRedactor(() => secretsOf(log.writers, logins));
  const auth = logins.authFor(() => name, config, profile);
  const schemaOf = (tool: string) => server.schemaOf(tool);
  const connector = createConnector(
    {
      ...{ clock, processes: deps.processes, path: deps.path, launch: deps.launch },
      ...{ secret, schemaOf, log: log.ring, auth },
    },
    config,
    { clock, redact, ...settings },
  );
  const server: Server = createServer(
    { config, learnt, offers: start.offers },
    {
      clock,
      random,
      ring: log.ring,
      connector,
      saveConfig: (changed) => void (inOffice && store.saveConfig(changed)),
      saveLearnt(found) {
        learnt = found;
        if (inOffice) store.saveLearnt(name, found);
      },
      saveOffers: (found) => void (inOffice && store.saveOffers(name, found)),
    },
    settings,
    {
      onChanged: () => void (inOffice && events.changed(name)),
      onOffersChanged: (difference) => void (inOffice && events.offersChanged(name, difference)),
      onResourceUpdated: (uri, sessions) => events.resourceUpdated(name, uri, sessions),
      onLogged: (params, sessions) => events.logged(name, params, sessions),
    },
  );
  return {
    server,
    vault,
    log,
    get name() {
      return name;
    },
    get learnt() {
      return learnt;
    },
    secretValues: identity.secretValues,
    hidden: () => [...secretsOf(log.writers, logins), ...environmentSecrets(config)],
    takeOffice(asName) {
      name = asName;
      inOffice = true;
    },
    async close() {
      inOffice = false;
      await server.close();
      log.writers.delete(identity);
    },
  };
}

/** Variables are declared in the open, but what is called a token is one. */
const environmentSecrets = ({ env }: ServerConfig): string[] =>
  Object.entries(env).flatMap(([name, value]) => (namesSecret(name) ? [value] : []));

function newLog(clock: Clock, logins: Logins): UnitLog {
  const writers: UnitLog['writers'] = new Set();
  const redact = createRedactor(() => secretsOf(writers, logins));
  return { ring: createLogRing(clock, redact), writers };
}

const secretsOf = (writers: UnitLog['writers'], logins: Logins): string[] =>
  [...writers].flatMap((writer) => [
    ...Object.values(writer.secretValues()),
    ...logins.secretsOf(writer.name),
  ]);
