/** The words of MCP that the endpoint and its clients agree on: keys, codes, headers, methods. */
import { LEGACY_VERSIONS, MODERN_VERSIONS } from '../servers/mcp.ts';

/** Reserved `_meta` keys of the modern era. */
export const META = {
  protocolVersion: 'io.modelcontextprotocol/protocolVersion',
  clientInfo: 'io.modelcontextprotocol/clientInfo',
  clientCapabilities: 'io.modelcontextprotocol/clientCapabilities',
  serverInfo: 'io.modelcontextprotocol/serverInfo',
  subscriptionId: 'io.modelcontextprotocol/subscriptionId',
  logLevel: 'io.modelcontextprotocol/logLevel',
} as const;

/** Where an `isError` result carries the fault behind it, as an `ErrorShape`. */
export const ERROR_META = 'io.toolswarm/error';

/** Codes beyond JSON-RPC's own (`JSON_RPC` in servers/mcp.ts). */
export const CODES = {
  /** Transport-level refusals that have no code of their own. */
  refused: -32_000,
  sessionNotFound: -32_001,
  /** Legacy revisions; modern ones say invalid params. */
  resourceNotFound: -32_002,
  headerMismatch: -32_020,
  missingCapability: -32_021,
  unsupportedVersion: -32_022,
} as const;

/** Request headers, as Node spells them. */
export const HEADERS = {
  version: 'mcp-protocol-version',
  method: 'mcp-method',
  name: 'mcp-name',
  session: 'mcp-session-id',
  lastEvent: 'last-event-id',
  paramPrefix: 'mcp-param-',
} as const;

const FIRST_MODERN = MODERN_VERSIONS[0];

/** Revisions are dates, so that text order is time order. */
export const isModernVersion = (version: string): boolean => version >= FIRST_MODERN;
export const isServedModern = (version: string): boolean =>
  (MODERN_VERSIONS as readonly string[]).includes(version);
export const isServedLegacy = (version: string): boolean =>
  (LEGACY_VERSIONS as readonly string[]).includes(version);

/** The revision of a legacy session: what the client asked for where we speak it, else our newest. */
export const negotiateLegacy = (requested: unknown): string =>
  typeof requested === 'string' && isServedLegacy(requested) ? requested : LEGACY_VERSIONS[0];

/** Batches came with 2025-03-26 and went with 2025-06-18. */
export const allowsBatches = (version: string): boolean => version <= '2025-03-26';
/** Events without data, which open a resumable stream, confuse older clients. */
export const allowsPrimingEvents = (version: string): boolean => version >= '2025-11-25';

const LEVELS = ['debug', 'info', 'notice', 'warning', 'error', 'critical', 'alert', 'emergency'];

export const isLogLevel = (level: unknown): level is string =>
  typeof level === 'string' && LEVELS.includes(level);
/** Whether a message of `level` passes a threshold. Unknown levels pass: dropping them would hide something. */
export const passesLevel = (level: unknown, threshold: string): boolean =>
  typeof level !== 'string' || !LEVELS.includes(level) || LEVELS.indexOf(level) >= LEVELS.indexOf(threshold);
