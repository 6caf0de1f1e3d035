/** One file over https, no longer than it may be, hashed while it is written. */
import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import type { Clock } from '#shared/kernel/clock.ts';
import { AppError } from '#shared/kernel/errors.ts';
import { notFound, tooLarge, unreachable, unsupported } from './faults.ts';
import type { OnProgress } from './types.ts';

/** Where a file was moved to, and from there again. */
const MAX_REDIRECTS = 5;
/** So long nothing may come. */
const SILENCE_MS = 60_000;

export interface Download {
  url: string;
  /** A file that does not exist. */
  to: string;
  maxBytes: number;
  clock: Clock;
  signal: AbortSignal;
  onProgress: OnProgress;
}

/**
 * Returns the SHA-256 of what was written, lower-case hex.
 * Throws `packages.foreign_not_found`, `_unreachable`, `_too_large` or `_unsupported`.
 */
export async function download({ clock, maxBytes, onProgress, signal, to, url }: Download): Promise<string> {
  const silence = new AbortController();
  let timer = clock.after(SILENCE_MS, () => silence.abort());
  const heard = () => {
    timer.cancel();
    timer = clock.after(SILENCE_MS, () => silence.abort());
  };
  const host = URL.parse(url)?.host ?? url;
  try {
    const response = await follow(url, AbortSignal.any([signal, silence.signal]));
    const total = Number(response.headers.get('content-length') ?? 0);
    if (total > maxBytes) {
      await response.body?.cancel();
      throw tooLarge(url, `${maxBytes} bytes`);
    }
    const chunks = bounded(response, url, maxBytes, (done) => {
      heard();
      onProgress({ done, ...(total > 0 ? { total } : {}), unit: 'bytes' });
    });
    return await write(to, chunks);
  } catch (error) {
    signal.throwIfAborted();
    throw error instanceof AppError ? error : unreachable(host, error);
  } finally {
    timer.cancel();
  }
}

async function follow(first: string, signal: AbortSignal): Promise<Response> {
  let url = first;
  for (let moves = 0; moves <= MAX_REDIRECTS; moves++) {
    const target = URL.parse(url);
    if (target?.protocol !== 'https:' || target.username !== '' || target.password !== '')
      throw unsupported(first, 'it is not fetched over https');
    const response = await fetch(target, { redirect: 'manual', signal });
    const location = response.headers.get('location');
    if (response.ok) return response;
    await response.body?.cancel();
    if (response.status < 300 || response.status > 399 || location === null)
      throw refused(target, response.status);
    url = URL.parse(location, target)?.href ?? '';
  }
  throw unsupported(first, 'its address leads on and on');
}

const refused = (target: URL, status: number): AppError =>
  status === 429 || status >= 500
    ? unreachable(target.host, new Error(`HTTP ${status}`))
    : notFound(`file at ${target.host}${target.pathname}`, new Error(`HTTP ${status}`));

async function* bounded(
  { body }: Response,
  what: string,
  maxBytes: number,
  onBytes: (done: number) => void,
): AsyncIterable<Uint8Array> {
  let bytes = 0;
  for await (const chunk of body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > maxBytes) throw tooLarge(what, `${maxBytes} bytes`);
    onBytes(bytes);
    yield chunk;
  }
}

async function write(to: string, chunks: AsyncIterable<Uint8Array>): Promise<string> {
  const hash = createHash('sha256');
  const file = await open(to, 'wx', 0o600);
  try {
    for await (const chunk of chunks) {
      hash.update(chunk);
      await file.write(chunk);
    }
  } finally {
    await file.close();
  }
  return hash.digest('hex');
}
