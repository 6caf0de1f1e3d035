/**
 * Nodes that have nothing but records: real stores and exchanges, joined by calls and gossip in memory, so that a test says
 * who meets whom, in which network, and whether gossip arrives.
 */
import {
  createRecords,
  type RecordKind,
  type Records,
  type RecordsOptions,
  recordsMigrations,
} from '#main/features/records/index.ts';
import type { Network, NetworkEvents, PeerInfo, RpcHandler } from '#main/features/p2p/index.ts';
import { createVerify } from '#main/platform/crypto.ts';
import { silentLog } from '#main/platform/log.ts';
import type { Database } from '#main/platform/sqlite.ts';
import { verifyCertificate } from '#shared/features/identity/rules.ts';
import { RECONCILE_FEATURE } from '#shared/features/records/messages.ts';
import type { Clock } from '#shared/kernel/clock.ts';
import { type Envelope, payloadOf, seal } from '#shared/kernel/envelope.ts';
import { AppError } from '#shared/kernel/errors.ts';
import { createEmitter } from '#shared/kernel/events.ts';
import { type NetworkId, PUBLIC_NETWORK } from '#shared/kernel/ids.ts';
import type { Random } from '#shared/kernel/random.ts';
import { memoryDatabase } from '../database.ts';
import { createSimIdentity, type SimIdentity } from '../sim/identity.ts';

export const NOTE = 'note/1';
const verify = createVerify();

/** What a note says; everything but its text is signed. */
export interface Note {
  name: string;
  seq?: number;
  iat?: number;
  exp?: number;
  private?: boolean;
  ends?: boolean;
  tags?: string[];
  texts?: Uint8Array[];
  body?: string;
}

const noteKind = (renewed: (bytes: Uint8Array) => Envelope | undefined): RecordKind => ({
  type: NOTE,
  topic: 'test/notes',
  read({ value }) {
    const note = value as unknown as Required<Note> & { owner: string; node: string };
    if (typeof note.name !== 'string') throw new AppError('test.bad_note', 'No note.');
    return {
      key: `${note.owner}/${note.node}/${note.name}${note.private ? '/private' : ''}`,
      owner: note.owner,
      seq: note.seq,
      issuedAt: note.iat,
      expiresAt: note.exp,
      private: note.private,
      tombstone: note.ends,
    };
  },
  renew: ({ bytes }) => renewed(bytes),
  facets: ({ value }) => (value as { tags: string[] }).tags.map((tag) => `tag:${tag}`),
  texts: ({ value }) => (value as { texts: Uint8Array[] }).texts,
});

export interface RecordsNode extends SimIdentity {
  records: Records;
  db: Database;
  refused: string[];
  ignored: string[];
  /** Operations that others asked for, in their order. */
  asked: string[];
  sign(note: Note): Envelope;
  /** Keys of notes in force. */
  notes(): string[];
  key(name: string): string;
  /** Calls another node as a hostile one would. */
  call(to: RecordsNode, payload: Uint8Array): Promise<Uint8Array>;
  /** The slice anew over what is stored, or over another database. */
  restart(database?: Database): Promise<void>;
  disconnected: string[];
}

export interface NodeSpec extends Partial<RecordsOptions> {
  /** A node of the version before cannot compare ranges. */
  isOld?: boolean;
  /** Offered beside comparing ranges. */
  features?: string[];
  /** Whose node it is; a provider of its own unless a name is given. */
  provider?: string;
}

