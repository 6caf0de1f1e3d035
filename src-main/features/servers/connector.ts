/** Opens a connection to a server as it is declared: starts the process or reaches the URL, and finds the era. */
import type { Clock } from '#shared/kernel/clock.ts';
import type { JsonObject } from '#shared/kernel/canonical.ts';
import { AppError } from '#shared/kernel/errors.ts';
import type { PackageTransport, ServerConfig } from '#shared/features/servers/config.ts';
import type { Era } from '#shared/features/servers/mcp.ts';
import type { Processes, ProcessSpec } from '#main/platform/processes.ts';
import { baseEnvironment, resolveValues } from './environment.ts';
import type { LogRing } from './log-ring.ts';
import type { UpstreamAuth } from './login/index.ts';
import { greetProcess, greetUrl } from './wire/greet.ts';
import { connectHttp } from './wire/http.ts';
import { readStderr } from './wire/stderr.ts';
import { connectStdio } from './wire/stdio.ts';
import { type Connection, type ConnectOptions, createConnection, type Handshake } from './wire/connection.ts';
import type { Wire, WireHandlers, WireOptions } from './wire/wire.ts';

type StdioTransport = Extract<ServerConfig['transport'], { type: 'stdio' }>;

/** How the server of a package is started, told anew for each start. */
export interface Launch {
  spec: ProcessSpec;
  /** After the process ended: what was set up for it goes. */
  release(): Promise<void>;
}

/** Who knows packages; servers do not. */
export type LaunchPackage = (
  server: string,
  transport: PackageTransport,
  about: { secret(name: string): string | undefined; note(text: string): void },
) => Promise<Launch>;

export interface ConnectorDeps {
  clock: Clock;
  processes: Processes;
  /** PATH for processes. */
  path(): Promise<string>;
  secret(name: string): string | undefined;
  /** The input schema of one of the server's tools, where it is known. */
  schemaOf(tool: string): JsonObject | undefined;
  log: LogRing;
  /** The login at a remote server, where one may be needed. */
  auth?: UpstreamAuth | undefined;
  launch: LaunchPackage;
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
  async function connectProcess(
    handlers: WireHandlers,
    shake: ConnectOptions,
    era: Era | undefined,
  ): Promise<Connection> {
    const { values, args } = resolveValues(config, deps.secret);
    const { command, cwd } = config.transport as StdioTransport;
    const env = { ...baseEnvironment(await deps.path()), ...values };
    return connectSpawned({ command, args, cwd, env }, handlers, shake, era);
  }

  async function connectPackage(
    handlers: WireHandlers,
    shake: ConnectOptions,
    era: Era | undefined,
  ): Promise<Connection> {
    const about = { secret: deps.secret, note: deps.log.event };
    const { release, spec } = await deps.launch(config.name, config.transport as PackageTransport, about);
    const noteFailure = (error: unknown) => deps.log.event(`could not be cleaned up after: ${String(error)}`);
    try {
      const connection = await connectSpawned(spec, handlers, shake, era);
      void connection.closed.then(release).catch(noteFailure);
      return connection;
    } catch (error) {
      await release().catch(noteFailure);
      throw error;
    }
  }

  async function connectSpawned(
    spec: ProcessSpec,
    handlers: WireHandlers,
    shake: ConnectOptions,
    era: Era | undefined,
  ): Promise<Connection> {
    const process = await deps.processes.spawn(spec);
    readStderr(process.stderr, deps.clock, deps.log.stderr);
    deps.log.event(`started, process ${process.pid}`);
    const wire = connectStdio(process, handlers, options);
    void wire.closed.then((reason) => deps.log.event(reason.message));
    return finish(wire, shake, () => greetProcess(wire, shake, era));
  }

  async function connectUrl(
    handlers: WireHandlers,
    shake: ConnectOptions,
    era: Era | undefined,
  ): Promise<Connection> {
    const { values, url } = resolveValues(config, deps.secret);
    const wire = connectHttp(
      { url, headers: values, schemaOf: deps.schemaOf, auth: deps.auth },
      handlers,
      options,
    );
    return finish(wire, shake, () => greetUrl(wire, shake, era, handlers));
  }

  /** A connection that comes of the handshake; without one, nothing stays behind. */
  async function finish(
    wire: Wire,
    shake: ConnectOptions,
    greet: () => Promise<Handshake>,
  ): Promise<Connection> {
    try {
      return createConnection(wire, await greet(), shake);
    } catch (error) {
      await wire.close();
      throw error;
    }
  }

  return {
    async connect(capabilities, handlers, stop, era) {
      const late = new AbortController();
      const timer = deps.clock.after(options.startTimeoutMs, () => late.abort());
      const shake = {
        capabilities,
        clientInfo: options.clientInfo,
        signal: AbortSignal.any([stop, late.signal]),
        ownTimeoutMs: options.startTimeoutMs,
      };
      const open = { stdio: connectProcess, http: connectUrl, package: connectPackage }[
        config.transport.type
      ];
      try {
        return await open(handlers, shake, era);
      } catch (error) {
        if (late.signal.aborted) throw hung(options.startTimeoutMs);
        if (stop.aborted) throw stop.reason;
        throw error;
      } finally {
        timer.cancel();
      }
    },
  };
}

const hung = (timeoutMs: number): AppError =>
  new AppError(
    'servers.start_timeout',
    `The server did not answer within ${Math.ceil(timeoutMs / 1_000)} s of its start.`,
    {
      advice: 'Look at its log; a first start that downloads something may need a second try.',
      retryable: true,
    },
  );
