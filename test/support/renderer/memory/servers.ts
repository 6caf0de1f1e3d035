import type { serversContract } from '#shared/features/servers/contract.ts';
import type { resourcesContract } from '#shared/features/servers/resources.ts';
import type { Handlers } from '#shared/kernel/contract.ts';
import { AppError } from '#shared/kernel/errors.ts';
import { sleep } from '#shared/kernel/clock.ts';
import { previewOf } from '../views.ts';
import { knownTool, OWN_PROVIDER, server } from '../world.ts';
import type { Memory } from './memory.ts';

const LOGIN_NEEDED = {
  code: 'servers.login_needed',
  message: 'The server wants you to sign in.',
  advice: 'Sign in on the page of the server.',
};

export function answerServers(memory: Memory): Handlers<typeof serversContract & typeof resourcesContract> {
  const { serverOf, log, after, world, clock, live } = memory;
  const switchTo = (name: string, state: 'running' | 'disabled', text: string) => {
    const item = serverOf(name);
    Object.assign(item, { state, problem: undefined, enabled: state === 'running' });
    log(name, text);
    return after(item);
  };
  return {
    'servers.list': () => ({ items: world.servers }),
    'servers.get': ({ name }) => serverOf(name),
    'servers.watch': (_, { signal }) => live.follow(() => ({ items: world.servers }), signal),
    'servers.add': async ({ secretValues: _, ...config }, { signal }) => {
      if (world.servers.some((item) => item.name === config.name)) {
        throw new AppError('servers.name_taken', `There is a server “${config.name}” already.`, {
          advice: 'Choose another name, or remove that server first.',
          details: { name: config.name },
        });
      }
      await sleep(clock, 700, signal);
      const added = { ...server(config.name), ...config, toolCount: 1, startedAt: clock.now() };
      world.servers.push(added);
      world.tools.push(
        knownTool(
          { name: 'hello', description: 'Says hello', inputSchema: { type: 'object', properties: {} } },
          { providerId: OWN_PROVIDER, server: config.name },
        ),
      );
      log(config.name, 'started');
      return after(added);
    },
    'servers.update': async (
      { name, rename, removeSecrets, secretValues, unchecked, ...parts },
      { signal },
    ) => {
      const item = serverOf(name);
      if (rename && rename !== name && world.servers.some((other) => other.name === rename))
        throw new AppError('servers.name_taken', `There is a server “${rename}” already.`);
      await sleep(clock, 500, signal);
      const started = parts.transport ?? parts.env;
      if (!unchecked && parts.transport?.type === 'stdio' && parts.transport.command === 'false')
        throw new AppError(
          'servers.update_failed',
          `With this change ${name} does not start: The server ended (exit code 1).`,
          {
            advice: 'Nothing was changed. Look at its log.',
            details: { cause: 'servers.exited' },
          },
        );
      const secrets = item.secrets.filter((secret) => !removeSecrets.includes(secret));
      const given = Object.fromEntries(Object.entries(parts).filter(([, value]) => value !== undefined));
      Object.assign(item, given, {
        name: rename ?? name,
        title: parts.title?.trim() === '' ? undefined : (parts.title ?? item.title),
        description: parts.description?.trim() === '' ? undefined : (parts.description ?? item.description),
        secrets: [...new Set([...secrets, ...Object.keys(secretValues)])],
      });
      if (started) log(item.name, 'started');
      for (const share of world.shares) if (share.server === name) share.server = item.name;
      return after(item);
    },
    'servers.login.start': ({ name, profile }) => {
      const item = serverOf(name);
      const expiresAt = clock.now() + 600_000;
      item.logins = [
        { profile, state: 'waiting', scopes: [], renewable: false, issuer: 'https://login.example.org' },
      ];
      return after({
        url: 'https://login.example.org/authorize?client_id=toolswarm',
        redirectUri: 'http://127.0.0.1:49152/callback',
        expiresAt,
      });
    },
    'servers.login.finish': ({ name, profile, address }) => {
      const item = serverOf(name);
      if (!address.startsWith('http://127.0.0.1'))
        throw new AppError(
          'servers.login_wrong_address',
          'This is not the address that belongs to this sign-in.',
          {
            advice:
              'Copy the whole address from the browser after signing in; it begins with http://127.0.0.1.',
          },
        );
      const since = clock.now();
      item.logins = [
        {
          profile,
          state: 'signed_in',
          issuer: 'https://login.example.org',
          account: 'sam@example.org',
          scopes: ['issues:read'],
          expiresAt: since + 3_600_000,
          renewable: true,
          since,
        },
      ];
      Object.assign(item, { state: 'running', problem: undefined, toolCount: 6 });
      return after({});
    },
    'servers.login.cancel': ({ name, profile }) => {
      serverOf(name).logins = [{ profile, state: 'needed', scopes: [], renewable: false }];
      return after({});
    },
    'servers.login.signOut': ({ name, profile }) => {
      const item = serverOf(name);
      item.logins = [{ profile, state: 'needed', scopes: [], renewable: false }];
      Object.assign(item, { state: 'failed', problem: LOGIN_NEEDED });
      return after({ revoked: true });
    },
    'servers.remove': ({ name }) => {
      serverOf(name);
      world.servers = world.servers.filter((item) => item.name !== name);
      world.shares = world.shares.filter((item) => item.server !== name);
      world.tools = world.tools.filter(({ view }) => view.origin !== 'local' || view.server !== name);
      return after({});
    },
    'servers.start': ({ name }) => switchTo(name, 'running', 'started'),
    'servers.stop': ({ name }) => switchTo(name, 'disabled', 'stopped'),
    'servers.restart': ({ name }) => switchTo(name, 'running', 'restarted'),
    'servers.usage': () => ({
      items: world.servers
        .filter(({ pid, state }) => state === 'running' && pid !== undefined)
        .map(({ name }) => ({ server: name, processes: 1, cpuPercent: 1.5, memoryBytes: 61 * 1_048_576 })),
    }),
    'servers.logs': ({ name, limit }) => ({ items: (world.logs.get(name) ?? []).slice(-limit) }),
    'servers.followLogs': async function* ({ name }, { signal }) {
      let shown = world.logs.get(name)?.length ?? 0;
      for await (const lines of live.follow(() => world.logs.get(name) ?? [], signal)) {
        yield* lines.slice(shown);
        shown = lines.length;
      }
    },
    'servers.importSources': () => ({ items: [{ manager: 'docker-mcp', path: '/home/sam/.docker/mcp' }] }),
    'servers.previewImport': ({ text }) => previewOf(world, text ?? ''),
    'servers.import': ({ text, names = [] }) => {
      const { items } = previewOf(world, text ?? '');
      const added = items.filter(({ name }) => names.includes(name));
      for (const { name, config } of added) world.servers.push({ ...server(name), ...config });
      return after({ added: added.map(({ name }) => name), skipped: [] });
    },
  };
}
