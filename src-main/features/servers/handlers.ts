/** The contract's `servers.*` procedures over `Servers`; sharing belongs to access. */
import { homedir } from 'node:os';
import { follow, watch } from '#shared/kernel/watch.ts';
import type { Handlers } from '#shared/kernel/contract.ts';
import type { serversContract } from '#shared/features/servers/contract.ts';
import type { Servers } from './create-servers.ts';
import { ofPackage } from './faults.ts';
import { findSources, importServers, previewImport } from './import/index.ts';

export type ServersHandlers = Handlers<typeof serversContract>;

/** Log lines that a slow follower may fall behind; older ones are read with `servers.logs`. */
const FOLLOW_CAPACITY = 1_000;

export function createServersHandlers(servers: Servers): ServersHandlers {
  const list = () => ({ items: servers.list() });
  return {
    'servers.list': list,
    'servers.get': ({ name }) => servers.get(name),
    'servers.add': ({ secretValues, ...config }) => servers.add(config, secretValues),
    'servers.update'({ name, unchecked, ...change }, { signal }) {
      const isRunOtherwise =
        change.transport !== undefined ||
        change.env !== undefined ||
        Object.keys(change.secretValues).length + change.removeSecrets.length > 0;
      if (isRunOtherwise) refuseOfPackage(servers, name);
      return servers.update(name, change, { unchecked, signal });
    },
    async 'servers.login.start'({ name, profile, client }) {
      const { expiresAt, redirectUri, url } = await servers.logins.start(name, { profile, client });
      return { url, redirectUri, expiresAt };
    },
    async 'servers.login.finish'({ name, profile, address }) {
      await servers.logins.finish(name, profile, address);
      return {};
    },
    'servers.login.cancel'({ name, profile }) {
      servers.logins.cancel(name, profile);
      return {};
    },
    'servers.login.signOut': async ({ name, profile }) => ({
      revoked: await servers.logins.signOut(name, profile),
    }),
    async 'servers.remove'({ name }) {
      refuseOfPackage(servers, name);
      await servers.remove(name);
      return {};
    },
    'servers.start': ({ name }) => servers.start(name),
    'servers.stop': ({ name }) => servers.stop(name),
    'servers.restart': ({ name }) => servers.restart(name),
    'servers.logs': ({ name, limit }) => ({ items: servers.logs(name, limit) }),
    'servers.followLogs': ({ name }, { signal }) =>
      follow(signal, FOLLOW_CAPACITY, (listener) => servers.followLogs(name, listener)),
    'servers.watch': (_input, { signal }) =>
      watch(signal, list, (changed) => {
        const stops = (['changed', 'added', 'removed'] as const).map((event) => servers.on(event, changed));
        return () => stops.forEach((stop) => stop());
      }),
    'servers.previewImport': (source) => previewImport(servers, source),
    'servers.importSources': async () => ({ items: await findSources(homedir()) }),
    'servers.import': ({ names, values, ...source }) => importServers(servers, source, names, values),
  };
}

function refuseOfPackage(servers: Servers, name: string): void {
  if (servers.get(name).transport.type === 'package') throw ofPackage(name);
}
