/** Topics on gossipsub: signed by their author, bounded, and passed on only once a listener has accepted them. */
import { type GossipSub, type Message, TopicValidatorResult } from '@libp2p/gossipsub';
import type { PeerScoreParams, TopicScoreParams } from '@libp2p/gossipsub/score';
import { p2pError } from '#shared/features/p2p/errors.ts';
import type { Closeable } from '#shared/kernel/disposables.ts';
import type { NetworkId, PeerId } from '#shared/kernel/ids.ts';
import type { Log } from '#main/platform/log.ts';
import type { GossipVerdict, Network } from '../network.ts';
import { MAX_GOSSIP_BYTES } from './node.ts';

type Listener = Parameters<Network['subscribe']>[1];

/** Messages being judged at the same time; further ones are dropped, reconciliation brings them later. */
const MAX_UNDER_JUDGEMENT = 256;
/** From mildest to strictest: the strictest listener decides. */
const STRICTNESS: readonly GossipVerdict[] = ['accept', 'ignore', 'reject'];
const RESULTS = {
  accept: TopicValidatorResult.Accept,
  ignore: TopicValidatorResult.Ignore,
  reject: TopicValidatorResult.Reject,
} as const;

/**
 * What a peer loses on a topic that passes on what listeners reject: the square of how often it did, falling to a tenth
 * within ten minutes. With one it leaves the mesh, with four it gets no gossip, with nine nothing that it sends is looked at
 * (the library's thresholds: 0, -10, -80). Nothing else counts: what is ignored is no fault, topics may be silent for hours,
 * and an office behind one address is no attacker.
 */
const TOPIC_SCORE: TopicScoreParams = {
  topicWeight: 1,
  invalidMessageDeliveriesWeight: -1,
  invalidMessageDeliveriesDecay: 0.1 ** (1 / 600),
  timeInMeshWeight: 0,
  timeInMeshQuantum: 1000,
  timeInMeshCap: 1,
  firstMessageDeliveriesWeight: 0,
  firstMessageDeliveriesDecay: 0.5,
  firstMessageDeliveriesCap: 1,
  meshMessageDeliveriesWeight: 0,
  meshMessageDeliveriesDecay: 0.5,
  meshMessageDeliveriesCap: 1,
  meshMessageDeliveriesThreshold: 1,
  meshMessageDeliveriesWindow: 10,
  meshMessageDeliveriesActivation: 5000,
  meshFailurePenaltyWeight: 0,
  meshFailurePenaltyDecay: 0.5,
};

/** The library scores topics that it knew at its start; ours come and go. */
type Scoring = GossipSub & { score: { params: PeerScoreParams }; getScore(peerId: PeerId): number };

export interface Gossip {
  announce(topic: string, message: Uint8Array): Promise<void>;
  subscribe(topic: string, listener: Listener): Closeable;
  /** What a peer's messages were worth: 0, and less for every one that a listener rejected. */
  score(peerId: PeerId): number;
  /** Subscribes anew what was subscribed before the node started. */
  attach(gossip: GossipSub): void;
  detach(): void;
}

export function createGossip(deps: { log: Log; network: NetworkId; gate(peerId: PeerId): boolean }): Gossip {
  const topics = new Map<string, Set<Listener>>();
  let gossip: Scoring | undefined;
  let underJudgement = 0;

  async function judge(topic: string, message: Message): Promise<TopicValidatorResult> {
    if (message.type !== 'signed' || message.data.length > MAX_GOSSIP_BYTES)
      return TopicValidatorResult.Reject;
    const from = message.from.toString();
    if (underJudgement >= MAX_UNDER_JUDGEMENT || !deps.gate(from)) return TopicValidatorResult.Ignore;
    underJudgement++;
    try {
      return RESULTS[await strictest(topic, new Uint8Array(message.data), from)];
    } catch (error) {
      deps.log.error({ err: error, topic }, 'a listener for gossip failed');
      return TopicValidatorResult.Ignore;
    } finally {
      underJudgement--;
    }
  }

  async function strictest(topic: string, data: Uint8Array, from: PeerId): Promise<GossipVerdict> {
    const verdicts = await Promise.all(
      [...(topics.get(topic) ?? [])].map(async (listener) => listener(data, from, deps.network)),
    );
    const worst = Math.max(0, ...verdicts.map((verdict) => STRICTNESS.indexOf(verdict)));
    return STRICTNESS[worst] ?? 'ignore';
  }

  function join(service: Scoring, topic: string): void {
    service.score.params.topics[topic] = TOPIC_SCORE;
    service.topicValidators.set(topic, (_peer, message) => judge(topic, message));
    service.subscribe(topic);
  }

  return {
    async announce(topic, message) {
      if (message.length > MAX_GOSSIP_BYTES) throw p2pError('p2p.too_large');
      if (!gossip) throw p2pError('p2p.stopped');
      await gossip.publish(topic, message);
    },
    subscribe(topic, listener) {
      const listeners = topics.get(topic) ?? new Set<Listener>();
      topics.set(topic, listeners);
      listeners.add(listener);
      if (gossip && listeners.size === 1) join(gossip, topic);
      return {
        close() {
          listeners.delete(listener);
          if (listeners.size > 0 || topics.get(topic) !== listeners) return;
          topics.delete(topic);
          gossip?.unsubscribe(topic);
          gossip?.topicValidators.delete(topic);
        },
      };
    },
    score: (peerId) => gossip?.getScore(peerId) ?? 0,
    attach(service) {
      gossip = service as Scoring;
      for (const topic of topics.keys()) join(gossip, topic);
    },
    detach() {
      gossip = undefined;
    },
  };
}
