/**
 * The provider's side of sessions: his sealing key, which lives in memory alone and is changed every twelve hours, so that
 * what was recorded on the way cannot be read later; and the sessions that consumers opened with it.
 */
import { seal, type Envelope, open, type Signer, type Verify } from '#shared/kernel/envelope.ts';
import type { SealPolicy } from '#shared/features/access/seal-policies.ts';
import {
  fullBucket,
  type Rate,
  refilled,
  taken,
  waitFor,
  type Bucket,
} from '#shared/features/relay/buckets.ts';
import { relayError } from '#shared/features/relay/errors.ts';
import {
  createReplayWindow,
  decodeSealMessage,
  encodeSealMessage,
  hpkeInfo,
  type ReplayWindow,
  SEALING_KEY_TYPE,
  SEALING_SESSION_TYPE,
  type SealingSession,
  sealingSessionSchema,
  sealRequestSchema,
} from '#shared/features/relay/sealing.ts';
import { equalBytes } from '#shared/kernel/bytes.ts';
import type { Clock } from '#shared/kernel/clock.ts';
import { type PeerId, peerIdOf } from '#shared/kernel/ids.ts';
import type { Random } from '#shared/kernel/random.ts';
import type { PeerInfo } from '../../p2p/index.ts';
import { type SessionKeys, sessionKeys } from './cipher.ts';
import type { SealingPair } from './suite.ts';

/** A key is offered for so long, and opens sessions for as long again. */
const KEY_TURN_MS = 12 * 3_600_000;
const SESSION_MS = 3_600_000;
const MAX_SESSIONS = 4_096;
/** What comes through one peer must not push out the sessions of others. */
const MAX_SESSIONS_PER_PEER = 256;
/** Opening takes two milliseconds of work: so often each peer may ask for it. */
const OPENINGS: Rate = { perMinute: 60, burst: 32 };
const MAX_BUCKETS = 4_096;
const NONCE_BYTES = 32;

export interface ProviderSession {
  keys: SessionKeys;
  /** The node that opened it; others may carry its calls. */
  consumer: PeerId;
  window: ReplayWindow;
  /** Monotonic ms. */
  until: number;
  through: PeerId;
}

/** This node as sealing needs it. */
export interface SealingSelf {
  peerId: PeerId;
  signer: Signer;
  certificate(): Uint8Array;
}

export interface KeeperDeps {
  self: SealingSelf;
  verify: Verify;
  clock: Pick<Clock, 'now' | 'monotonic'>;
  random: Random;
  /** Throws where the peer may not call the tool. */
  refuse(peer: PeerInfo, server: string, tool: string): void;
  policy(server: string, tool: string): SealPolicy;
}

export interface Keeper {
  /** Answers one message of the sealing protocol. */
  answer(message: Uint8Array, peer: PeerInfo): Promise<Uint8Array>;
  /** Throws `relay.seal_unknown`. */
  session(id: string): ProviderSession;
}

interface HeldKey extends SealingPair {
  envelope: Envelope;
}

export function createKeeper({ clock, policy, random, refuse, self, verify }: KeeperDeps): Keeper {
  /** The one in use, and the one before it; in the making while the first consumer waits. */
  let keys: Array<Promise<HeldKey>> = [];
  let turnedAt = -Infinity;
  /** By id, the oldest first. */
  const sessions = new Map<string, ProviderSession>();
  const buckets = new Map<PeerId, Bucket>();

  function currentKey(): Promise<HeldKey> {
    const now = clock.monotonic();
    if (now - turnedAt >= KEY_TURN_MS) {
      const before = now - turnedAt < 2 * KEY_TURN_MS ? keys.slice(0, 1) : [];
      keys = [makeKey(), ...before];
      turnedAt = now;
    }
    return keys[0] as Promise<HeldKey>;
  }

  async function makeKey(): Promise<HeldKey> {
    const { sealingPair } = await import('./suite.ts');
    const made = await sealingPair(random.bytes(32));
    const issuedAt = clock.now();
    const payload = { key: made.publicKey, issuedAt, expiresAt: issuedAt + 2 * KEY_TURN_MS };
    return { ...made, envelope: seal(SEALING_KEY_TYPE, payload, self.signer) };
  }

  async function keyFor(publicKey: Uint8Array): Promise<HeldKey> {
    await currentKey();
    for (const key of await Promise.all(keys)) if (equalBytes(key.publicKey, publicKey)) return key;
    throw relayError('relay.seal_unknown');
  }

  function payForOpening(peer: PeerId): void {
    const now = clock.monotonic();
    const bucket = refilled(buckets.get(peer) ?? fullBucket(OPENINGS, now), OPENINGS, now);
    buckets.delete(peer);
    const retryAfterMs = waitFor(bucket, OPENINGS, 1);
    buckets.set(peer, retryAfterMs > 0 ? bucket : taken(bucket, 1));
    if (buckets.size > MAX_BUCKETS) buckets.delete(buckets.keys().next().value as PeerId);
    if (retryAfterMs > 0) throw relayError('relay.rate_limited', undefined, { retryAfterMs });
  }

  async function openSession(envelope: Uint8Array, through: PeerId): Promise<Uint8Array> {
    const { consumer, session } = readSession(envelope);
    if (session.provider !== self.peerId) throw relayError('relay.seal_broken');
    const key = await keyFor(session.key);
    const { decapsulate } = await import('./suite.ts');
    const secret = await decapsulate(key.pair, session.enc, hpkeInfo(self.peerId, consumer)).catch(() => {
      throw relayError('relay.seal_broken');
    });
    const nonce = random.bytes(NONCE_BYTES);
    const made = sessionKeys(secret, nonce, envelope);
    keep({
      keys: made,
      consumer,
      through,
      window: createReplayWindow(),
      until: clock.monotonic() + SESSION_MS,
    });
    return encodeSealMessage({ nonce, lastsMs: SESSION_MS });
  }

  function readSession(envelope: Uint8Array): { session: SealingSession; consumer: PeerId } {
    try {
      const { publicKey, value } = open(envelope, SEALING_SESSION_TYPE, verify);
      return { session: sealingSessionSchema.parse(value), consumer: peerIdOf(publicKey) };
    } catch {
      throw relayError('relay.seal_broken');
    }
  }

  function keep(session: ProviderSession): void {
    const sameWay = [...sessions].filter(([, { through }]) => through === session.through);
    if (sameWay.length >= MAX_SESSIONS_PER_PEER) sessions.delete((sameWay[0] as [string, unknown])[0]);
    sessions.set(session.keys.id, session);
    if (sessions.size > MAX_SESSIONS) sessions.delete(sessions.keys().next().value as string);
  }

  return {
    async answer(message, peer) {
      const request = decodeSealMessage(sealRequestSchema, message);
      refuse(peer, request.server, request.tool);
      if (policy(request.server, request.tool) === 'off') throw relayError('relay.seal_refused');
      if (request.t === 'open') {
        payForOpening(peer.peerId);
        return openSession(request.session, peer.peerId);
      }
      const { envelope } = await currentKey();
      return encodeSealMessage({ certificate: self.certificate(), key: envelope.bytes });
    },
    session(id) {
      const session = sessions.get(id);
      if (session && session.until > clock.monotonic()) return session;
      sessions.delete(id);
      throw relayError('relay.seal_unknown');
    },
  };
}
