import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { stillRunning } from '#main/platform/process-tree.ts';
import {
  callTool,
  createServersBench,
  exchangeOf,
  FULL,
  program,
  type ServersBench,
  textOf,
  until,
} from '#test/support/mcp/bench.ts';

/** What a caller may hear while processes die under it. */
const DOCUMENTED = new Set([
  'servers.exited',
  'servers.backoff',
  'servers.failed',
  'servers.busy',
  'servers.unreachable',
]);
const KILLS = 40;

function killOutright(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    // It ended by itself in the meantime.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

describe('processes killed at random', () => {
  let bench: ServersBench | undefined;
  afterEach(() => bench?.servers.stopAll());

  it('every call under load ends with its own result or a documented error, and nothing stays behind', async () => {
    const { servers } = (bench = createServersBench({
      backoff: { firstDelayMs: 1, maxDelayMs: 10, stableMs: 60_000, maxQuickExits: 1_000 },
    }));
    const names = ['one', 'two', 'three'];
    for (const name of names)
      await servers.add(
        program(name, 'legacy-stdio.ts', [], { interaction: name === 'three' ? 'on' : 'off' }),
      );
    const pids = new Set<number>();
    const codes = new Map<string, number>();
    let stopped = false;
    let results = 0;
    let serial = 0;

    async function client(name: string, session: string): Promise<void> {
      while (!stopped) {
        const message = `${name}-${(serial += 1)}`;
        try {
          const exchange = exchangeOf({ session, capabilities: FULL });
          expect(textOf(await callTool(servers, name, 'echo', { message }, exchange))).toBe(
            `Echo: ${message}`,
          );
          pids.add(JSON.parse(textOf(await callTool(servers, name, 'facts', {}, exchange))).pid);
          results += 1;
        } catch (error) {
          const { code } = error as { code: string };
          if (!DOCUMENTED.has(code)) throw error;
          codes.set(code, (codes.get(code) ?? 0) + 1);
          await new Promise((resolve) => setTimeout(resolve, 2));
        }
      }
    }

    const clients = names.flatMap((name) => [1, 2, 3].map((number) => client(name, `${name}-${number}`)));
    const ended = Promise.all(clients);
    for (let kill = 0; kill < KILLS; kill += 1) {
      const before = results;
      await until(() => results > before + 3);
      const alive = await stillRunning([...pids]);
      const victim = alive[Math.floor(Math.random() * alive.length)];
      if (victim !== undefined) killOutright(victim);
    }
    stopped = true;
    await ended;
    expect(results).toBeGreaterThan(KILLS);
    expect(codes.get('servers.exited')).toBeGreaterThan(0);
    await servers.stopAll();
    expect(await stillRunning([...pids])).toEqual([]);
  });

  it('a node killed outright leaves no process behind, not even one that ignores its closed input', async () => {
    const node = spawn(
      process.execPath,
      [fileURLToPath(new URL('../../support/mcp/doomed-node.ts', import.meta.url))],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    );
    const lines = createInterface({ input: node.stdout });
    const [line] = (await new Promise<string[]>((resolve) =>
      lines.once('line', (text) => resolve([text])),
    )) as [string];
    const pids = JSON.parse(line) as number[];
    expect(pids.length).toBe(3);
    expect(await stillRunning(pids)).toEqual(pids);
    node.kill('SIGKILL');
    await until(async () => (await stillRunning(pids)).length === 0);
  });
});