export function createRecordsNodes(clock: Clock, random: Random, { gossips = true } = {}) {
  const hub = new Map<
    string,
    {
      handler?: RpcHandler;
      info: Omit<PeerInfo, 'network'>;
      hear(topic: string, bytes: Uint8Array, from: string, id: NetworkId): void;
    }
  >();
  const links: Array<{ ids: [string, string]; network: NetworkId }> = [];
  const events = new Map<string, ReturnType<typeof createEmitter<NetworkEvents>>>();

  const met = (peerId: string): PeerInfo[] =>
    links.flatMap(({ ids, network }) => {
      const other = ids.find((id) => id !== peerId);
      const node = ids.includes(peerId) && other ? hub.get(other) : undefined;
      const own = hub.get(peerId)?.info.features ?? [];
      const features = node?.info.features.filter((feature) => own.includes(feature)) ?? [];
      return node ? [{ ...node.info, features, network }] : [];
    });

  function networkOf(node: SimIdentity, offered: string[], asked: string[], disconnected: string[]): Network {
    const own = createEmitter<NetworkEvents>((error) => {
      throw error;
    });
    const topics = new Map<string, Set<Parameters<Network['subscribe']>[1]>>();
    const info = {
      peerId: node.peerId,
      providerId: node.providerId,
      features: offered,
    } as unknown as Omit<PeerInfo, 'network'>;
    const entry: NonNullable<ReturnType<typeof hub.get>> = {
      info,
      hear(topic, bytes, from, id) {
        for (const listener of topics.get(topic) ?? [])
          if (listener(bytes, from, id) === 'accept') spread(node.peerId, topic, bytes, id, from);
      },
    };
    hub.set(node.peerId, entry);
    events.set(node.peerId, own);
    const unused = () => {
      throw new Error('not in these tests');
    };
    return {
      peerId: node.peerId,
      on: own.on,
      peers: () => met(node.peerId),
      serve(_protocol, handler) {
        entry.handler = (payload, exchange) => {
          asked.push(operationIn(payload));
          return handler(payload, exchange);
        };
        return { close: () => void delete entry.handler };
      },
      call(to, _protocol, payload, options) {
        const link = met(node.peerId).find(
          ({ network, peerId }) => peerId === to && (options?.network ?? network) === network,
        );
        return { send: unused, response: answered(to, link, payload) };
      },
      announce: async (topic, bytes, options) => {
        for (const id of options?.network ? [options.network] : new Set(links.map(({ network }) => network)))
          spread(node.peerId, topic, bytes, id);
      },
      subscribe(topic, listener) {
        const listeners = topics.get(topic) ?? new Set();
        topics.set(topic, listeners.add(listener));
        return { close: () => void listeners.delete(listener) };
      },
      disconnect: async (peerId) => void disconnected.push(peerId),
      dial: unused,
      start: unused,
      stop: unused,
      addresses: () => [],
      refresh: () => undefined,
      provide: unused,
      withdraw: unused,
      find: unused,
    };

    async function answered(
      to: string,
      link: PeerInfo | undefined,
      payload: Uint8Array,
    ): Promise<Uint8Array> {
      const handler = hub.get(to)?.handler;
      if (!link || !handler) throw new AppError('p2p.unreachable', 'Not met.');
      const peer = { ...info, features: link.features, network: link.network };
      return handler(payload, { peer } as Parameters<RpcHandler>[1]);
    }
  }

  function spread(from: string, topic: string, bytes: Uint8Array, id: NetworkId, except?: string): void {
    if (!gossips) return;
    for (const { network, peerId } of met(from))
      if (network === id && peerId !== except) hub.get(peerId)?.hear(topic, bytes, from, id);
  }

  async function settle(): Promise<void> {
    for (let turn = 0; turn < 400; turn++) await Promise.resolve();
  }

  return {
    settle,
    add(
      name: string,
      { features = [], isOld = false, provider = name, ...options }: NodeSpec = {},
    ): RecordsNode {
      const identity = createSimIdentity(name, clock.now(), provider);
      const db = memoryDatabase(recordsMigrations);
      const [refused, ignored, asked, disconnected]: [string[], string[], string[], string[]] = [
        [],
        [],
        [],
        [],
      ];
      const network = networkOf(identity, isOld ? [] : [RECONCILE_FEATURE, ...features], asked, disconnected);
      const create = (database: Database): Records => {
        const records = createRecords(
          {
            network,
            db: database,
            clock,
            random,
            verify,
            log: silentLog,
            certified(bytes) {
              const verified = verifyCertificate(bytes, { now: clock.now(), verify });
              if (!verified.ok) throw new AppError('identity.bad_certificate', verified.reason);
              return verified.value;
            },
            self: { signer: identity.signer, certificate: () => identity.certificate },
          },
          { maySee: () => false, isBlocked: () => false, concerns: () => false, ...options },
        );
        records.register(noteKind(renewed));
        records.on('refused', ({ reason }) => refused.push(reason));
        records.on('peerIgnored', ({ peerId }) => ignored.push(peerId));
        records.start();
        return records;
      };
      const sign = ({
        body = '',
        ends = false,
        exp,
        iat = clock.now(),
        name: of,
        private: isPrivate = false,
        seq = 1,
        tags = [],
        texts = [],
      }: Note) =>
        seal(
          NOTE,
          {
            ...{
              owner: identity.providerId,
              node: identity.peerId,
              name: of,
              seq,
              iat,
              exp: exp ?? iat + 48 * 3_600_000,
            },
            ...{ private: isPrivate, ends, tags, texts, body },
          },
          identity.signer,
        );
      const renewed = (bytes: Uint8Array) => {
        const note = payloadOf(bytes) as unknown as Required<Note>;
        return sign({ ...note, seq: note.seq + 1, iat: clock.now(), exp: clock.now() + 48 * 3_600_000 });
      };
      const node: RecordsNode = {
        ...identity,
        ...{ db, refused, ignored, asked, disconnected, sign, records: create(db) },
        notes: () =>
          node.records
            .inForce(NOTE)
            .map(({ key }) => key.split('/')[2] ?? '')
            .sort(),
        key: (of) => `${identity.providerId}/${identity.peerId}/${of}`,
        call: (to, payload) => network.call(to.peerId, '', payload).response,
        async restart(database = db) {
          await node.records.stop();
          node.records = create(database);
        },
      };
      return node;
    },
    async meet(a: RecordsNode, b: RecordsNode, network: NetworkId = PUBLIC_NETWORK) {
      links.push({ ids: [a.peerId, b.peerId], network });
      for (const [one, other] of [
        [a, b],
        [b, a],
      ] as const) {
        const info = met(one.peerId).find((peer) => peer.peerId === other.peerId && peer.network === network);
        if (info) events.get(one.peerId)?.emit('peerConnected', info);
      }
      await settle();
    },
    part(a: RecordsNode, b: RecordsNode) {
      const place = links.findIndex(({ ids }) => ids.includes(a.peerId) && ids.includes(b.peerId));
      if (place >= 0) links.splice(place, 1);
    },
  };
}

/** The operation in a request, without more understanding of it than a log has. */
function operationIn(payload: Uint8Array): string {
  const text = new TextDecoder('latin1').decode(payload);
  return /inventory|ranges|fetch|get|push|withdraw|proofs|texts/.exec(text)?.[0] ?? '?';
}
