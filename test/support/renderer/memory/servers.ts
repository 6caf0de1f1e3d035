import type { serversContract } from '#shared/features/servers/contract.ts';
import type { Handlers } from '#shared/kernel/contract.ts';
import { AppError } from '#shared/kernel/errors.ts';
import { sleep } from '#shared/kernel/clock.ts';
import { previewOf } from '../views.ts';
import { knownTool, OWN_PROVIDER, server } from '../world.ts';
import type { Memory } from './memory.ts';

export function answerServers(memory: Memory): Handlers<typeof serversContract> {
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
    'servers.logs': ({ name, limit }) => ({ items: (world.logs.get(name) ?? []).slice(-limit) }),
    'servers.followLogs': async function* ({ name }, { signal }) {
      let shown = world.logs.get(name)?.length ?? 0;
      for await (const lines of live.follow(() => world.logs.get(name) ?? [], signal)) {
        yield* lines.slice(shown);
        shown = lines.length;
      }
    },
    'servers.previewImport': ({ text }) => previewOf(world, text ?? ''),
    'servers.import': ({ text, names = [] }) => {
      const { items } = previewOf(world, text ?? '');
      const added = items.filter(({ name }) => names.includes(name));
      for (const { name, config } of added) world.servers.push({ ...server(name), ...config });
      return after({ added: added.map(({ name }) => name), skipped: [] });
    },
  };
}
