import {
  catalogModeOf,
  DEFAULT_BUDGET,
  estimateTokens,
  META_TOOLS,
} from '#shared/features/clients/budget.ts';
import { clientApp } from '#shared/features/clients/apps.ts';
import type { clientsContract, ProfileView } from '#shared/features/clients/contract.ts';
import { stdioEntry } from '#shared/features/clients/entry.ts';
import type { ClientFile, ClientPlan, Hop } from '#shared/features/clients/files.ts';
import { isAlwaysListed, showsTool } from '#shared/features/clients/profile-rules.ts';
import { sleep } from '#shared/kernel/clock.ts';
import type { Handlers } from '#shared/kernel/contract.ts';
import { find, type Memory } from './memory.ts';

const COMMAND = '/opt/Toolswarm/resources/node';
const args = (profile: string): string[] => [
  '/opt/Toolswarm/bin/toolswarm.mjs',
  'mcp',
  '--data-dir',
  '/home/sam/.local/share/toolswarm',
  ...(profile === 'default' ? [] : ['--profile', profile]),
];

/** About what the tools for finding tools cost. */
const META_TOKENS = 620;
const tokensOf = (tools: ReadonlyArray<{ tool: unknown }>): number =>
  estimateTokens(new TextEncoder().encode(JSON.stringify(tools.map(({ tool }) => tool))).length);

/** The chain of a client whose file is in order, as the real one tells it. */
const chain = (file: string): Hop[] => [
  { hop: 'entry', state: 'ok', ms: 0.8, subject: file },
  { hop: 'command', state: 'ok', ms: 184, subject: COMMAND },
  { hop: 'endpoint', state: 'ok', ms: 0.1, subject: 'toolswarm 0.1.0' },
  { hop: 'server', state: 'ok', ms: 2.4, subject: 'everything', count: 17 },
  { hop: 'tool', state: 'ok', ms: 6.1, subject: 'everything_get-tiny-image' },
];

