import { useState } from 'react';
import type { CallNews } from '#shared/features/relay/contract.ts';
import { toHex } from '#shared/kernel/bytes.ts';
import type { JsonObject } from '#shared/kernel/canonical.ts';
import { useNodeLink } from '../../../platform/node-link.ts';
import { type Command, useCommand } from '../../../platform/use-command.ts';

export interface Answer {
  result: Record<string, unknown>;
  tookMs: number;
}

export type Progress = Extract<CallNews, { t: 'progress' }>;

export interface Trial {
  call: Command<[JsonObject], void>;
  answer: Answer | undefined;
  /** What the tool last said of its progress. */
  progress: Progress | undefined;
  /** Log messages of the call, the newest last. */
  logs: readonly string[];
}

/** Log messages that are shown of a call. */
const MOST_LOGS = 50;

/** One call of a tool at a time, as an AI client would make it, with what the tool says meanwhile. */
export function useTrial(id: string): Trial {
  const { clock, node, random } = useNodeLink();
  const [answer, setAnswer] = useState<Answer>();
  const [progress, setProgress] = useState<Progress>();
  const [logs, setLogs] = useState<readonly string[]>([]);

  async function listen(key: string, signal: AbortSignal): Promise<void> {
    for await (const news of node['tools.callNews']({ key }, { signal })) {
      if (signal.aborted) return;
      if (news.t === 'progress') setProgress(news);
      else setLogs((now) => [...now, news.text].slice(-MOST_LOGS));
    }
  }

  const call = useCommand(async (signal, given: JsonObject) => {
    setAnswer(undefined);
    setProgress(undefined);
    setLogs([]);
    const ended = new AbortController();
    const key = toHex(random.bytes(16));
    // News are an extra: without them the call goes on, and its own fault is what counts.
    listen(key, AbortSignal.any([signal, ended.signal])).catch(() => setProgress(undefined));
    const start = clock.monotonic();
    try {
      const { result } = await node['tools.call']({ id, arguments: given, key }, { signal });
      setAnswer({ result, tookMs: Math.round(clock.monotonic() - start) });
    } finally {
      ended.abort();
    }
  });
  return { call, answer, progress, logs };
}
