/**
 * Identifiers. A provider is its Ed25519 root key: `z6Mk…`, the multibase base58btc form of multicodec 0xed01 and the
 * key (as in did:key). A tool's full id is `provider/server/tool@version#fingerprint`; names are labels, never identity.
 */
import { concatBytes, fromMultibase58, toMultibase58 } from './bytes.ts';
import { AppError } from './errors.ts';

/** `z6Mk…` of a provider's root key. */
export type ProviderId = string;
/** libp2p peer id in its text form (`12D3Koo…`). */
export type PeerId = string;
/** One of the networks that a node is in: `public`, or 16 hex characters of the SHA-256 of a private network's key. */
export type NetworkId = string;
export const PUBLIC_NETWORK: NetworkId = 'public';

const ED25519_PUB = Uint8Array.of(0xed, 0x01);
/** Identity multihash (0x00, 36 bytes) of libp2p's protobuf `PublicKey { type: Ed25519, data: 32 bytes }`. */
const PEER_ID_PREFIX = Uint8Array.of(0x00, 0x24, 0x08, 0x01, 0x12, 0x20);
/** Longer texts are not ids; base58 takes quadratic time. */
const MAX_KEY_TEXT = 64;

export const providerIdOf = (publicKey: Uint8Array): ProviderId =>
  toMultibase58(concatBytes(ED25519_PUB, ed25519Key(publicKey)));

/** The raw public key in a provider id. Throws `ids.bad_provider`. */
export function providerKeyOf(providerId: ProviderId): Uint8Array {
  const key = keyBehind(ED25519_PUB, providerId);
  if (key) return key;
  throw new AppError('ids.bad_provider', 'This is not a provider id.', {
    advice: 'A provider id starts with z6Mk; copy it whole from `toolswarm status` of the other node.',
  });
}

export const isProviderId = (text: string): boolean => keyBehind(ED25519_PUB, text) !== undefined;

/** The libp2p peer id of a node's raw Ed25519 public key: it holds the key itself. */
export const peerIdOf = (publicKey: Uint8Array): PeerId =>
  toMultibase58(concatBytes(PEER_ID_PREFIX, ed25519Key(publicKey))).slice(1);

/** The raw public key in a peer id. Throws `ids.bad_peer`, also for peer ids of other kinds of keys. */
export function peerKeyOf(peerId: PeerId): Uint8Array {
  const key = keyBehind(PEER_ID_PREFIX, `z${peerId}`);
  if (key) return key;
  throw new AppError('ids.bad_peer', 'This is not the peer id of a node.', {
    advice: 'A peer id starts with 12D3KooW; copy it whole from `toolswarm status` of the other node.',
  });
}

export const isPeerId = (text: string): boolean => keyBehind(PEER_ID_PREFIX, `z${text}`) !== undefined;

function keyBehind(prefix: Uint8Array, multibase: string): Uint8Array | undefined {
  if (multibase.length > MAX_KEY_TEXT || !/^z[1-9A-HJ-NP-Za-km-z]+$/.test(multibase)) return undefined;
  const bytes = fromMultibase58(multibase);
  const fits = bytes.length === prefix.length + 32 && prefix.every((byte, index) => bytes[index] === byte);
  return fits ? bytes.slice(prefix.length) : undefined;
}

function ed25519Key(publicKey: Uint8Array): Uint8Array {
  if (publicKey.length !== 32) throw new TypeError('an Ed25519 public key has 32 bytes');
  return publicKey;
}

/** What a server may be called: it appears in ids, command lines and catalog names. */
export const SERVER_NAME = /^[a-z0-9][a-z0-9_-]{0,30}$/;

export interface ToolId {
  provider: ProviderId;
  server: string;
  /** The tool's name at its server, as the server gives it. */
  tool: string;
  version?: string;
  /** Lower-case hex SHA-256 (see registry `fingerprintOf`). */
  fingerprint?: string;
}

/** Throws `ids.bad_tool` for names that are not well-formed Unicode: they have no text form of their own. */
export function formatToolId(id: ToolId): string {
  const version = id.version ? `@${escapeName(id.version)}` : '';
  const fingerprint = id.fingerprint ? `#${id.fingerprint}` : '';
  return `${id.provider}/${id.server}/${escapeName(id.tool)}${version}${fingerprint}`;
}

/**
 * Parses a full id; `undefined` where the text is not one (it may be a short form, alias or catalog name). Only the form
 * that {@link formatToolId} writes is accepted: one tool has one id.
 */
export function parseToolId(text: string): ToolId | undefined {
  const match = /^([^/]+)\/([^/]+)\/([^/@#]+)(?:@([^/@#]+))?(?:#([0-9a-f]{64}))?$/.exec(text);
  const [, provider, server, toolText, versionText, fingerprint] = match ?? [];
  if (!provider || !server || !toolText || !isProviderId(provider) || !SERVER_NAME.test(server))
    return undefined;
  const tool = unescapeName(toolText);
  const version = versionText === undefined ? undefined : unescapeName(versionText);
  if (tool === undefined || (versionText !== undefined && version === undefined)) return undefined;
  return { provider, server, tool, ...(version ? { version } : {}), ...(fingerprint ? { fingerprint } : {}) };
}

function escapeName(name: string): string {
  if (name !== '' && name.isWellFormed()) return encodeURIComponent(name);
  throw new AppError('ids.bad_tool', 'This tool has no usable name.', {
    advice: 'Its server must be repaired: names are well-formed Unicode and not empty.',
  });
}

/** The name behind its escaped form, or undefined where {@link escapeName} writes it differently. */
function unescapeName(text: string): string | undefined {
  try {
    const name = decodeURIComponent(text);
    return encodeURIComponent(name) === text ? name : undefined;
  } catch {
    // A broken escape: not an id.
    return undefined;
  }
}