export function answerClients(memory: Memory): Handlers<typeof clientsContract> {
  const { after, clock, live, world } = memory;
  const fileOf = (id: string): ClientFile =>
    find(world.clients.files, (item) => item.id === id, 'This AI client');

  function plan(file: ClientFile, profile: string): ClientPlan {
    const app = clientApp(file.id);
    const entry = JSON.stringify(
      { toolswarm: stdioEntry(app.shape, { command: COMMAND, args: args(profile) }) },
      null,
      2,
    );
    const added = entry.split('\n').slice(1, -1);
    return {
      client: file.id,
      file: file.file,
      change: file.exists ? 'add' : 'create',
      lines: [
        ...(file.exists ? [{ kind: 'gap' as const, text: '' }] : []),
        { kind: file.exists ? 'same' : 'add', text: `  "${app.path[0]}": {`, line: 2 },
        ...added.map((text, at) => ({ kind: 'add' as const, text: `  ${text}`, line: 3 + at })),
        { kind: file.exists ? 'same' : 'add', text: '  }', line: 3 + added.length },
      ],
      hash: 'ab'.repeat(32),
      ...(file.exists
        ? {
            backup: `/home/sam/.local/share/toolswarm/client-files/${file.id}-20261122T101500000-abababab.bak`,
          }
        : {}),
      takesEffect: file.takesEffect,
    };
  }

  const catalog = () =>
    world.tools.flatMap(({ view, tool }) =>
      view.catalogName
        ? [
            {
              name: view.catalogName,
              id: view.id,
              server: view.origin === 'local' ? view.server : `${view.providerId}/${view.server}`,
              tool,
              favourite: view.favourite,
            },
          ]
        : [],
    );

  function preview(profile: ProfileView) {
    const tools = catalog();
    const shown = tools.filter((tool) => showsTool(profile, tool));
    const servers = [...new Set(tools.map(({ server }) => server))];
    const count = (list: typeof tools, server: string) =>
      list.filter((tool) => tool.server === server).length;
    const alwaysListed = shown.filter((one) => isAlwaysListed(profile, one));
    const tokens = tokensOf(shown);
    const { budget = DEFAULT_BUDGET, catalog: choice } = profile;
    const mode = catalogModeOf({ choice, budget, tokens });
    return {
      tools: shown.length,
      tokens,
      mode,
      budget,
      listed:
        mode === 'full'
          ? { tools: shown.length, tokens }
          : {
              tools: META_TOOLS.length + alwaysListed.length,
              tokens: META_TOKENS + tokensOf(alwaysListed),
            },
      alwaysListed: alwaysListed.map(({ name }) => name),
      servers: servers.map((server) => ({
        server,
        tools: count(tools, server),
        shown: count(shown, server),
      })),
    };
  }

  return {
    'profiles.list': () => ({ items: world.clients.profiles }),
    'profiles.set': (profile) => {
      world.clients.profiles = [
        ...world.clients.profiles.filter(({ name }) => name !== profile.name),
        profile,
      ];
      return after(profile);
    },
    'profiles.remove': ({ name }) => {
      world.clients.profiles = world.clients.profiles.filter((profile) => profile.name !== name);
      world.clients.tokens = world.clients.tokens.filter(({ profile }) => profile !== name);
      return after({});
    },
    'profiles.preview': preview,
    'profiles.catalog': () => ({
      items: world.clients.profiles.map((profile) => {
        const { servers: _, ...cost } = preview(profile);
        const connected = world.clients.sessions.filter((session) => session.profile === profile.name);
        return {
          profile: profile.name,
          choice: profile.catalog ?? 'auto',
          ...cost,
          clients: connected.length,
        };
      }),
    }),
    'clients.list': () => ({ items: world.clients.tokens }),
    'clients.create': ({ forDays, name, profile, scope }) => {
      const client = {
        id: `client-${world.clients.tokens.length + 1}`,
        name,
        profile,
        scope,
        createdAt: clock.now(),
        ...(forDays === undefined ? {} : { expiresAt: clock.now() + forDays * 86_400_000 }),
      };
      world.clients.tokens.push(client);
      return after({ ...client, token: `tsw_${'k3Jx'.repeat(10)}abc` });
    },
    'clients.revoke': ({ id }) => {
      world.clients.tokens = world.clients.tokens.filter((client) => client.id !== id);
      return after({});
    },
    'clients.connection': ({ profile }) => ({
      url: `http://127.0.0.1:7420/mcp${profile === 'default' ? '' : `/${profile}`}`,
      token: 'tsw_mcp_b7c1e9d04f5a46d2a0c3e85b',
      socket: '/home/sam/.local/share/toolswarm/run/mcp.sock',
      command: COMMAND,
      args: args(profile),
    }),
    'clients.detect': () => ({ items: world.clients.files }),
    'clients.plan': ({ client, profile }) => plan(fileOf(client), profile),
    'clients.planRemoval': ({ client }) => {
      const file = fileOf(client);
      const { lines, ...rest } = plan(file, file.profile ?? 'default');
      return {
        ...rest,
        change: 'restore',
        lines: lines.map((line) => (line.kind === 'add' ? { ...line, kind: 'remove' } : line)),
      };
    },
    'clients.connect': ({ client, profile }) => {
      const file = fileOf(client);
      Object.assign(file, { entry: 'present', exists: true, profile, connectedAt: clock.now() });
      return after(file);
    },
    'clients.disconnect': ({ client }) => {
      const file = fileOf(client);
      Object.assign(file, { entry: 'absent', profile: undefined, connectedAt: undefined });
      return after({ client, file: file.file, outcome: 'restored' });
    },
    'clients.disconnectAll': () => {
      const ours = world.clients.files.filter(({ entry }) => entry === 'present' || entry === 'stale');
      for (const file of ours)
        Object.assign(file, { entry: 'absent', profile: undefined, connectedAt: undefined });
      return after({
        items: ours.map(({ id, file }) => ({ client: id, file, outcome: 'restored' as const })),
      });
    },
    'clients.manual': ({ client, profile }) => {
      const app = clientApp(client);
      const entry = stdioEntry(app.shape, { command: COMMAND, args: args(profile) });
      const nested = app.path.reduceRight<object>((inner, name) => ({ [name]: inner }), { toolswarm: entry });
      return { file: fileOf(client).file, format: app.format, stdio: JSON.stringify(nested, null, 2) };
    },
    'clients.prove': async function* ({ client }, { signal }) {
      const file = fileOf(client);
      for (const hop of chain(file.file)) {
        yield { hop: hop.hop, state: 'running' };
        await sleep(clock, 60, signal);
        if (hop.hop === 'command' && file.entry === 'stale') {
          const fault = {
            code: 'processes.not_found',
            message: `The program “${COMMAND}” was not found.`,
            advice: 'Install it, or give its full path.',
          };
          yield { hop: 'command', state: 'failed', ms: 3, fault };
          return;
        }
        yield hop;
      }
    },
    'clients.sessions': (_, { signal }) => live.follow(() => ({ items: world.clients.sessions }), signal),
  };
}
