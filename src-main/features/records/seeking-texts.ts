/**
 * Texts that did not come with their record, which is how what is announced comes: its own node is asked for them soon,
 * else whoever may have them by now, and a few times again. What is still missing then comes when a peer is read.
 */
import { decodeTextsReply } from '#shared/features/records/messages.ts';
import type { CborValue } from '#shared/kernel/canonical.ts';
import type { Clock, Timer } from '#shared/kernel/clock.ts';
import { AppError } from '#shared/kernel/errors.ts';
import { jitter, type Random } from '#shared/kernel/random.ts';
import type { Log } from '../../platform/log.ts';
import type { Network, PeerInfo } from '../p2p/index.ts';
import type { Conduct } from './conduct.ts';
import { isOfNode } from './keys.ts';
import type { RecordStore, StoredRecord } from './store.ts';
import type { Texts } from './texts.ts';

/** When it is asked, after the time before; spread, since everybody who heard the announcement asks. */
const TRIES_MS = [200, 1000, 5000, 20_000];
const SPREAD = 0.5;
/** Records whose texts are sought at the same time. */
const MAX_SOUGHT = 64;

export interface TextSeeking {
  /** Seeks what is missing beside a record; nothing where nothing is missing. */
  seek(type: string, key: string): void;
  stop(): void;
}

export interface TextSeekingDeps {
  network: Network;
  store: RecordStore;
  texts: Texts;
  conduct: Conduct;
  clock: Clock;
  random: Random;
  log: Log;
  ask(peer: PeerInfo, request: CborValue): Promise<Uint8Array>;
}

export function createTextSeeking(deps: TextSeekingDeps): TextSeeking {
  const { clock, conduct, network, random, store, texts } = deps;
  const sought = new Map<string, Timer>();

  function seek(type: string, key: string, attempt = 0): void {
    const name = `${type}\n${key}`;
    const wait = TRIES_MS[attempt];
    if (wait === undefined || sought.has(name) || sought.size >= MAX_SOUGHT) return;
    if (missing(type, key).length === 0) return;
    const again = () => {
      sought.delete(name);
      seek(type, key, attempt + 1);
    };
    sought.set(
      name,
      clock.after(jitter(random, wait, SPREAD), () => void ask(type, key, attempt).then(again)),
    );
  }

  async function ask(type: string, key: string, attempt: number): Promise<void> {
    const commitments = missing(type, key);
    const peer = sourceOf(store.get(type, key), attempt);
    if (!peer || commitments.length === 0) return;
    try {
      const reply = await deps.ask(peer, { op: 'texts', commitments });
      for (const given of decodeTextsReply(reply).texts) texts.take(given);
    } catch (error) {
      if (error instanceof AppError && error.code === 'records.malformed')
        conduct.blame(peer.peerId, 'malformed');
      deps.log.debug({ peer: peer.peerId, error: String(error) }, 'texts beside a record did not come');
    }
  }

  const missing = (type: string, key: string): Uint8Array[] =>
    texts
      .of(type, key)
      .filter(({ erased, text }) => text === undefined && !erased)
      .map(({ commitment }) => commitment);

  /** The node that signed the record, and of a public one any other every second time, where it was said. */
  function sourceOf(record: StoredRecord | undefined, attempt: number): PeerInfo | undefined {
    if (!record) return undefined;
    const peers = network.peers().filter((peer) => record.private || record.networks.includes(peer.network));
    const signer = peers.find((peer) => isOfNode(record.key, peer));
    if (record.private || (signer && attempt % 2 === 0)) return signer;
    return peers[Math.floor(random.float() * peers.length)];
  }

  return {
    seek,
    stop() {
      for (const timer of sought.values()) timer.cancel();
      sought.clear();
    },
  };
}
