/** Routers that answer nonsense, refuse, endlessly talk or say nothing: on loopback, with real sockets. */
import { createSocket, type Socket } from 'node:dgram';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { createPortMapping } from '#main/features/p2p/nat/mapping/port-mapping.ts';
import { createNatPmp, createPcp } from '#main/features/p2p/nat/mapping/pmp.ts';
import { createUpnp } from '#main/features/p2p/nat/mapping/upnp.ts';
import { systemClock } from '#main/platform/clock.ts';
import { silentLog } from '#main/platform/log.ts';
import { systemRandom } from '#main/platform/random.ts';

const HOST = '127.0.0.1';
const deps = { clock: systemClock, random: systemRandom };
const wanted = { internalPort: 7422, externalPort: 7422 };
const never = new AbortController().signal;
const open: Array<{ close(): unknown }> = [];

afterEach(() => {
  for (const one of open.splice(0)) one.close();
});

/** Answers each datagram with what `answer` makes of it. */
async function router(answer: (request: Buffer) => Uint8Array[]): Promise<number> {
  const socket: Socket = createSocket('udp4');
  open.push(socket);
  socket.on('message', (request, { address, port }) => {
    for (const bytes of answer(request)) socket.send(bytes, port, address);
  });
  await new Promise<void>((resolve) => socket.bind(0, HOST, resolve));
  return socket.address().port;
}

async function gatewayDevice(answer: (path: string, body: string) => string | undefined): Promise<number> {
  const server: Server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      const text = answer(request.url ?? '', body);
      if (text !== undefined) return response.end(text);
      const pour = (): void => {
        while (!response.destroyed && response.write('x'.repeat(16_384)));
      };
      response.on('drain', pour);
      response.on('error', () => undefined);
      pour();
    });
  });
  open.push({ close: () => (server.closeAllConnections(), server.close()) });
  await new Promise<void>((resolve) => server.listen(0, HOST, resolve));
  const { port } = server.address() as AddressInfo;
  return router(() => [
    Buffer.from('HTTP/1.1 200 OK\r\n\r\n'),
    Buffer.from(
      `HTTP/1.1 200 OK\r\nST: urn:schemas-upnp-org:device:InternetGatewayDevice:1\r\nLOCATION: http://${HOST}:${port}/root.xml\r\n\r\n`,
    ),
  ]);
}

const DESCRIPTION =
  '<service><serviceType>urn:schemas-upnp-org:service:WANIPConnection:1</serviceType><controlURL>/ctl</controlURL></service>';

/** At once: each waits for some seconds before it gives up. */
const askBoth = (port: number) =>
  Promise.all([createPcp, createNatPmp].map((create) => create(deps, HOST, port).map(wanted, never)));

describe('a router asked by NAT-PMP or PCP', () => {
  it('that says nothing is silent', async () => {
    const port = await router(() => []);
    expect(await askBoth(port)).toEqual([{ kind: 'silent' }, { kind: 'silent' }]);
  });

  it('that answers short, foreign and senseless packets is silent too', async () => {
    const nonsense = [Buffer.alloc(0), Buffer.of(0), Buffer.of(2, 0x81, 0), Buffer.alloc(1_400, 0x82)];
    const port = await router(() => nonsense);
    expect(await askBoth(port)).toEqual([{ kind: 'silent' }, { kind: 'silent' }]);
  });

  it('that refuses is told with its code', async () => {
    const port = await router((request) => [
      request[0] === 2
        ? Buffer.from([2, 0x81, 0, 2, ...Array<number>(20).fill(0)])
        : Buffer.from([0, 0x80 | (request[1] ?? 0), 0, 2, 0, 0, 0, 1]),
    ]);
    expect(await createPcp(deps, HOST, port).map(wanted, never)).toEqual({ kind: 'refused', reason: '2' });
    expect(await createNatPmp(deps, HOST, port).map(wanted, never)).toEqual({ kind: 'refused', reason: '2' });
  });

  it('that grants nothing grants nothing', async () => {
    const port = await router((request) => [
      request.length === 2
        ? Buffer.from([0, 0x80, 0, 0, 0, 0, 0, 1, 5, 6, 7, 8])
        : Buffer.from([0, 0x82, 0, 0, 0, 0, 0, 1, request[4] ?? 0, request[5] ?? 0, 0, 0, 0, 0, 0, 0]),
    ]);
    expect(await createNatPmp(deps, HOST, port).map(wanted, never)).toEqual({ kind: 'refused', reason: '0' });
  });
});

