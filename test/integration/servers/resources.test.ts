/** What servers use of the machine: real processes that hoard memory and burn processor time. */
import { afterEach, describe, expect, it } from 'vitest';
import { createDoor } from '#main/features/relay/admission/door.ts';
import { createServerResources } from '#main/node/server-resources.ts';
import { systemClock } from '#main/platform/clock.ts';
import { silentLog } from '#main/platform/log.ts';
import { usageOfTrees } from '#main/platform/process-usage.ts';
import type { ScopedLimit } from '#shared/features/access/limits.ts';
import {
  callTool,
  createServersBench,
  program,
  type ServersBench,
  textOf,
  until,
} from '#test/support/mcp/bench.ts';

const limited = (numbers: Omit<ScopedLimit, 'scope'>): ScopedLimit => ({
  scope: { kind: 'server', server: 'it' },
  ...numbers,
});

const never = new AbortController().signal;
const visit = { providerId: 'z6MkA', peerId: 'p', server: 'it', tool: 'pid', requestBytes: 10, manner: {} };

describe.skipIf(process.platform === 'win32')('what a server uses', () => {
  let bench: ServersBench;
  let end = () => undefined as unknown;
  afterEach(async () => {
    end();
    await bench.servers.stopAll();
  });

  async function scene(limit: ScopedLimit | undefined) {
    bench = createServersBench();
    const { servers } = bench;
    await servers.add(program('it', 'misbehaving.ts', ['well']));
    const door = createDoor(
      { clock: systemClock },
      {
        maxRunning: () => 8,
        maxWaiting: () => 8,
        limitsOf: ({ server }) => (limit && server === 'it' ? [limit] : []),
      },
    );
    const resources = createServerResources({
      clock: systemClock,
      log: silentLog,
      servers,
      limitOf: (server) => (server === 'it' ? limit : undefined),
      spend: door.spend,
      usageOf: usageOfTrees,
    });
    end = () => resources.close();
    const usage = async () => (await resources.handlers['servers.usage']({}, { signal: never })).items;
    return { door, servers, usage };
  }

  it('is told for each, with nothing limited', async () => {
    const { servers, usage } = await scene(undefined);
    await usage();
    await callTool(servers, 'it', 'burn', { ms: 300 });
    const [used] = await usage();
    expect(used).toMatchObject({ server: 'it', processes: 1 });
    expect(used?.memoryBytes).toBeGreaterThan(8 << 20);
    expect(used?.cpuPercent).toBeGreaterThan(1);
  });

  it('ends a process that takes more memory than it may; its callers hear why, and the next call finds a new one', async () => {
    const { servers } = await scene(limited({ memoryMib: 192 }));
    const first = textOf(await callTool(servers, 'it', 'pid'));
    await expect(callTool(servers, 'it', 'hoard', { mib: 400 })).rejects.toMatchObject({
      code: 'servers.over_memory',
      retryable: true,
    });
    await until(() => servers.get('it').state === 'running');
    const second = textOf(await callTool(servers, 'it', 'pid'));
    expect(second).not.toBe(first);
    expect(
      servers
        .logs('it', 50)
        .map(({ text }) => text)
        .join('\n'),
    ).toContain('took more memory');
  });

  it('makes peers wait where it burned more processor time than it may, at that server alone', async () => {
    const { door, servers } = await scene(limited({ cpuSecondsPerMinute: 6 }));
    (await door.enter(visit, never)).release({ responseBytes: 1, failed: false });
    await callTool(servers, 'it', 'burn', { ms: 2_500 });
    await until(async () => {
      const outcome = await door.enter(visit, never).catch((error: unknown) => error);
      if (outcome !== null && typeof outcome === 'object' && 'release' in outcome) {
        (outcome as { release(used: object): void }).release({ responseBytes: 1, failed: false });
        return false;
      }
      expect(outcome).toMatchObject({ code: 'relay.rate_limited' });
      expect((outcome as { details: { retryAfterMs: number } }).details.retryAfterMs).toBeGreaterThan(0);
      return true;
    });
    (await door.enter({ ...visit, server: 'other' }, never)).release({ responseBytes: 1, failed: false });
  });
});
