/** The list of nodes in the directory: this node's own notice of it, and what the notices of others tell. */
import {
  NODE_NOTICE_TOPIC,
  NODE_NOTICE_TYPE,
  noticeKey,
  readNotice,
  sealNotice,
  storedNotice,
} from '#shared/features/fleet/node-notice.ts';
import { readNodeList } from '#shared/features/identity/node-list.ts';
import { LIFETIME_MS } from '#shared/features/records/rules.ts';
import { equalBytes } from '#shared/kernel/bytes.ts';
import type { Clock } from '#shared/kernel/clock.ts';
import type { Envelope, Verify } from '#shared/kernel/envelope.ts';
import { AppError } from '#shared/kernel/errors.ts';
import type { PeerId, ProviderId } from '#shared/kernel/ids.ts';
import type { Identity } from '../identity/index.ts';
import type { RecordKind, Records } from '../records/index.ts';

export interface NoticesDeps {
  clock: Clock;
  verify: Verify;
  identity: Identity;
  records: Records;
  certified(certificate: Uint8Array): { providerId: ProviderId; peerId: PeerId; nodePublicKey: Uint8Array };
}

export interface Notices {
  /** Says the newest list of this provider, where it has one and this node is in it. */
  tell(): void;
}

export function createNotices({ certified, clock, identity, records, verify }: NoticesDeps): Notices {
  function readList(bytes: Uint8Array) {
    const list = readNodeList(bytes, { now: clock.now(), verify });
    if (list.ok) return list.value;
    throw new AppError('fleet.bad_notice', `The list of nodes does not hold (${list.reason}).`);
  }

  function write(previousSeq: number): Envelope | undefined {
    const { peerId, providerId } = identity.self();
    const list = identity.nodes(providerId);
    if (!list?.nodes.some((node) => node.peerId === peerId)) return undefined;
    const now = clock.now();
    const seq = Math.max(previousSeq + 1, now);
    const notice = { cert: identity.certificate(), seq, iat: now, exp: now + LIFETIME_MS, list: list.bytes };
    return sealNotice(notice, identity.nodeSigner);
  }

  const kind: RecordKind = {
    type: NODE_NOTICE_TYPE,
    topic: NODE_NOTICE_TOPIC,
    read: (record) => readNotice(record, certified, readList),
    renew: (record) => (isOwn(record.key) ? write(storedNotice(record.bytes).seq) : undefined),
  };
  const isOwn = (key: string) => key === noticeKey(identity.self());
  records.register(kind);
  records.on('stored', ({ key, type }) => {
    const stored = type === NODE_NOTICE_TYPE ? records.get(type, key) : undefined;
    if (stored) identity.learnNodes(storedNotice(stored.bytes).list);
  });

  return {
    tell() {
      const before = records.get(NODE_NOTICE_TYPE, noticeKey(identity.self()));
      const said = before && storedNotice(before.bytes);
      const list = identity.nodes(identity.self().providerId);
      if (!list || (said && equalBytes(said.list, list.bytes))) return;
      const envelope = write(said?.seq ?? 0);
      if (envelope) records.publish(NODE_NOTICE_TYPE, envelope);
    },
  };
}
