import { afterEach, describe, expect, it } from 'vitest';
import type { ServersEvents } from '#main/features/servers/index.ts';
import { serverChangeSchema } from '#shared/features/servers/contract.ts';
import {
  callTool,
  createServersBench,
  fixture,
  isAlive,
  program,
  type ServersBench,
  textOf,
  until,
} from '#test/support/mcp/bench.ts';

const change = (parts: object) => serverChangeSchema.parse(parts);
const broken = { type: 'stdio', command: process.execPath, args: ['-e', 'process.exit(3)'] };

describe('changing a server', () => {
  let bench: ServersBench;
  afterEach(() => bench.servers.stopAll());

  const factsOf = async () => JSON.parse(textOf(await callTool(bench.servers, 'it', 'facts')));
  const envOf = async (name = 'it') => JSON.parse(textOf(await callTool(bench.servers, name, 'env')));

  function heard(): Array<keyof ServersEvents> {
    const events: Array<keyof ServersEvents> = [];
    for (const name of ['offersChanged', 'described', 'renamed', 'added', 'removed'] as const)
      bench.servers.on(name, () => events.push(name));
    return events;
  }

  it('words about it change nothing that runs', async () => {
    bench = createServersBench();
    const { pid } = await bench.servers.add(program('it', 'legacy-stdio.ts'));
    const events = heard();
    const view = await bench.servers.update(
      'it',
      change({ title: 'Ours', description: 'For tests', tags: ['a'] }),
    );
    expect(view).toMatchObject({ pid, title: 'Ours', description: 'For tests', tags: ['a'] });
    expect(events).toEqual(['described']);
    bench = await bench.reopen();
    expect(bench.servers.get('it')).toMatchObject({ title: 'Ours', tags: ['a'] });
  });

  it('what does not start changes nothing: the old one goes on with its secrets', async () => {
    bench = createServersBench();
    await bench.servers.add(program('it', 'legacy-stdio.ts', [], { secrets: ['KEY'] }), { KEY: 'old-value' });
    const { pid } = await factsOf();
    const kept = [...bench.secrets];
    await expect(
      bench.servers.update('it', change({ transport: broken, secretValues: { KEY: 'new-value' } })),
    ).rejects.toMatchObject({ code: 'servers.update_failed', details: { cause: 'servers.exited' } });
    expect((await factsOf()).pid).toBe(pid);
    expect([...bench.secrets]).toEqual(kept);
    bench = await bench.reopen();
    expect((await envOf())['KEY']).toBe('old-value');
  });

  it('unchecked, it is kept all the same', async () => {
    bench = createServersBench();
    await bench.servers.add(program('it', 'legacy-stdio.ts'));
    await bench.servers.update('it', change({ transport: broken }), { unchecked: true });
    await until(() => bench.servers.get('it').problem !== undefined);
    expect(bench.servers.get('it')).toMatchObject({ transport: { args: broken.args }, toolCount: 13 });
  });

  it('a new value of a secret and new variables arrive; other secrets stay, removed ones go', async () => {
    bench = createServersBench();
    const config = program('it', 'legacy-stdio.ts', [], {
      env: { A: '1' },
      secrets: ['KEY', 'KEEP', 'GONE'],
    });
    const { pid } = await bench.servers.add(config, { KEY: 'old', KEEP: 'kept', GONE: 'gone' });
    const view = await bench.servers.update(
      'it',
      change({ env: { B: '2' }, secretValues: { KEY: 'new' }, removeSecrets: ['GONE'] }),
    );
    expect(JSON.stringify(view)).not.toMatch(/kept|"new"/);
    const env = await envOf();
    expect([env['A'], env['B'], env['KEY'], env['KEEP'], env['GONE']]).toEqual([
      undefined,
      '2',
      'new',
      'kept',
      undefined,
    ]);
    expect(await isAlive(pid as number)).toBe(false);
    expect([...bench.secrets.values()].sort()).toEqual(['kept', 'new']);
  });

  it('other tools are heard of; the log goes on', async () => {
    bench = createServersBench();
    await bench.servers.add(program('it', 'legacy-stdio.ts'));
    const lines = bench.servers.logs('it', 2_000).length;
    const events = heard();
    await bench.servers.update(
      'it',
      change({ transport: { type: 'stdio', command: process.execPath, args: [fixture('modern-stdio.ts')] } }),
    );
    expect(events).toEqual(['offersChanged', 'described']);
    expect(bench.servers.get('it').serverInfo?.name).toBe('modern-fixture');
    expect(bench.servers.logs('it', 2_000).length).toBeGreaterThan(lines);
  });

  it('a new name keeps the process, the secrets and the lists', async () => {
    bench = createServersBench();
    const { pid } = await bench.servers.add(program('it', 'legacy-stdio.ts', [], { secrets: ['KEY'] }), {
      KEY: 'value',
    });
    await bench.servers.add(program('other', 'legacy-stdio.ts'));
    const events = heard();
    await expect(bench.servers.update('it', change({ rename: 'other' }))).rejects.toMatchObject({
      code: 'servers.name_taken',
    });
    expect(await bench.servers.update('it', change({ rename: 'that' }))).toMatchObject({ name: 'that', pid });
    expect(events).toEqual(['renamed', 'removed', 'added', 'offersChanged']);
    expect(bench.servers.has('it')).toBe(false);
    bench = await bench.reopen();
    expect(bench.servers.get('that')).toMatchObject({ toolCount: 13 });
    expect((await envOf('that'))['KEY']).toBe('value');
    // The old name is free, and the new server of that name has nothing of the old one.
    await bench.servers.add(program('it', 'legacy-stdio.ts'));
    expect((await envOf())['KEY']).toBeUndefined();
  });

  it('a new name and another program at once', async () => {
    bench = createServersBench();
    await bench.servers.add(program('it', 'legacy-stdio.ts'));
    const view = await bench.servers.update('it', change({ rename: 'that', env: { A: '1' } }));
    expect(view).toMatchObject({ name: 'that', env: { A: '1' }, toolCount: 13 });
    expect((await envOf('that'))['A']).toBe('1');
  });

  it('one that is off is changed without being started', async () => {
    bench = createServersBench();
    await bench.servers.add(program('it', 'legacy-stdio.ts'));
    await bench.servers.stop('it');
    expect(await bench.servers.update('it', change({ transport: broken }))).toMatchObject({
      state: 'disabled',
    });
  });

  it('called off, nothing is left of it', async () => {
    bench = createServersBench();
    const { pid } = await bench.servers.add(program('it', 'legacy-stdio.ts'));
    const silent = { type: 'stdio', command: process.execPath, args: ['-e', 'setInterval(() => {}, 1e6)'] };
    const caller = new AbortController();
    const updating = bench.servers.update('it', change({ transport: silent }), { signal: caller.signal });
    await expect(bench.servers.update('it', change({ env: { A: '1' } }))).rejects.toMatchObject({
      code: 'servers.busy',
    });
    caller.abort();
    await expect(updating).rejects.toMatchObject({ code: 'servers.update_failed' });
    expect((await factsOf()).pid).toBe(pid);
  });

  it('secrets that a kill left behind are gone after the next start', async () => {
    bench = createServersBench();
    await bench.servers.add(program('it', 'legacy-stdio.ts', [], { secrets: ['KEY'] }), { KEY: 'value' });
    bench.secrets.set('removed/TOKEN', 'left behind');
    bench.secrets.set('it~0123456789abcdef/KEY', 'never taken into office');
    bench = await bench.reopen();
    expect([...bench.secrets.values()]).toEqual(['value']);
  });
});
