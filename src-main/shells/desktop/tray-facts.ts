/** What tray, menus and notifications know of the node, kept up to date for as long as it runs. */
import type { AttentionItem } from '#shared/features/node/attention.ts';
import type { Conditions } from '#shared/features/node/conditions.ts';
import type { NodeStatus } from '#shared/features/node/contract.ts';
import type { Closeable } from '#shared/kernel/disposables.ts';
import type { Log } from '#main/platform/log.ts';
import type { DesktopHost } from './node-host.ts';
import type { NodeFacts } from './tray-rules.ts';

export interface FactsSource extends Closeable {
  get(): NodeFacts;
  /** Calls `listener` after each change until the returned function is called. */
  subscribe(listener: (facts: NodeFacts) => void): () => void;
  /** Matters of the application itself, beside those of the node. */
  setOwnMatters(items: readonly AttentionItem[]): void;
}

interface FromNode {
  status?: NodeStatus;
  conditions?: Conditions;
  attention: readonly AttentionItem[];
}

const NOTHING: FromNode = { attention: [] };

export function createFactsSource({ host, log }: { host: DesktopHost; log: Log }): FactsSource {
  const listeners = new Set<(facts: NodeFacts) => void>();
  let own: readonly AttentionItem[] = [];
  let known = NOTHING;
  let following: AbortController | undefined;
  const get = (): NodeFacts => ({
    host: host.state(),
    status: known.status,
    conditions: known.conditions,
    attention: [...known.attention, ...own],
  });
  const changed = () => {
    const facts = get();
    for (const listener of listeners) listener(facts);
  };
  const learn = (part: Partial<FromNode>) => {
    known = { ...known, ...part };
    changed();
  };

  /** A node of another version may lack a stream: the others go on. */
  async function read<Item>(items: AsyncIterable<Item>, signal: AbortSignal, take: (item: Item) => void) {
    try {
      for await (const item of items) if (!signal.aborted) take(item);
    } catch (error) {
      if (!signal.aborted) log.warn({ err: error }, 'the node does not say everything that the tray shows');
    }
  }

  function follow(): void {
    const { signal } = (following = new AbortController());
    const node = host.client();
    void read(node['node.watch']({}, { signal }), signal, (status) => learn({ status }));
    void read(node['node.conditions']({}, { signal }), signal, (conditions) => learn({ conditions }));
    void read(node['node.attention']({}, { signal }), signal, ({ items }) => learn({ attention: items }));
  }

  function stopFollowing(): void {
    following?.abort();
    following = undefined;
    known = NOTHING;
  }

  function onHost(): void {
    const runs = host.state().state === 'running';
    if (runs && !following) follow();
    if (!runs && following) stopFollowing();
    changed();
  }

  const release = host.subscribe(onHost);
  onHost();
  return {
    get,
    subscribe(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    setOwnMatters(items) {
      own = items;
      changed();
    },
    close() {
      release();
      stopFollowing();
      listeners.clear();
    },
  };
}
