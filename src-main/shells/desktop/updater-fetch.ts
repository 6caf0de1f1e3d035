/** Small texts from the network, bounded in size and time. */
import { AppError } from '#shared/kernel/errors.ts';
import type { FetchText } from './updater-feed.ts';

const PATIENCE_MS = 20_000;

/** @param fetch Electron's `net.fetch`, which knows the proxies of the system; Node's in tests. */
export const createFetchText =
  (fetch: (url: string, init: RequestInit) => Promise<Response>): FetchText =>
  async (url, { signal, most }) => {
    try {
      const response = await fetch(url, {
        signal: AbortSignal.any([signal, AbortSignal.timeout(PATIENCE_MS)]),
        credentials: 'omit',
        cache: 'no-store',
      });
      if (!response.ok) throw new Error(`the server answered ${response.status}`);
      return await readBounded(response, most);
    } catch (cause) {
      throw unreachable(url, cause);
    }
  };

async function readBounded(response: Response, most: number): Promise<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  const chunks: string[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.length;
    if (size > most) throw new Error(`the answer is larger than ${most} bytes`);
    chunks.push(decoder.decode(chunk, { stream: true }));
  }
  return chunks.join('') + decoder.decode();
}

const unreachable = (url: string, cause: unknown): AppError =>
  new AppError('desktop.unreachable', `${new URL(url).host} could not be read.`, {
    advice: 'Check the connection and the address, then try again.',
    retryable: true,
    cause,
    details: { reason: cause instanceof Error ? cause.message : String(cause) },
  });
