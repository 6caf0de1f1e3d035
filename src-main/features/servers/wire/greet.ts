/** Which era a server speaks, and the handshake that follows. */
import { AppError } from '#shared/kernel/errors.ts';
import { type Era, JSON_RPC, McpError, MODERN_VERSIONS } from '#shared/features/servers/mcp.ts';
import { type ConnectOptions, discover, type Handshake, initialize } from './connection.ts';
import type { HttpWire } from './http.ts';
import { isObject } from './messages.ts';
import type { Wire, WireHandlers } from './wire.ts';

const UNSUPPORTED_VERSION = -32_022;

/** Processes are greeted in the older way unless known better, for some end on anything else. */
export async function greetProcess(
  wire: Wire,
  shake: ConnectOptions,
  era: Era | undefined,
): Promise<Handshake> {
  if (era !== 'modern')
    return greetOlder(wire, shake).catch((error: unknown) => {
      if (!refusesOlder(error)) throw error;
      return discover(wire, shake);
    });
  return discover(wire, shake).catch((error: unknown) => {
    if (!refusesModern(error)) throw error;
    return greetOlder(wire, shake);
  });
}

/** A URL is asked `server/discover` first unless known to be of the older kind. */
export async function greetUrl(
  wire: HttpWire,
  shake: ConnectOptions,
  era: Era | undefined,
  handlers: WireHandlers,
): Promise<Handshake> {
  if (era !== 'legacy') {
    try {
      return await discover(wire, shake);
    } catch (error) {
      if (!refusesModern(error)) throw error;
    }
  }
  return greetSession(wire, shake, handlers);
}

async function greetSession(
  wire: HttpWire,
  shake: ConnectOptions,
  handlers: WireHandlers,
): Promise<Handshake> {
  const handshake = await initialize(wire, shake);
  // A later session is made like the first; only the time limit of the first start does not hold for it.
  const renew = async () => {
    await greetSession(wire, { ...shake, signal: new AbortController().signal }, handlers);
    handlers.onRenewed();
  };
  wire.settle(handshake.protocolVersion, renew);
  wire.peer.notify('notifications/initialized');
  return handshake;
}

async function greetOlder(wire: Wire, shake: ConnectOptions): Promise<Handshake> {
  const handshake = await initialize(wire, shake);
  wire.peer.notify('notifications/initialized');
  return handshake;
}

/** Whether a refused `initialize` is that of a server which speaks modern revisions only. */
export const refusesOlder = (error: unknown): boolean =>
  error instanceof McpError && (error.code === JSON_RPC.methodNotFound || error.code === UNSUPPORTED_VERSION);

/**
 * Whether a refused `server/discover` is that of a server of the older kind. Refused credentials, broken servers and
 * silence say nothing about the era.
 */
export function refusesModern(error: unknown): boolean {
  if (error instanceof McpError) return !(error.code === UNSUPPORTED_VERSION && namesModern(error.data));
  const status =
    error instanceof AppError && error.code === 'servers.http_error' ? Number(error.details?.['status']) : 0;
  return status >= 400 && status < 500;
}

/** A modern server of another revision: nothing older to fall back to. */
function namesModern(data: McpError['data']): boolean {
  const supported = isObject(data) && Array.isArray(data['supported']) ? data['supported'] : [];
  return supported.some((version) => typeof version === 'string' && version >= MODERN_VERSIONS[0]);
}
