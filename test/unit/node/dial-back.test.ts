import { createServer, type Server } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { decodeCbor, encodeCbor } from '#shared/kernel/canonical.ts';
import { serveDialBack } from '#main/node/dial-back.ts';
import type { Network } from '#main/features/p2p/index.ts';
import { systemClock as clock } from '#main/platform/clock.ts';

type Answer = (payload: Uint8Array, from: { peer: object }) => Promise<Uint8Array>;

describe('a peer that asks to be dialled back', () => {
  let listener: Server;
  let knocks = 0;
  let port = 0;
  beforeEach(async () => {
    knocks = 0;
    listener = createServer((socket) => {
      knocks++;
      socket.destroy();
    });
    await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
    ({ port } = listener.address() as { port: number });
  });
  afterEach(() => void listener.close());

  /** What a node answers to a peer whose connection has this address. */
  function ask(address: string, path = 'direct', trusted = true): Promise<unknown> {
    let answer: Answer | undefined;
    const network = {
      serve: (_protocol: string, handler: Answer) => {
        answer = handler;
        return { close: () => undefined };
      },
    } as unknown as Network;
    serveDialBack({ network, clock, mayGoInward: () => trusted });
    const peer = { peerId: 'peer', carrier: { path }, addresses: [address] };
    return (answer as Answer)(encodeCbor({ port }), { peer }).then(decodeCbor);
  }

  it('is reached at the address that his connection has', async () => {
    expect(await ask('/ip4/127.0.0.1/tcp/4001')).toEqual({ reachable: true });
  });

  it.each(['/ip4/127.0.0.1/tcp/4001', '/ip4/192.168.1.1/tcp/4001', '/ip6/::ffff:127.0.0.1/tcp/4001'])(
    'is not reached at the inner address %s where nobody knows him',
    async (address) => {
      await expect(ask(address, 'direct', false)).rejects.toMatchObject({ code: 'p2p.malformed' });
      expect(knocks).toBe(0);
    },
  );

  it.each([
    ['a name, which he may have pointed at a neighbour of ours', '/dns4/localhost/tcp/4001', 'direct'],
    ['the address of a relay', '/ip4/127.0.0.1/tcp/4001', 'relayed'],
    ['nothing', '', 'direct'],
  ])('is not dialled at %s', async (_what, address, path) => {
    await expect(ask(address, path)).rejects.toMatchObject({ code: 'p2p.malformed' });
    expect(knocks).toBe(0);
  });
});
