/** Ports by PCP, and by its elder NAT-PMP. */
import {
  type Answer,
  isUnsupportedVersion,
  NONCE_BYTES,
  PMP_PORT,
  pcpMapRequest,
  pmpAddressRequest,
  pmpMapRequest,
  readPcpMap,
  readPmpAddress,
  readPmpMap,
} from '#shared/features/p2p/port-mapping.ts';
import { openChannel, type RouterChannel } from './channel.ts';
import { LIFETIME_S, type Mapper, type MapperDeps, type Outcome } from './mapper.ts';

const SILENT: Outcome = { kind: 'silent' };
const refused = (code: number): Outcome => ({ kind: 'refused', reason: String(code) });

export function createPcp({ clock, random }: MapperDeps, gateway: string, port = PMP_PORT): Mapper {
  const nonce = random.bytes(NONCE_BYTES);

  const ask = (
    wanted: { internalPort: number; externalPort: number; lifetimeS: number },
    signal: AbortSignal,
  ) =>
    through(clock, gateway, port, (channel) =>
      channel.ask(
        pcpMapRequest({ ...wanted, nonce, client: channel.client }),
        (bytes) =>
          isUnsupportedVersion(bytes)
            ? 'older'
            : readPcpMap(bytes, { nonce, internalPort: wanted.internalPort }),
        signal,
      ),
    );

  return {
    protocol: 'pcp',
    async map(wanted, signal) {
      const answer = await ask({ ...wanted, lifetimeS: LIFETIME_S }, signal);
      // One that knows the elder protocol alone is asked in that one next.
      if (answer === undefined || answer === 'older') return SILENT;
      return answer.ok ? granted(answer.value) : refused(answer.code);
    },
    async unmap(given, signal) {
      await ask({ ...given, lifetimeS: 0 }, signal);
    },
  };
}

export function createNatPmp({ clock }: MapperDeps, gateway: string, port = PMP_PORT): Mapper {
  const askMap = (
    channel: RouterChannel,
    wanted: { internalPort: number; externalPort: number; lifetimeS: number },
    signal: AbortSignal,
  ) =>
    channel.ask(
      pmpMapRequest(wanted),
      (bytes) => {
        const answer = readPmpMap(bytes);
        return answer?.ok && answer.value.internalPort !== wanted.internalPort ? undefined : answer;
      },
      signal,
    );

  return {
    protocol: 'nat-pmp',
    map: (wanted, signal) =>
      through(clock, gateway, port, async (channel) => {
        const outside = await channel.ask(pmpAddressRequest(), readPmpAddress, signal);
        const failed = failureOf(outside);
        if (failed || !outside?.ok) return failed ?? SILENT;
        const mapped = await askMap(channel, { ...wanted, lifetimeS: LIFETIME_S }, signal);
        if (!mapped?.ok) return failureOf(mapped) ?? SILENT;
        return granted({ ...mapped.value, address: outside.value.address });
      }),
    unmap: (given, signal) =>
      through(clock, gateway, port, async (channel) => {
        await askMap(channel, { ...given, lifetimeS: 0 }, signal);
      }),
  };
}

const failureOf = (answer: Answer<unknown> | undefined): Outcome | undefined =>
  answer && !answer.ok ? refused(answer.code) : undefined;

/** A port 0 or a lifetime of nothing is no grant, whatever the result code says. */
const granted = (value: { address: string; externalPort: number; lifetimeS: number }): Outcome =>
  value.externalPort === 0 || value.lifetimeS === 0
    ? refused(0)
    : {
        kind: 'granted',
        address: value.address,
        externalPort: value.externalPort,
        lifetimeS: value.lifetimeS,
      };

async function through<Value>(
  clock: MapperDeps['clock'],
  gateway: string,
  port: number,
  run: (channel: RouterChannel) => Promise<Value>,
): Promise<Value> {
  const channel = await openChannel(clock, gateway, port);
  try {
    return await run(channel);
  } finally {
    channel.close();
  }
}
