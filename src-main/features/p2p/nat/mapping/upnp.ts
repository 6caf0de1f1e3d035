/**
 * Ports by UPnP. The gateway alone is believed: who else answers, or points elsewhere, is not listened to, and what it
 * says is read up to a bound and within a deadline.
 */
import { createSocket } from 'node:dgram';
import {
  elementIn,
  type IgdService,
  serviceIn,
  soapAction,
  soapBody,
  soapFault,
  SSDP_GROUP,
  SSDP_PORT,
  ssdpLocation,
  ssdpSearches,
} from '#shared/features/p2p/igd.ts';
import { type Clock, sleep } from '#shared/kernel/clock.ts';
import { isIPv4 } from 'node:net';
import { openChannel } from './channel.ts';
import { LIFETIME_S, type Mapper, type MapperDeps, type Outcome } from './mapper.ts';

/** A description has some ten thousand characters. */
export const MAX_ANSWER_BYTES = 64 * 1024;
const ANSWER_TIMEOUT_MS = 4_000;
const SEARCH_MS = 1_000;
const SEARCHES = 3;
const DESCRIPTION = 'toolswarm';

const PORT_IS_ANOTHERS = 718;
const ONLY_WITHOUT_END = 725;
/** Other ports outside that are tried where ours is another's. */
const OTHER_PORTS = 3;
const DYNAMIC_PORTS = { first: 49_152, count: 16_384 };

export function createUpnp({ clock, random }: MapperDeps, gateway: string, ssdpPort = SSDP_PORT): Mapper {
  async function call(
    service: IgdService,
    action: string,
    values: ReadonlyArray<readonly [string, string]>,
    signal: AbortSignal,
  ): Promise<string> {
    const request = {
      method: 'POST',
      headers: {
        'content-type': 'text/xml; charset="utf-8"',
        soapaction: soapAction(service.type, action),
      },
      body: soapBody(service.type, action, values),
    };
    return read(clock, service.control, request, signal);
  }

  async function find(signal: AbortSignal): Promise<{ service: IgdService; client: string } | undefined> {
    const channel = await openChannel(clock, gateway, ssdpPort);
    const { client } = channel;
    channel.close();
    const location = await search(clock, { client, gateway, ssdpPort }, signal);
    const service = location && serviceIn(await read(clock, location, {}, signal), location);
    return service && { service, client };
  }

  /** 0 where it was done, or the router's code. */
  async function add(
    { client, service }: { service: IgdService; client: string },
    ports: { internalPort: number; externalPort: number },
    lifetimeS: number,
    signal: AbortSignal,
  ): Promise<number> {
    const answer = await call(
      service,
      'AddPortMapping',
      [
        ['NewRemoteHost', ''],
        ['NewExternalPort', String(ports.externalPort)],
        ['NewProtocol', 'TCP'],
        ['NewInternalPort', String(ports.internalPort)],
        ['NewInternalClient', client],
        ['NewEnabled', '1'],
        ['NewPortMappingDescription', DESCRIPTION],
        ['NewLeaseDuration', String(lifetimeS)],
      ],
      signal,
    );
    const fault = soapFault(answer);
    return fault ?? (/AddPortMappingResponse[\s/>]/.test(answer) ? 0 : UNINTELLIGIBLE);
  }

  async function mapAt(
    igd: { service: IgdService; client: string },
    wanted: { internalPort: number; externalPort: number },
    signal: AbortSignal,
  ): Promise<{ code: number; externalPort: number }> {
    let [externalPort, lifetimeS] = [wanted.externalPort, LIFETIME_S];
    for (let others = 0; ; ) {
      const code = await add(igd, { ...wanted, externalPort }, lifetimeS, signal);
      if (code === ONLY_WITHOUT_END && lifetimeS > 0) lifetimeS = 0;
      else if (code === PORT_IS_ANOTHERS && others++ < OTHER_PORTS)
        externalPort = DYNAMIC_PORTS.first + Math.floor(random.float() * DYNAMIC_PORTS.count);
      else return { code, externalPort };
    }
  }

  async function map(
    wanted: { internalPort: number; externalPort: number },
    signal: AbortSignal,
  ): Promise<Outcome> {
    const igd = await find(signal);
    if (!igd) return { kind: 'silent' };
    const outside = await call(igd.service, 'GetExternalIPAddress', [], signal);
    const address = elementIn(outside, 'NewExternalIPAddress') ?? '';
    if (!isIPv4(address)) return { kind: 'refused', reason: String(soapFault(outside) ?? UNINTELLIGIBLE) };
    const { code, externalPort } = await mapAt(igd, wanted, signal);
    return code === 0
      ? { kind: 'granted', address, externalPort, lifetimeS: LIFETIME_S }
      : { kind: 'refused', reason: String(code) };
  }

  return {
    protocol: 'upnp',
    map: (wanted, signal) =>
      map(wanted, signal).catch((error: unknown) => {
        signal.throwIfAborted();
        return { kind: 'refused', reason: (error as Error).name };
      }),
    async unmap({ externalPort }, signal) {
      const igd = await find(signal);
      if (!igd) return;
      await call(
        igd.service,
        'DeletePortMapping',
        [
          ['NewRemoteHost', ''],
          ['NewExternalPort', String(externalPort)],
          ['NewProtocol', 'TCP'],
        ],
        signal,
      );
    },
  };
}

/** An answer that is neither success nor fault; UPnP's own codes have three digits. */
const UNINTELLIGIBLE = -1;

/** Where the gateway describes itself: it is asked by name and among all. */
async function search(
  clock: Clock,
  { client, gateway, ssdpPort }: { client: string; gateway: string; ssdpPort: number },
  signal: AbortSignal,
): Promise<URL | undefined> {
  const socket = createSocket('udp4');
  const found = new AbortController();
  let location: URL | undefined;
  socket.on('error', () => undefined);
  socket.on('message', (message, { address }) => {
    if (address !== gateway) return;
    location ??= ssdpLocation(message.toString('latin1'), gateway);
    if (location) found.abort();
  });
  try {
    await new Promise<void>((resolve) => socket.bind(0, client, resolve));
    for (let tries = 0; tries < SEARCHES && !location; tries++) {
      for (const question of ssdpSearches())
        for (const target of [gateway, SSDP_GROUP]) socket.send(question, ssdpPort, target, () => undefined);
      const wait = sleep(clock, SEARCH_MS, AbortSignal.any([signal, found.signal]));
      await wait.catch(() => signal.throwIfAborted());
    }
    return location;
  } finally {
    socket.close();
  }
}

/** The text of an answer, faults included: they are told with status 500. */
async function read(clock: Clock, url: URL, request: RequestInit, signal: AbortSignal): Promise<string> {
  const late = new AbortController();
  const limit = clock.after(ANSWER_TIMEOUT_MS, () =>
    late.abort(new Error('no answer of the router in time')),
  );
  try {
    const response = await fetch(url, {
      ...request,
      redirect: 'error',
      signal: AbortSignal.any([signal, late.signal]),
    });
    let text = '';
    const decoder = new TextDecoder('latin1');
    // Leaving the loop ends the connection: no more is taken in than fits.
    for await (const chunk of response.body ?? []) {
      text += decoder.decode(chunk, { stream: true });
      if (text.length > MAX_ANSWER_BYTES) throw new RangeError('the router answers without an end');
    }
    return text;
  } finally {
    limit.cancel();
  }
}
