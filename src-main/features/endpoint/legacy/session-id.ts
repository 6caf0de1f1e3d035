/**
 * Session ids that say all that a session is: authenticated with a key that outlives the process, so that a client's
 * session survives a restart of the node. Form: `s1.<base64url of JSON>.<base64url of HMAC-SHA-256, 18 bytes>`.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { JsonObject, JsonValue } from '#shared/kernel/canonical.ts';
import type { Random } from '#shared/kernel/random.ts';
import { isObject } from '#shared/features/endpoint/messages.ts';
import { isServedLegacy } from '#shared/features/endpoint/protocol.ts';

/** What a session id carries. */
export interface SessionFacts {
  version: string;
  clientId: string;
  profile: string;
  capabilities: JsonObject;
  clientInfo: JsonObject | undefined;
}

/** Characters of an id; headers of clients and middle boxes have room for it many times over. */
export const MAX_SESSION_ID = 2_048;
const MAX_INFO_TEXT = 64;
const MAC_BYTES = 18;

export interface SessionIds {
  mint(facts: SessionFacts): string;
  /** The facts of an id that we minted, at any time; `undefined` for every other text. */
  read(id: string): SessionFacts | undefined;
}

/** @param key at least 32 secret bytes, kept across restarts. */
export function createSessionIds(key: Uint8Array, random: Random): SessionIds {
  const macOf = (body: string): Buffer =>
    createHmac('sha256', key).update(`toolswarm mcp session\n${body}`).digest().subarray(0, MAC_BYTES);

  const seal = (facts: SessionFacts, capabilities: JsonObject): string => {
    const nonce = Buffer.from(random.bytes(12)).toString('base64url');
    const tuple = [facts.version, facts.clientId, facts.profile, capabilities, clip(facts.clientInfo), nonce];
    const body = `s1.${Buffer.from(JSON.stringify(tuple)).toString('base64url')}`;
    return `${body}.${macOf(body).toString('base64url')}`;
  };

  return {
    mint(facts) {
      const whole = seal(facts, facts.capabilities);
      return whole.length <= MAX_SESSION_ID ? whole : seal(facts, essential(facts.capabilities));
    },
    read(id) {
      if (id.length > MAX_SESSION_ID) return undefined;
      const end = id.lastIndexOf('.');
      const mac = Buffer.from(id.slice(end + 1), 'base64url');
      if (!id.startsWith('s1.') || end < 4 || mac.length !== MAC_BYTES) return undefined;
      if (!timingSafeEqual(mac, macOf(id.slice(0, end)))) return undefined;
      return factsOf(JSON.parse(Buffer.from(id.slice(3, end), 'base64url').toString()) as JsonValue);
    },
  };
}

/** What was sealed by an older version of ours may have another shape. */
function factsOf(tuple: JsonValue): SessionFacts | undefined {
  if (!Array.isArray(tuple)) return undefined;
  const [version, clientId, profile, capabilities, clientInfo] = tuple;
  if (typeof version !== 'string' || typeof clientId !== 'string' || typeof profile !== 'string')
    return undefined;
  if (!isServedLegacy(version) || !isObject(capabilities)) return undefined;
  return {
    version,
    clientId,
    profile,
    capabilities,
    clientInfo: isObject(clientInfo) ? clientInfo : undefined,
  };
}

/** Name and version alone, each of bounded length. */
function clip(info: JsonObject | undefined): JsonObject | null {
  if (!info) return null;
  const text = (value: JsonValue | undefined): string =>
    typeof value === 'string' ? value.slice(0, MAX_INFO_TEXT) : '';
  return { name: text(info['name']), version: text(info['version']) };
}

/** The capabilities that decide what a client may be asked, without the open-ended ones. */
function essential(capabilities: JsonObject): JsonObject {
  const kept: JsonObject = {};
  for (const name of ['roots', 'sampling', 'elicitation'])
    if (isObject(capabilities[name])) kept[name] = flags(capabilities[name]);
  return kept;
}

const flags = (capability: JsonObject): JsonObject =>
  Object.fromEntries(
    ['listChanged', 'form', 'url', 'tools', 'context']
      .filter((name) => capability[name] !== undefined)
      .map((name) => [name, capability[name] === true ? true : {}]),
  );
