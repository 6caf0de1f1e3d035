/** What AI clients need of the whole node: their files, the proof of their chain, who is connected, what profiles show. */
import { homedir } from 'node:os';
import { DEFAULT_BUDGET } from '#shared/features/clients/budget.ts';
import type {
  ClientSession,
  ProfileCatalog,
  ProfilePreview,
  ProfileView,
} from '#shared/features/clients/contract.ts';
import { showsTool } from '#shared/features/clients/profile-rules.ts';
import type { TaskRunner } from '#shared/features/node/tasks.ts';
import { type Clients, createClientsHandlers, createProver, PROVER_NAME } from '../features/clients/index.ts';
import type { CatalogView, Endpoint, EndpointClient } from '../features/endpoint/index.ts';
import { createProcesses } from '../platform/processes.ts';
import { PRODUCT_VERSION } from '../platform/version.ts';
import { bridgeCommand } from './bridge-command.ts';
import { openClientFiles } from './client-files.ts';
import type { Platform } from './platform.ts';
import type { NodeSlices } from './slices.ts';

export function createAiClients(
  { clock, dataDir, db, log, owned }: Platform,
  { clients, registry }: Pick<NodeSlices, 'clients' | 'registry'>,
  { endpoint, tasks }: { endpoint: Endpoint; tasks: TaskRunner },
) {
  const url = (profile: string): string =>
    profile === 'default' ? endpoint.url : `${endpoint.url}/${profile}`;
  const start = (profile: string) => bridgeCommand(dataDir.root, profile);
  const processes = createProcesses({ clock });
  owned.defer(() => processes.close());
  const files = openClientFiles({ db, clock, log }, dataDir, url);
  const serverOf = (profile: string, tool: string): string | undefined => {
    const chosen = clients.profile(profile);
    return chosen && endpoint.view(chosen).tool(tool)?.server;
  };
  const toolsOf = (profile: string) => {
    const chosen = clients.profile(profile);
    return chosen ? [...endpoint.view(chosen).tools].map(([name, { tool }]) => ({ ...tool, name })) : [];
  };
  const clientInfo = { name: PROVER_NAME, version: PRODUCT_VERSION };
  const prove = createProver(
    { clock, log, processes, entry: files.entry, serverOf, toolsOf },
    { env: process.env, home: homedir(), serverName: 'toolswarm', clientInfo },
  );

  function preview(profile: ProfileView): ProfilePreview {
    const counts = new Map<string, { tools: number; shown: number }>();
    for (const tool of registry.catalog()) {
      const count = counts.get(tool.server) ?? { tools: 0, shown: 0 };
      count.tools += 1;
      if (showsTool(profile, tool)) count.shown += 1;
      counts.set(tool.server, count);
    }
    return {
      ...costOf(profile, endpoint.view(profile)),
      servers: [...counts].map(([server, count]) => ({ server, ...count })),
    };
  }

  /** How clients of a profile are given its tools, and what that costs a model. */
  const costOf = ({ budget = DEFAULT_BUDGET }: Pick<ProfileView, 'budget'>, { listing }: CatalogView) => ({
    ...listing,
    alwaysListed: [...listing.alwaysListed],
    budget,
  });

  function catalogs(): ProfileCatalog[] {
    const connected = endpoint.clients().flatMap((client) => sessionOf(client, clients));
    return clients.profiles().map((profile) => ({
      profile: profile.name,
      choice: profile.catalog ?? 'auto',
      ...costOf(profile, endpoint.shown(profile.name)),
      clients: connected.filter((session) => session.profile === profile.name).length,
    }));
  }

  return createClientsHandlers({
    clients,
    files,
    prove,
    tasks,
    preview,
    catalogs,
    connection: (profile) => ({ url: url(profile), socket: dataDir.mcpSocket, ...start(profile) }),
    sessions: {
      list: () => endpoint.clients().flatMap((client) => sessionOf(client, clients)),
      onChanged: endpoint.onClientsChanged,
    },
  });
}

/** A connected client as people see it; our own proof is none. */
function sessionOf(client: EndpointClient, clients: Clients): ClientSession[] {
  const { clientId, clientInfo, protocolVersion: _, ...facts } = client;
  const text = (name: string): string | undefined => {
    const value = clientInfo?.[name];
    return typeof value === 'string' && value !== '' ? value.slice(0, 200) : undefined;
  };
  if (text('name') === PROVER_NAME) return [];
  const name = text('title') ?? text('name');
  const version = text('version');
  const token =
    client.transport === 'http' ? clients.list().find(({ id }) => id === clientId)?.name : undefined;
  return [
    { ...facts, ...(name ? { name } : {}), ...(version ? { version } : {}), ...(token ? { token } : {}) },
  ];
}
