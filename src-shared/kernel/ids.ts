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

const ED25519_PUB = Uint8Array.of(0xed, 0x01);

export const providerIdOf = (publicKey: Uint8Array): ProviderId =>
  toMultibase58(concatBytes(ED25519_PUB, publicKey));

/** The raw public key in a provider id. Throws `ids.bad_provider`. */
export function providerKeyOf(providerId: ProviderId): Uint8Array {
  try {
    const bytes = fromMultibase58(providerId);
    if (bytes.length === 34 && bytes[0] === ED25519_PUB[0] && bytes[1] === ED25519_PUB[1])
      return bytes.slice(2);
  } catch {
    // Falls through to the one error below: not base58 at all is as wrong as a key of another kind.
  }
  throw new AppError('ids.bad_provider', 'This is not a provider id.', {
    advice: 'A provider id starts with z6Mk; copy it whole from `toolswarm status` of the other node.',
  });
}

export const isProviderId = (text: string): boolean => /^z6Mk[1-9A-HJ-NP-Za-km-z]{44}$/.test(text);

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

export function formatToolId(id: ToolId): string {
  const version = id.version ? `@${encodeURIComponent(id.version)}` : '';
  const fingerprint = id.fingerprint ? `#${id.fingerprint}` : '';
  return `${id.provider}/${id.server}/${encodeURIComponent(id.tool)}${version}${fingerprint}`;
}

/** Parses a full id; `undefined` where the text is not one (it may be a short form, alias or catalog name). */
export function parseToolId(text: string): ToolId | undefined {
  const match = /^(z6Mk[^/]+)\/([^/]+)\/([^/@#]+)(?:@([^#]+))?(?:#([0-9a-f]{64}))?$/.exec(text);
  if (!match?.[1] || !match[2] || !match[3]) return undefined;
  return {
    provider: match[1],
    server: match[2],
    tool: decodeURIComponent(match[3]),
    ...(match[4] ? { version: decodeURIComponent(match[4]) } : {}),
    ...(match[5] ? { fingerprint: match[5] } : {}),
  };
}
