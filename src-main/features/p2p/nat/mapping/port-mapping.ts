/** Keeps one TCP port open at the router for as long as the node runs, by whatever the router understands. */
import { reachOfIp } from '#shared/features/p2p/addresses.ts';
import type { MappingState } from '#shared/features/p2p/port-mapping.ts';
import { sleep } from '#shared/kernel/clock.ts';
import type { Log } from '#main/platform/log.ts';
import { defaultGateway } from './gateway.ts';
import type { Mapper, MapperDeps, Outcome } from './mapper.ts';
import { createNatPmp, createPcp } from './pmp.ts';
import { createUpnp } from './upnp.ts';

/** A router that gave nothing is asked again after this: it may be another one by then. */
const RETRY_MS = 10 * 60_000;
/** Renewals come at half of what was granted, but no faster. */
const MIN_RENEWAL_MS = 30_000;
/** A router that does not answer must not keep the node from stopping. */
const FAREWELL_MS = 2_000;

export interface PortMappingDeps extends MapperDeps {
  log: Log;
  /** The TCP port that is listened on. */
  internalPort: number;
  /** The port is open under this address of the internet. */
  opened(outside: { address: string; port: number }): void;
  /** …and is not any more. */
  closed(outside: { address: string; port: number }): void;
  /** IPv4 of the router; asked anew each time. */
  gateway?(): Promise<string | undefined>;
  /** The ways to ask it, in the order in which they are tried. */
  mappers?(gateway: string): Mapper[];
}

export interface PortMapping {
  state(): MappingState;
  /** Gives the port back, within 2 s. */
  stop(): Promise<void>;
}

interface Held {
  mapper: Mapper;
  gateway: string;
  address: string;
  externalPort: number;
  lifetimeS: number;
}

export function createPortMapping(deps: PortMappingDeps): PortMapping {
  const { clock, internalPort, log } = deps;
  const gatewayOf = deps.gateway ?? defaultGateway;
  const mappersOf =
    deps.mappers ??
    ((gateway: string) => [createPcp(deps, gateway), createNatPmp(deps, gateway), createUpnp(deps, gateway)]);
  const stopping = new AbortController();
  let state: MappingState = { state: 'asking' };
  let held: Held | undefined;

  const isPublic = (one: Held): boolean => reachOfIp(one.address) === 'internet';
  const outsideOf = (one: Held) => ({ address: one.address, port: one.externalPort });
  const same = (one: Held, other: Held): boolean =>
    one.address === other.address && one.externalPort === other.externalPort;

  /** Tells only of what changed: renewals mostly change nothing. */
  function hold(next: Held | undefined): void {
    const before = held;
    held = next;
    if (before && next && same(before, next)) return;
    if (before && isPublic(before)) deps.closed(outsideOf(before));
    if (next && isPublic(next)) deps.opened(outsideOf(next));
  }

  function taken(mapper: Mapper, gateway: string, outcome: Outcome & { kind: 'granted' }): void {
    const { address, externalPort, lifetimeS } = outcome;
    const next = { mapper, gateway, address, externalPort, lifetimeS };
    hold(next);
    const kind = isPublic(next) ? 'mapped' : 'double';
    if (state.state !== kind)
      log.info({ by: mapper.protocol, address, externalPort }, 'the router opened a port');
    state = { state: kind, by: mapper.protocol, address, port: externalPort };
  }

  /** One that holds the port is asked first, the others only where it does not give it again. */
  async function askAll(gateway: string): Promise<void> {
    const before = held?.gateway === gateway ? held : undefined;
    let refusal: MappingState | undefined;
    const mappers = mappersOf(gateway).filter(({ protocol }) => protocol !== before?.mapper.protocol);
    for (const mapper of before ? [before.mapper, ...mappers] : mappers) {
      const wanted = { internalPort, externalPort: before?.externalPort ?? internalPort };
      const outcome = await mapper.map(wanted, stopping.signal);
      if (outcome.kind === 'granted') return taken(mapper, gateway, outcome);
      if (outcome.kind === 'refused')
        refusal ??= { state: 'refused', by: mapper.protocol, reason: outcome.reason };
    }
    hold(undefined);
    state = refusal ?? { state: 'silent' };
  }

  async function turn(): Promise<void> {
    const gateway = await gatewayOf();
    stopping.signal.throwIfAborted();
    if (gateway !== undefined) return askAll(gateway);
    hold(undefined);
    state = { state: 'silent' };
  }

  const waitMs = (): number => (held ? Math.max((held.lifetimeS * 1000) / 2, MIN_RENEWAL_MS) : RETRY_MS);

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      await turn().catch((error: unknown) => {
        if (stopping.signal.aborted) return;
        log.warn({ err: error }, 'the router could not be asked for a port');
        hold(undefined);
        state = { state: 'silent' };
      });
      await sleep(clock, waitMs(), stopping.signal).catch(() => undefined);
    }
  }

  async function giveBack({ externalPort, mapper }: Held): Promise<void> {
    const late = new AbortController();
    const limit = clock.after(FAREWELL_MS, () => late.abort(new Error('no answer of the router in time')));
    try {
      await mapper.unmap({ internalPort, externalPort }, late.signal);
    } catch (error) {
      log.warn({ err: error }, 'the router did not say that it closed the port');
    } finally {
      limit.cancel();
    }
  }

  const running = run();
  return {
    state: () => state,
    async stop() {
      stopping.abort(new Error('stopping'));
      await running;
      const last = held;
      hold(undefined);
      state = { state: 'off' };
      if (last) await giveBack(last);
    },
  };
}
