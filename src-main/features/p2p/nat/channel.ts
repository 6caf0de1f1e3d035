/**
 * Ties a hello to the very connection on which it is said. WebRTC has no handshake that proves node keys: its encryption
 * (DTLS) proves fingerprints that were exchanged beforehand. Each side therefore signs both fingerprints as it sees
 * them, its own first, with its node key. Whoever sits between has other fingerprints towards at least one side, and can
 * sign for neither. Fingerprints are made anew for each connection: a proof is worth nothing on another one.
 */
import { createPrivateKey, createPublicKey, sign, verify } from 'node:crypto';
import { concatBytes, utf8 } from '#shared/kernel/bytes.ts';

const DOMAIN = utf8('toolswarm/channel/1\0');
const PKCS8_ED25519 = Buffer.from('302e020100300506032b657004220420', 'hex');
const SPKI_ED25519 = Buffer.from('302a300506032b6570032100', 'hex');

/** SHA-256 of the certificates that the two sides of a DTLS connection use, as this side sees them. */
export interface Fingerprints {
  own: Uint8Array;
  peer: Uint8Array;
}

/** What a hello says and checks on a connection that does not prove node keys by itself. */
export interface Channel {
  proof: Uint8Array;
  /** Whether the peer's key signed this very connection. */
  isProvenBy(proof: Uint8Array | undefined): boolean;
}

/** @param seed this node's Ed25519 seed, @param peerKey the raw public key that the peer's id names (32 bytes each). */
export function createChannel({ own, peer }: Fingerprints, seed: Uint8Array, peerKey: Uint8Array): Channel {
  const privateKey = createPrivateKey({
    key: concatBytes(PKCS8_ED25519, seed) as Buffer,
    format: 'der',
    type: 'pkcs8',
  });
  const publicKey = createPublicKey({
    key: concatBytes(SPKI_ED25519, peerKey) as Buffer,
    format: 'der',
    type: 'spki',
  });
  return {
    proof: new Uint8Array(sign(null, concatBytes(DOMAIN, own, peer), privateKey)),
    isProvenBy: (proof) => !!proof && verify(null, concatBytes(DOMAIN, peer, own), publicKey, proof),
  };
}

/** The SHA-256 fingerprint in a session description; undefined where it has none, or more than one. */
export function fingerprintIn(sdp: string): Uint8Array | undefined {
  const found = new Set(
    [...sdp.matchAll(/^a=fingerprint:sha-256 ([0-9a-f:]{95})\s*$/gim)].map(([, hex]) => hex),
  );
  const [only] = found;
  return found.size === 1 && only ? Uint8Array.from(Buffer.from(only.replaceAll(':', ''), 'hex')) : undefined;
}
