/** A node whose process is killed, and what the others notice of it. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, expect, it } from 'vitest';
import { utf8 } from '#shared/kernel/bytes.ts';
import { createLibp2pNetwork } from '#main/features/p2p/index.ts';
import { systemClock } from '#main/platform/clock.ts';
import { createHarness } from '#test/support/network/harness.ts';

interface Started {
  child: ChildProcess;
  peerId: string;
  address: string;
}

const children: ChildProcess[] = [];

async function startProcess(listen = '/ip4/127.0.0.1/tcp/0'): Promise<Started> {
  const child = fork(new URL('../../support/network/echo-process.ts', import.meta.url), [listen], {
    execArgv: [],
  });
  children.push(child);
  const [ready] = (await once(child, 'message')) as [{ peerId: string; address: string }];
  return { child, ...ready };
}

afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

it('ends calls when the process is killed, and heals when it comes back', async () => {
  const world = createHarness(systemClock, createLibp2pNetwork, ['/ip4/127.0.0.1/tcp/0']);
  try {
    const { child, peerId, address } = await startProcess();
    const node = await world.node({ bootstrap: [address] });
    await world.until('met', () => node.peers().length === 1);
    const inFlight = node.call(peerId, '/toolswarm/never/1', utf8('')).response;
    expect(await node.call(peerId, '/toolswarm/echo/1', utf8('there')).response).toEqual(utf8('there'));
    child.kill('SIGKILL');
    await expect(inFlight).rejects.toMatchObject({ code: 'p2p.unreachable', retryable: true });
    await world.until('noticed', () => node.peers().length === 0);
    const whileDown = node.call(peerId, '/toolswarm/echo/1', utf8(''), { timeoutMs: 2000 }).response;
    await expect(whileDown).rejects.toMatchObject({ code: expect.stringMatching(/unreachable|timeout/) });
    await startProcess(address.replace(/\/p2p\/.*$/, ''));
    await world.until('healed', () => node.peers().length === 1);
    expect(await node.call(peerId, '/toolswarm/echo/1', utf8('back')).response).toEqual(utf8('back'));
  } finally {
    await world.close();
  }
});
