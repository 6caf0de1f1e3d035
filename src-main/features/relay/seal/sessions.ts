/** The consumer's side of sessions: opened with the first sealed call to a node, used until they end. */
import { relayError } from '#shared/features/relay/errors.ts';
import {
  decodeSealMessage,
  encodeSealMessage,
  hpkeInfo,
  keyAnswerSchema,
  openAnswerSchema,
  SEAL_PROTOCOL,
  SEALING_KEY_TYPE,
  SEALING_SESSION_TYPE,
  type SealingKey,
  sealingKeySchema,
  type SealRequest,
} from '#shared/features/relay/sealing.ts';
import type { CertifiedNode } from '#shared/features/registry/entry.ts';
import { equalBytes } from '#shared/kernel/bytes.ts';
import type { Clock } from '#shared/kernel/clock.ts';
import { open, seal, type Verify } from '#shared/kernel/envelope.ts';
import type { PeerId, ProviderId } from '#shared/kernel/ids.ts';
import type { Random } from '#shared/kernel/random.ts';
import type { Network } from '../../p2p/index.ts';
import { type SessionKeys, sessionKeys } from './cipher.ts';
import type { SealingSelf } from './keeper.ts';

const MAX_SESSIONS = 1_024;
/** A session is not used in its last moments, lest the call come too late. */
const SPARE_MS = 60_000;
/** Clocks of nodes differ. */
const CLOCK_SKEW_MS = 3_600_000;
const OPENING_MS = 10_000;
const KEY_SEED_BYTES = 32;
/** Beyond so many calls a session is opened anew. */
const MAX_CALLS = 2 ** 32;

export interface ConsumerSession {
  keys: SessionKeys;
  /** Number of the next call. */
  next: number;
  /** Monotonic ms. */
  until: number;
}

/** Whose node may hold the key, through whom it is asked for, and the tool it is about. */
export interface SealedWay {
  carrier: PeerId;
  provider: ProviderId;
  server: string;
  tool: string;
  /** The carrier's name for what he shares on. */
  at?: string | undefined;
}

export interface ConsumerSessions {
  /** Rejects with what the node or the way to it refuses with, or `relay.seal_broken` where its key does not hold. */
  to(way: SealedWay): Promise<ConsumerSession>;
  /** The other end does not know it any more. */
  forget(way: SealedWay): void;
}

export interface SessionsDeps {
  network: Pick<Network, 'call'>;
  self: SealingSelf;
  verify: Verify;
  /** Verifies a node certificate; throws where it does not hold. */
  certified(certificate: Uint8Array): CertifiedNode;
  clock: Pick<Clock, 'now' | 'monotonic'>;
  random: Random;
}

export function createConsumerSessions(deps: SessionsDeps): ConsumerSessions {
  const { clock, random, self } = deps;
  /** One opening at a time for each way; the one used last stands last. */
  const sessions = new Map<string, Promise<ConsumerSession>>();

  const ask = (carrier: PeerId, request: SealRequest) =>
    deps.network.call(carrier, SEAL_PROTOCOL, encodeSealMessage(request), {
      timeoutMs: OPENING_MS,
      maxResponseBytes: 16 * 1024,
    }).response;

  async function sealingKey({ at, carrier, provider, server, tool }: SealedWay) {
    const answer = decodeSealMessage(keyAnswerSchema, await ask(carrier, { t: 'key', server, tool, at }));
    const node = nodeOf(answer.certificate);
    if (node.providerId !== provider) throw relayError('relay.seal_broken');
    return { node: node.peerId, key: readKey(answer.key, node).key };
  }

  /** The node whose certificate this is. Whoever carries it could send anything. */
  function nodeOf(certificate: Uint8Array): CertifiedNode {
    try {
      return deps.certified(certificate);
    } catch {
      throw relayError('relay.seal_broken');
    }
  }

  function readKey(envelope: Uint8Array, node: CertifiedNode): SealingKey {
    try {
      const { publicKey, value } = open(envelope, SEALING_KEY_TYPE, deps.verify);
      const key = sealingKeySchema.parse(value);
      const now = clock.now();
      const isInForce = key.issuedAt <= now + CLOCK_SKEW_MS && key.expiresAt > now - CLOCK_SKEW_MS;
      if (isInForce && equalBytes(publicKey, node.nodePublicKey)) return key;
    } catch {
      // A key that cannot be read is as good as one that does not hold: both end below.
    }
    throw relayError('relay.seal_broken');
  }

  async function openSession(way: SealedWay): Promise<ConsumerSession> {
    const { key, node } = await sealingKey(way);
    const { encapsulate } = await import('./suite.ts');
    const info = hpkeInfo(node, self.peerId);
    const { enc, secret } = await encapsulate(key, info, random.bytes(KEY_SEED_BYTES));
    const payload = { enc, key, provider: node, issuedAt: clock.now() };
    const session = seal(SEALING_SESSION_TYPE, payload, self.signer).bytes;
    const { at, server, tool } = way;
    const opened = await ask(way.carrier, { t: 'open', server, tool, session, at });
    const { lastsMs, nonce } = decodeSealMessage(openAnswerSchema, opened);
    return {
      keys: sessionKeys(secret, nonce, session),
      next: 0,
      until: clock.monotonic() + lastsMs - SPARE_MS,
    };
  }

  function begin(way: SealedWay): Promise<ConsumerSession> {
    const id = idOf(way);
    const opening = openSession(way);
    sessions.set(id, opening);
    if (sessions.size > MAX_SESSIONS) sessions.delete(sessions.keys().next().value as string);
    // Who waits for it is told by the promise itself; the next call tries anew.
    opening.catch(() => {
      if (sessions.get(id) === opening) sessions.delete(id);
    });
    return opening;
  }

  return {
    async to(way) {
      const id = idOf(way);
      const known = sessions.get(id);
      if (!known) return begin(way);
      sessions.delete(id);
      sessions.set(id, known);
      const session = await known;
      if (session.until > clock.monotonic() && session.next < MAX_CALLS) return session;
      const since = sessions.get(id);
      return since === known || !since ? begin(way) : since;
    },
    forget: (way) => void sessions.delete(idOf(way)),
  };
}

/** A carrier may bring calls of different servers to different nodes. */
const idOf = ({ at = '', carrier, provider, server }: SealedWay): string =>
  `${carrier} ${provider} ${server} ${at}`;
