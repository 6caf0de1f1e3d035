import { afterEach, describe, expect, it } from 'vitest';
import {
  callTool,
  createServersBench,
  exchangeOf,
  isAlive,
  program,
  type ServersBench,
  textOf,
  until,
} from '#test/support/mcp/bench.ts';
import type { ServersOptions } from '#main/features/servers/index.ts';

const bad = (mode: string, more = {}) => program(mode, 'misbehaving.ts', [mode], more);
const quick = { firstDelayMs: 20, maxDelayMs: 50, stableMs: 60_000, maxQuickExits: 3 };

describe('servers that misbehave', () => {
  let bench: ServersBench;
  const start = (options: ServersOptions = {}) => {
    bench = createServersBench(options);
    return bench.servers;
  };
  afterEach(() => bench.servers.stopAll());

  it('one that hangs at its start is ended and says so, while another works', async () => {
    const servers = start({ startTimeoutMs: 2_000 });
    await servers.add(program('good', 'legacy-stdio.ts'));
    const adding = servers.add(bad('hang'));
    expect(textOf(await callTool(servers, 'good', 'echo', { message: 'hi' }))).toBe('Echo: hi');
    expect((await adding).problem).toMatchObject({ code: 'servers.start_timeout' });
    await expect(callTool(servers, 'hang', 'pid')).rejects.toMatchObject({ code: 'servers.start_timeout' });
  });

  it('one that ends at once is given up, with its last words, until a person starts it', async () => {
    const servers = start({ backoff: quick });
    await servers.add(bad('exit'));
    await until(async () => {
      await callTool(servers, 'exit', 'pid').catch(() => undefined);
      return servers.get('exit').state === 'failed';
    });
    const failure = await callTool(servers, 'exit', 'pid').catch((error) => error);
    expect(failure).toMatchObject({ code: 'servers.failed', details: { cause: 'servers.exited' } });
    expect(failure.details.lastWords).toContain('cannot find my configuration');
    expect(servers.get('exit').problem?.code).toBe('servers.failed');
    await expect(servers.start('exit')).rejects.toMatchObject({ code: 'servers.exited' });
    expect(servers.get('exit').state).not.toBe('failed');
  });

  it('a program that does not exist is a problem with advice', async () => {
    const servers = start();
    const config = bad('missing');
    const view = await servers.add({
      ...config,
      transport: { type: 'stdio', command: 'no-such-program', args: [] },
    });
    expect(view.problem).toMatchObject({ code: 'processes.not_found' });
    expect(view.problem?.message).toContain('no-such-program');
  });

  it('one of an unknown revision is refused', async () => {
    const servers = start();
    expect((await servers.add(bad('future'))).problem).toMatchObject({ code: 'servers.protocol' });
  });

  it('garbage is logged and skipped, and invalid tools are left out', async () => {
    const servers = start();
    const view = await servers.add(bad('garbage'));
    expect(view).toMatchObject({ state: 'running', toolCount: 5 });
    const log = servers.logs('garbage', 50).map((line) => line.text);
    expect(log.some((line) => line.includes('not MCP on stdout') && line.includes('Welcome'))).toBe(true);
    expect(log.some((line) => line.includes('1 entries of tools/list'))).toBe(true);
  });

  it('a flood slows down nobody else', async () => {
    const servers = start({ idleTimeoutMs: 60_000 });
    await servers.add(program('good', 'legacy-stdio.ts'));
    await servers.add(bad('flood'));
    const flooding = callTool(servers, 'flood', 'flood').catch((error) => error);
    await until(() =>
      servers.logs('flood', 50).some((line) => line.text.includes('talks faster than allowed')),
    );
    for (let count = 0; count < 50; count += 1) await callTool(servers, 'good', 'echo', { message: 'hi' });
    await servers.stop('flood');
    expect(await flooding).toMatchObject({ code: 'servers.exited', retryable: true });
  });

  it('endless noise on stderr stays within the ring', async () => {
    const servers = start();
    await servers.add(bad('stderr'));
    await until(() => servers.logs('stderr', 2_000).length === 2_000);
    expect(servers.logs('stderr', 5_000).length).toBe(2_000);
    expect(Math.max(...servers.logs('stderr', 2_000).map((line) => line.text.length))).toBe(4_096);
    expect(textOf(await callTool(servers, 'stderr', 'pid'))).toMatch(/^\d+$/);
  });

  it('an answer that is too long fails its own call only', async () => {
    const servers = start({ maxMessageBytes: 100_000 });
    await servers.add(bad('big'));
    const [huge, small] = await Promise.allSettled([
      callTool(servers, 'big', 'big', { bytes: 5_000_000 }),
      callTool(servers, 'big', 'big', { bytes: 90_000 }),
    ]);
    expect(huge).toMatchObject({ status: 'rejected', reason: { code: 'servers.too_large' } });
    expect(small.status).toBe('fulfilled');
  });

  it('silence ends with a time-out that progress would have put off', async () => {
    const servers = start({ idleTimeoutMs: 1_500 });
    await servers.add(bad('silent'));
    await servers.add(program('good', 'legacy-stdio.ts'));
    const slow = callTool(servers, 'good', 'slow', { steps: 20, stepMs: 100 }, exchangeOf(), {
      progressToken: 1,
    });
    await expect(callTool(servers, 'silent', 'silence')).rejects.toMatchObject({
      code: 'servers.timeout',
      retryable: true,
    });
    expect(textOf(await slow)).toBe('done after 20');
  });

  it('one that ignores SIGTERM is killed with all its children, even those that left its group', async () => {
    const servers = start();
    const view = await servers.add(bad('stubborn'));
    const child = () =>
      Number(
        /child (\d+)/.exec(
          servers
            .logs('stubborn', 50)
            .map((line) => line.text)
            .reverse()
            .join('\n'),
        )?.[1],
      );
    await until(() => child() > 0);
    const [pid, childPid] = [view.pid as number, child()];
    expect([await isAlive(pid), await isAlive(childPid)]).toEqual([true, true]);
    await servers.stop('stubborn');
    expect([await isAlive(pid), await isAlive(childPid)]).toEqual([false, false]);
    await expect(callTool(servers, 'stubborn', 'pid')).rejects.toMatchObject({ code: 'servers.disabled' });
  });

  it('one that dies mid-call fails the call and is started again by itself', async () => {
    const servers = start({ backoff: { ...quick, maxQuickExits: 10 } });
    const { pid } = await servers.add(bad('mortal'));
    const [dying, waiting] = await Promise.allSettled([
      callTool(servers, 'mortal', 'silence'),
      callTool(servers, 'mortal', 'die'),
    ]);
    for (const outcome of [dying, waiting])
      expect(outcome).toMatchObject({
        status: 'rejected',
        reason: { code: 'servers.exited', retryable: true },
      });
    await until(() => servers.get('mortal').state === 'running');
    expect(servers.get('mortal').pid).not.toBe(pid);
    expect(servers.get('mortal').restarts).toBe(1);
  });
});