describe('a router asked by UPnP', () => {
  it('that refuses is told with its code', async () => {
    const port = await gatewayDevice((path, body) =>
      path === '/root.xml'
        ? DESCRIPTION
        : body.includes('GetExternalIPAddress')
          ? '<NewExternalIPAddress>5.6.7.8</NewExternalIPAddress>'
          : '<errorCode>606</errorCode>',
    );
    expect(await createUpnp(deps, HOST, port).map(wanted, never)).toEqual({ kind: 'refused', reason: '606' });
  });

  it('that takes leases without end alone, and has given our port to another, is asked as it wants', async () => {
    const asked: string[] = [];
    const port = await gatewayDevice((path, body) => {
      if (path === '/root.xml') return DESCRIPTION;
      if (body.includes('GetExternalIPAddress'))
        return '<NewExternalIPAddress>5.6.7.8</NewExternalIPAddress>';
      asked.push(body);
      if (!body.includes('<NewLeaseDuration>0<')) return '<errorCode>725</errorCode>';
      if (body.includes('<NewExternalPort>7422<')) return '<errorCode>718</errorCode>';
      return '<u:AddPortMappingResponse/>';
    });
    const outcome = await createUpnp(deps, HOST, port).map(wanted, never);
    expect(outcome).toMatchObject({ kind: 'granted', address: '5.6.7.8' });
    expect(outcome.kind === 'granted' && outcome.externalPort).not.toBe(7422);
    expect(asked).toHaveLength(3);
  });

  it.each(['<root/>', '', '<service>'.repeat(5_000)])(
    'whose description is no use is silent',
    async (text) => {
      const port = await gatewayDevice(() => text);
      expect(await createUpnp(deps, HOST, port).map(wanted, never)).toEqual({ kind: 'silent' });
    },
  );

  it('that answers without an end is cut off', async () => {
    const port = await gatewayDevice(() => undefined);
    expect(await createUpnp(deps, HOST, port).map(wanted, never)).toEqual({
      kind: 'refused',
      reason: 'RangeError',
    });
  });
});

describe('a port kept open', () => {
  const told: string[] = [];
  const keep = (address: string) =>
    createPortMapping({
      ...deps,
      log: silentLog,
      internalPort: 7422,
      gateway: async () => HOST,
      mappers: () => [
        {
          protocol: 'pcp',
          map: async () => ({ kind: 'granted', address, externalPort: 7423, lifetimeS: 3600 }),
          unmap: async ({ externalPort }) => void told.push(`unmap ${externalPort}`),
        },
      ],
      opened: ({ address: outer, port }) => void told.push(`opened ${outer}:${port}`),
      closed: ({ address: outer, port }) => void told.push(`closed ${outer}:${port}`),
    });

  it('is told to others, and given back in the end', async () => {
    told.length = 0;
    const mapping = keep('5.6.7.8');
    await expect
      .poll(() => mapping.state())
      .toEqual({ state: 'mapped', by: 'pcp', address: '5.6.7.8', port: 7423 });
    await mapping.stop();
    expect(told).toEqual(['opened 5.6.7.8:7423', 'closed 5.6.7.8:7423', 'unmap 7423']);
  });

  it('at a router that is behind another one is told to nobody, and given back', async () => {
    told.length = 0;
    const mapping = keep('100.64.1.2');
    await expect.poll(() => mapping.state()).toMatchObject({ state: 'double', address: '100.64.1.2' });
    await mapping.stop();
    expect(told).toEqual(['unmap 7423']);
  });
});
