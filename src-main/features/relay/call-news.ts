/** Progress and log messages of calls that somebody follows under a key of his own choice. */
import type { CallNews } from '#shared/features/relay/contract.ts';
import type { Clock } from '#shared/kernel/clock.ts';
import type { McpMessage } from '#shared/features/servers/mcp.ts';
import { AppError } from '#shared/kernel/errors.ts';

/** Keys at a time: calls under way and those that are waited for. */
const MAX_KEYS = 64;
/** News that a slow reader may fall behind by; older ones are dropped. */
const MAX_BEHIND = 200;
/** A stream may be opened before its call; when none comes, it ends. */
const PATIENCE_MS = 15_000;
const MAX_TEXT = 2_000;

export interface CallNewsDesk {
  /** The way for notifications of one call; `end` when it has ended. Throws `relay.key_taken`. */
  open(key: string): { notify(notification: McpMessage): void; end(): void };
  follow(key: string, signal: AbortSignal): AsyncIterable<CallNews>;
}

interface Topic {
  /** The last progress, for whoever comes later. */
  last: CallNews | undefined;
  begun: boolean;
  ended: boolean;
  readers: Set<(news: CallNews | undefined) => void>;
}

export function createCallNews({ clock }: { clock: Clock }): CallNewsDesk {
  const topics = new Map<string, Topic>();

  function topicOf(key: string): Topic {
    const found = topics.get(key);
    if (found) return found;
    if (topics.size >= MAX_KEYS) throw tooMany();
    const topic: Topic = { last: undefined, begun: false, ended: false, readers: new Set() };
    topics.set(key, topic);
    return topic;
  }

  function end(key: string, topic: Topic): void {
    topic.ended = true;
    topics.delete(key);
    for (const tell of topic.readers) tell(undefined);
  }

  return {
    open(key) {
      const topic = topicOf(key);
      if (topic.begun) throw keyTaken();
      topic.begun = true;
      return {
        notify(notification) {
          const news = newsOf(notification);
          if (!news) return;
          if (news.t === 'progress') topic.last = news;
          for (const tell of topic.readers) tell(news);
        },
        end: () => end(key, topic),
      };
    },
    async *follow(key, signal) {
      const topic = topicOf(key);
      const patience = clock.after(PATIENCE_MS, () => {
        if (!topic.begun) end(key, topic);
      });
      const queue: CallNews[] = topic.last ? [topic.last] : [];
      let wake = (): void => undefined;
      const tell = (news: CallNews | undefined) => {
        if (news) queue.push(news);
        if (queue.length > MAX_BEHIND) queue.shift();
        wake();
      };
      topic.readers.add(tell);
      const onAbort = () => wake();
      signal.addEventListener('abort', onAbort, { once: true });
      try {
        while (!signal.aborted) {
          const next = queue.shift();
          if (next) yield next;
          else if (topic.ended) return;
          else
            await new Promise<void>((resolve) => {
              wake = resolve;
            });
        }
      } finally {
        patience.cancel();
        signal.removeEventListener('abort', onAbort);
        topic.readers.delete(tell);
        if (!topic.begun && topic.readers.size === 0) topics.delete(key);
      }
    },
  };
}

/** What strangers' servers say, in our own shape: numbers that are numbers, texts of a bounded length. */
function newsOf({ method, params }: McpMessage): CallNews | undefined {
  if (method === 'notifications/progress') {
    const { message, progress, total } = params ?? {};
    if (typeof progress !== 'number') return undefined;
    return {
      t: 'progress',
      progress,
      ...(typeof total === 'number' ? { total } : {}),
      ...(typeof message === 'string' ? { message: message.slice(0, MAX_TEXT) } : {}),
    };
  }
  if (method !== 'notifications/message') return undefined;
  const { data, level } = params ?? {};
  const text = typeof data === 'string' ? data : (JSON.stringify(data) ?? '');
  return {
    t: 'log',
    level: typeof level === 'string' ? level.slice(0, 16) : 'info',
    text: text.slice(0, MAX_TEXT),
  };
}

const keyTaken = (): AppError =>
  new AppError('relay.key_taken', 'A call with this key is under way already.', {
    advice: 'Choose another key at random.',
  });

const tooMany = (): AppError =>
  new AppError('relay.busy', 'Too many calls are followed at the same time.', {
    advice: 'Try again when some of them have ended.',
    retryable: true,
  });
