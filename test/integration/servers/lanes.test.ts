import { afterEach, describe, expect, it } from 'vitest';
import {
  callTool,
  createServersBench,
  exchangeOf,
  FULL,
  isAlive,
  program,
  type ServersBench,
  textOf,
  until,
} from '#test/support/mcp/bench.ts';
import type { ServersOptions } from '#main/features/servers/index.ts';
import type { JsonObject } from '#shared/kernel/canonical.ts';
import type { McpCaller } from '#shared/features/servers/mcp.ts';
import { fileURLToPath } from 'node:url';
import { serverConfigSchema } from '#shared/features/servers/config.ts';

const bin = (name: string) => fileURLToPath(new URL(`../../../node_modules/.bin/${name}`, import.meta.url));
const real = (name: string, args: string[] = [], more = {}) =>
  serverConfigSchema.parse({
    name,
    transport: { type: 'stdio', command: bin(`mcp-server-${name}`), args },
    ...more,
  });

describe('processes and the sessions they serve', () => {
  let bench: ServersBench;
  const start = (options: ServersOptions = {}) => {
    bench = createServersBench(options);
    return bench.servers;
  };
  afterEach(() => bench.servers.stopAll());

  const facts = async (caller: Partial<McpCaller> = {}) =>
    JSON.parse(textOf(await callTool(bench.servers, 'it', 'facts', {}, exchangeOf(caller))));

  it('off: one process that is told nobody can be asked', async () => {
    const servers = start();
    await servers.add(program('it', 'legacy-stdio.ts', [], { interaction: 'off' }));
    const client = exchangeOf({ session: 'a', capabilities: FULL });
    await expect(callTool(servers, 'it', 'ask', { method: 'roots/list' }, client)).rejects.toMatchObject({
      name: 'McpError',
    });
    expect(client.asked).toEqual([]);
    expect(await facts({ session: 'b' })).toMatchObject({ capabilities: {}, calls: 2 });
  });

  it('on: a process for each session that can be asked, declaring what that client declared', async () => {
    const servers = start();
    await servers.add(program('it', 'legacy-stdio.ts', [], { interaction: 'on' }));
    const one = await facts({ session: 'a', capabilities: FULL });
    const two = await facts({ session: 'b', capabilities: { sampling: {} } });
    const rest = await facts({ session: 'c' });
    expect(one.capabilities).toEqual(FULL);
    expect(two.capabilities).toEqual({ sampling: {} });
    expect(rest.capabilities).toEqual({});
    expect(new Set([one.pid, two.pid, rest.pid]).size).toBe(3);
    servers.sessionEnded('a');
    await until(async () => !(await isAlive(one.pid)));
    expect(await isAlive(two.pid)).toBe(true);
  });

  it('on makes no difference to a modern server, which hears of its client with each call', async () => {
    const servers = start();
    await servers.add(program('it', 'modern-stdio.ts', ['--only'], { interaction: 'on' }));
    const one = await facts({ session: 'a', capabilities: FULL });
    const two = await facts({ session: 'b' });
    expect(one.pid).toBe(two.pid);
  });

  it('auto: the first to be asked keeps its process, nobody else ever sees it again', async () => {
    const servers = start();
    await servers.add(program('it', 'legacy-stdio.ts'));
    const first = { session: 'a', capabilities: FULL };
    const before = await facts(first);
    const client = exchangeOf(first, () => ({ roots: [{ uri: 'file:///secret' }] }));
    expect(textOf(await callTool(servers, 'it', 'ask', { method: 'roots/list' }, client))).toContain(
      'secret',
    );
    expect((await facts(first)).pid).toBe(before.pid);
    const second = await facts({ session: 'b', capabilities: FULL });
    const third = await facts({ session: 'c' });
    expect(new Set([before.pid, second.pid, third.pid]).size).toBe(3);
    expect(second.capabilities).toEqual(FULL);
    expect(third.capabilities).toEqual({});
  });

  it('auto: one that used the process before counts even when it is gone', async () => {
    const servers = start();
    await servers.add(program('it', 'legacy-stdio.ts'));
    await facts({ session: 'gone', capabilities: FULL });
    servers.sessionEnded('gone');
    const client = exchangeOf({ session: 'a', capabilities: FULL });
    await expect(callTool(servers, 'it', 'ask', { method: 'roots/list' }, client)).rejects.toMatchObject({
      name: 'McpError',
    });
    expect(client.asked).toEqual([]);
  });

  it('auto: who asks while the first start still ends leaves no process behind that may ask everybody', async () => {
    const servers = start();
    const added = servers.add(program('it', 'legacy-stdio.ts', ['--linger']));
    const client = exchangeOf({ session: 'a', capabilities: FULL }, () => ({ roots: [] }));
    let isAnswered = false;
    while (!isAnswered) {
      void callTool(servers, 'it', 'ask', { method: 'roots/list' }, client)
        .then(() => (isAnswered = true))
        .catch(() => undefined);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    await added;
    expect((await facts({ session: 'c' })).capabilities).toEqual({});
  });

  it('a shared process that no client used ends when idle, and starts again on first use', async () => {
    const servers = start({ laneIdleMs: 100 });
    const { pid } = await servers.add(program('it', 'legacy-stdio.ts'));
    await until(async () => !(await isAlive(pid as number)));
    expect(servers.get('it')).toMatchObject({ state: 'idle', toolCount: 13 });
    expect((await facts()).pid).not.toBe(pid);
  });

  it('what was learnt of a server outlives the node', async () => {
    start();
    await bench.servers.add(program('it', 'legacy-stdio.ts'));
    await callTool(
      bench.servers,
      'it',
      'ask',
      { method: 'roots/list' },
      exchangeOf({ session: 'a', capabilities: FULL }),
    );
    bench = await bench.reopen();
    const one = await facts({ session: 'b', capabilities: FULL });
    const two = await facts({ session: 'c', capabilities: FULL });
    expect(one.pid).not.toBe(two.pid);
  });

  it('a modern caller has a process to itself for each call at a time', async () => {
    const servers = start();
    await servers.add(program('it', 'legacy-stdio.ts', [], { interaction: 'on' }));
    const caller = { era: 'modern', session: 'a', capabilities: FULL } as const;
    const answers = [1, 2, 3].map((number) => exchangeOf(caller, () => ({ number })));
    const results = await Promise.all(
      answers.map((exchange) => callTool(servers, 'it', 'ask', { method: 'elicitation/create' }, exchange)),
    );
    expect(results.map((result) => JSON.parse(textOf(result)).number)).toEqual([1, 2, 3]);
    expect(answers.map((exchange) => exchange.asked.length)).toEqual([1, 1, 1]);
  });

  it('processes of sessions are bounded: the longest idle one goes, and when all are busy the caller is told', async () => {
    const servers = start({ maxLanes: 2 });
    await servers.add(program('it', 'legacy-stdio.ts', [], { interaction: 'on' }));
    const of = (session: string) => ({ session, capabilities: FULL });
    const a = await facts(of('a'));
    const b = await facts(of('b'));
    await facts(of('c'));
    await until(async () => !(await isAlive(a.pid)));
    expect(await isAlive(b.pid)).toBe(true);
    const busy = ['b', 'c'].map((session) =>
      callTool(servers, 'it', 'slow', { steps: 10 }, exchangeOf(of(session))),
    );
    await expect(facts(of('d'))).rejects.toMatchObject({ code: 'servers.busy', retryable: true });
    await Promise.all(busy);
  });

  it('idle processes of sessions end; the shared one that was used stays', async () => {
    const servers = start({ laneIdleMs: 100 });
    await servers.add(program('it', 'legacy-stdio.ts', [], { interaction: 'on' }));
    const shared = await facts({ session: 'c' });
    const own = await facts({ session: 'a', capabilities: FULL });
    await until(async () => !(await isAlive(own.pid)));
    expect(await isAlive(shared.pid)).toBe(true);
  });

  it('log messages reach the sessions of one principal, at their level, and nobody when parties mix', async () => {
    const servers = start();
    await servers.add(program('it', 'legacy-stdio.ts', [], { interaction: 'off' }));
    const logged: Array<{ sessions: string[] }> = [];
    servers.on('logged', (event) => logged.push(event));
    const say = (level: string, exchange = exchangeOf({ session: 'a' })) =>
      callTool(servers, 'it', 'log', { level }, exchange).then(() => exchange);
    const setLevel = (session: string, level: string) =>
      servers
        .target('it')
        .request({ method: 'logging/setLevel', params: { level } }, exchangeOf({ session }));
    expect((await say('warning')).notified.length).toBe(1);
    await facts({ session: 'b' });
    await setLevel('a', 'error');
    await setLevel('b', 'debug');
    expect((await facts({ session: 'a' })).levels).toEqual(['error', 'debug']);
    await say('info');
    await until(() => logged.length === 1);
    expect(logged[0]?.sessions).toEqual(['b']);
    await facts({ session: 'stranger', principal: 'z6MkSomebody' });
    const mixed = await say('emergency');
    await facts();
    expect(mixed.notified).toEqual([]);
    expect(logged.length).toBe(1);
  });

  it('server-everything offers more to clients that can be asked; the catalog keeps the 13 tools for all', async () => {
    const servers = start();
    const view = await servers.add(real('everything'));
    expect(view).toMatchObject({ state: 'running', toolCount: 13 });
    expect(servers.offers('everything')?.tools.map((tool) => tool.name)).not.toContain('get-roots-list');
    const client = exchangeOf({ session: 'a', capabilities: FULL });
    expect(textOf(await callTool(servers, 'everything', 'echo', { message: 'hi' }, client))).toBe('Echo: hi');
  });

  it('server-everything, asked for on: samples, elicits and reads roots of the very client', async () => {
    const servers = start();
    const view = await servers.add(real('everything', [], { interaction: 'on' }));
    expect(view.toolCount).toBeGreaterThan(13);
    const client = exchangeOf({ session: 'a', capabilities: FULL }, ({ method }): JsonObject => {
      if (method === 'roots/list') return { roots: [{ uri: 'file:///home/me', name: 'mine' }] };
      if (method === 'elicitation/create') return { action: 'accept', content: { name: 'Ada', check: true } };
      return { role: 'assistant', model: 'm', content: { type: 'text', text: 'sampled' } };
    });
    const call = (name: string, args = {}) => callTool(servers, 'everything', name, args, client);
    expect(textOf(await call('get-roots-list'))).toContain('file:///home/me');
    expect(JSON.stringify(await call('trigger-sampling-request', { prompt: 'why' }))).toContain('sampled');
    expect(JSON.stringify(await call('trigger-elicitation-request'))).toContain('Ada');
  });

  it('the other standing servers are taken in as they are', async () => {
    const servers = start();
    const files = await servers.add(real('filesystem', [fileURLToPath(new URL('.', import.meta.url))]));
    const memory = await servers.add(real('memory'));
    const thinking = await servers.add(real('sequential-thinking'));
    expect([files.toolCount, memory.toolCount, thinking.toolCount]).toEqual([14, 9, 1]);
    const listing = await callTool(servers, 'filesystem', 'list_allowed_directories');
    expect(textOf(listing)).toContain('integration/servers');
  });
});
