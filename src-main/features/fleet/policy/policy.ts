/**
 * What the operator says on one node holds on all. Each part of the node that has a policy is a source: its present state
 * is read and compared with what was shared; what differs was said here and is signed; what comes from others is put
 * in force and read back. So nothing echoes, whatever the sources make of it.
 */
import {
  canonicalJson,
  type PolicyItem,
  type PolicyKind,
  readItem,
  type ReadItemOptions,
  signItem,
  type Stamp,
  tick,
} from '#shared/features/fleet/policy-items.ts';
import type { Clock } from '#shared/kernel/clock.ts';
import type { JsonValue } from '#shared/kernel/canonical.ts';
import type { Signer } from '#shared/kernel/envelope.ts';
import { AppError } from '#shared/kernel/errors.ts';
import type { PeerId } from '#shared/kernel/ids.ts';
import type { Log } from '../../../platform/log.ts';
import type { PolicyStore } from './store.ts';

export interface PolicySource {
  kind: PolicyKind;
  /** What holds here now, by key. */
  read(): ReadonlyMap<string, JsonValue>;
  /** Puts in force what was said elsewhere; `undefined` ends it. Throws where it cannot. */
  apply(key: string, value: JsonValue | undefined, by: PeerId): void;
  /** Calls back when what holds here may have changed. */
  subscribe(changed: () => void): () => void;
}

/** What was changed here by the word of another node, for people to see; `at` is when, epoch ms. */
export interface PolicyChange {
  kind: PolicyKind;
  key: string;
  at: number;
  node: PeerId;
  ended: boolean;
  /** What held here before was something else that was said here. */
  replaced: boolean;
}

const MAX_CHANGES = 50;

export interface Policy {
  /**
   * Signs what was said here since the last time; returns what is new.
   * @param options `kinds`: only these. `isOld`: what a node brings along when it begins to share stands behind everything
   *   that was said before.
   */
  capture(options?: { kinds?: ReadonlySet<PolicyKind>; isOld?: boolean }): PolicyItem[];
  /** What the others counted is told to its source again; counts are kept here alone. */
  recount(): void;
  /** Takes what another node said; returns what was new. What does not hold is left out and logged. */
  receive(items: readonly Uint8Array[]): PolicyItem[];
  /** What nodes said that were taken out since is vouched for by this one. */
  resign(removed: ReadonlySet<PeerId>): PolicyItem[];
  changes(): readonly PolicyChange[];
}

export interface PolicyDeps {
  clock: Clock;
  log: Log;
  store: PolicyStore;
  sources: readonly PolicySource[];
  self: { peerId: PeerId; signer: Signer; certificate(): Uint8Array };
  reading(): Omit<ReadItemOptions, 'now'>;
}

export function createPolicy({ clock, log, reading, self, sources, store }: PolicyDeps): Policy {
  const changes: PolicyChange[] = [];
  const sign = (statement: Parameters<typeof signItem>[0], stamp: Pick<Stamp, 'at' | 'count'>): PolicyItem =>
    signItem(statement, stamp, { signer: self.signer, certificate: self.certificate() });

  const nextStamp = (isOld: boolean) => (isOld ? { at: 0, count: 0 } : tick(store.latest(), clock.now()));

  function capture({ isOld = false, kinds }: { kinds?: ReadonlySet<PolicyKind>; isOld?: boolean } = {}) {
    return sources.flatMap((source): PolicyItem[] => {
      if (kinds && !kinds.has(source.kind)) return [];
      const here = new Map([...source.read()].map(([key, value]) => [key, canonicalJson(value)]));
      const said = [...here].filter(([key, value]) => differs(store.get(source.kind, key), value));
      const ended = store
        .ofKind(source.kind)
        .filter(({ applied, key, value }) => applied && value !== undefined && !here.has(key));
      return [
        ...said.map(([key, value]) => note({ kind: source.kind, key, value }, isOld)),
        ...ended.map(({ key }) => note({ kind: source.kind, key, value: undefined }, isOld)),
      ].flatMap((item) => item ?? []);
    });
  }

  function note(statement: Parameters<typeof signItem>[0], isOld: boolean): PolicyItem | undefined {
    try {
      const item = sign(statement, nextStamp(isOld));
      return store.put(item, true) ? item : undefined;
    } catch (error) {
      log.warn({ kind: statement.kind, error: String(error) }, 'a fact is not shared with the other nodes');
      return undefined;
    }
  }

  function receive(items: readonly Uint8Array[]): PolicyItem[] {
    return items.flatMap((bytes) => {
      try {
        const item = readItem(bytes, { ...reading(), now: clock.now() });
        if (item.kind === 'uses' && !item.key.endsWith(`/${item.node}`)) throw notItsOwn();
        return take(item) ? [item] : [];
      } catch (error) {
        log.warn({ error: String(error) }, 'a part of the shared policy was left out');
        return [];
      }
    });
  }

  function take(item: PolicyItem): boolean {
    const before = store.get(item.kind, item.key);
    const replaced = before?.node === self.peerId && before.value !== item.value;
    if (!store.put(item, false)) return false;
    apply(item);
    // Two who say the same agree; who said it last does not matter to people.
    if (item.kind !== 'uses' && before?.value !== item.value) {
      const { key, kind, node, value } = item;
      changes.unshift({ kind, key, at: clock.now(), node, ended: value === undefined, replaced });
      changes.length = Math.min(changes.length, MAX_CHANGES);
    }
    return true;
  }

  function apply(item: PolicyItem): void {
    const source = sources.find(({ kind }) => kind === item.kind);
    try {
      source?.apply(
        item.key,
        item.value === undefined ? undefined : (JSON.parse(item.value) as JsonValue),
        item.node,
      );
      store.setApplied(item, source !== undefined);
    } catch (error) {
      log.warn(
        { kind: item.kind, key: item.key, error: String(error) },
        'a shared fact cannot hold on this node',
      );
    }
  }

  return {
    capture,
    receive,
    recount() {
      for (const item of store.ofKind('uses')) if (item.node !== self.peerId) apply(item);
    },
    resign: (removed) =>
      store
        .all()
        .filter(({ node }) => removed.has(node))
        .map(({ applied, at, count, key, kind, value }) => {
          // A moment later, so that it replaces the one of the node that nobody believes any more.
          const item = sign({ kind, key, value }, { at, count: count + 1 });
          store.put(item, applied);
          return item;
        }),
    changes: () => changes,
  };
}

/** An item that could not be put in force says nothing about what the operator wants here. */
const differs = (
  item: { applied: boolean; value: string | undefined } | undefined,
  value: string,
): boolean => (item === undefined ? true : item.applied && item.value !== value);

const notItsOwn = (): AppError =>
  new AppError('fleet.bad_item', 'A node counts its own uses only.', {
    advice: 'Update all nodes of this provider.',
  });
