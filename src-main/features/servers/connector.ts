/** Opens a connection to a server as it is declared: starts the process or reaches the URL, and finds the era. */
import type { Clock } from '#shared/kernel/clock.ts';
import type { JsonObject } from '#shared/kernel/canonical.ts';
import { AppError } from '#shared/kernel/errors.ts';
import type { ServerConfig } from '#shared/features/servers/config.ts';
import type { Era } from '#shared/features/servers/mcp.ts';
import type { Processes } from '#main/platform/processes.ts';
import { baseEnvironment, resolveValues } from './environment.ts';
import type { LogRing } from './log-ring.ts';
import { connectStdio } from './wire/stdio.ts';
import {
  type Connection,
  createConnection,
  discover,
  type Handshake,
  initialize,
  speaksModernOnly,
} from './wire/connection.ts';
import type { Wire, WireHandlers, WireOptions } from './wire/wire.ts';

export interface ConnectorDeps {
  clock: Clock;
  processes: Processes;
  /** PATH for processes. */
  path(): Promise<string>;
  secret(name: string): string | undefined;
  log: LogRing;
}

export interface ConnectorOptions extends WireOptions {
  clientInfo: JsonObject;
  /** From the start to the end of the handshake. */
  startTimeoutMs: number;
}

export interface Connector {
  /** @param era what is known already. */
  connect(
    capabilities: JsonObject,
    handlers: WireHandlers,
    signal: AbortSignal,
    era: Era | undefined,
  ): Promise<Connection>;
}

export function createConnector(
  deps: ConnectorDeps,
  config: ServerConfig,
  options: ConnectorOptions,
): Connector {
  async function openWire(handlers: WireHandlers): Promise<Wire> {
    const { values, args } = resolveValues(config, deps.secret);
    if (config.transport.type !== 'stdio') throw new AppError('servers.protocol', 'HTTP comes next.');
    const { command, cwd } = config.transport;
    const env = { ...baseEnvironment(await deps.path()), ...values };
    const process = await deps.processes.spawn({ command, args, cwd, env });
    process.stderr.setEncoding('utf8').on('data', (text: string) => deps.log.stderr(text));
    process.stderr.on('error', () => undefined);
    deps.log.event(`started, process ${process.pid}`);
    const wire = connectStdio(process, handlers, options);
    void wire.closed.then((reason) => deps.log.event(reason.message));
    return wire;
  }

  return {
    async connect(capabilities, handlers, stop, era) {
      const late = new AbortController();
      const timer = deps.clock.after(options.startTimeoutMs, () => late.abort());
      const signal = AbortSignal.any([stop, late.signal]);
      const wire = await openWire(handlers);
      try {
        const shake = { capabilities, clientInfo: options.clientInfo, signal };
        const handshake = await handshakeOf(wire, shake, era);
        return createConnection(wire, handshake, options.clientInfo);
      } catch (error) {
        await wire.close();
        if (late.signal.aborted) throw hung(options.startTimeoutMs);
        if (stop.aborted) throw stop.reason;
        throw error;
      } finally {
        timer.cancel();
      }
    },
  };
}

/** stdio servers are greeted in the older way unless known better: some end on anything else. */
async function handshakeOf(
  wire: Wire,
  shake: Parameters<typeof initialize>[1],
  era: Era | undefined,
): Promise<Handshake> {
  if (era === 'modern') return discover(wire, shake);
  try {
    const handshake = await initialize(wire, shake);
    wire.peer.notify('notifications/initialized');
    return handshake;
  } catch (error) {
    if (!speaksModernOnly(error)) throw error;
    return discover(wire, shake);
  }
}

const hung = (timeoutMs: number): AppError =>
  new AppError(
    'servers.start_timeout',
    `The server did not answer within ${Math.round(timeoutMs / 1_000)} s of its start.`,
    {
      advice: 'Look at its log; a first start that downloads something may need a second try.',
      retryable: true,
    },
  );
