/** Reading a centralized registry by the official `/v0.1` API. Whatever it answers is bounded and checked. */
import { type ListedItem, listedItemSchema, listedPageSchema } from '#shared/features/registry/central.ts';
import type { Clock } from '#shared/kernel/clock.ts';
import { AppError } from '#shared/kernel/errors.ts';

export interface CentralApi {
  /** One page. Throws `central.url`, `central.unreachable`, `central.refused` or `central.malformed`. */
  page(request: PageRequest, signal: AbortSignal): Promise<CentralPage>;
}

export interface PageRequest {
  cursor?: string | undefined;
  /** RFC 3339; only what changed since, deleted servers included. */
  updatedSince?: string | undefined;
}

export interface CentralPage {
  items: Array<{ item: ListedItem; json: string }>;
  /** Items that were no valid listing, or too large. */
  skipped: number;
  nextCursor: string | undefined;
}

/** The most that the API gives at once. */
const PAGE_SIZE = 100;
const MAX_PAGE_BYTES = 16 * 1024 * 1024;
const MAX_ITEM_CHARS = 256 * 1024;
const PAGE_TIMEOUT_MS = 30_000;

export function createCentralApi(url: string, clock: Clock): CentralApi {
  const base = checkUrl(url);
  return {
    async page({ cursor, updatedSince }, signal) {
      const target = new URL(`${base.pathname.replace(/\/$/, '')}/v0.1/servers`, base);
      target.searchParams.set('version', 'latest');
      target.searchParams.set('limit', String(PAGE_SIZE));
      if (cursor !== undefined) target.searchParams.set('cursor', cursor);
      if (updatedSince !== undefined) target.searchParams.set('updated_since', updatedSince);
      const text = await withDeadline(clock, signal, (limited) => get(target, limited, signal));
      return readPage(text, base);
    },
  };
}

/** What is listed gets run here, so nobody on the way may change it: HTTPS, or this very machine. */
function checkUrl(text: string): URL {
  const url = URL.parse(text);
  const isLoopback = url !== null && /^(127\.\d+\.\d+\.\d+|localhost|\[::1\])$/.test(url.hostname);
  if (url?.protocol === 'https:' || (url?.protocol === 'http:' && isLoopback)) return url;
  throw new AppError('central.url', 'The address of the registry is not an https address.', {
    advice: 'Correct it in the settings (discovery.registry).',
  });
}

/** Runs `work` with a signal that aborts with the caller’s, and when a page takes too long. */
async function withDeadline<T>(
  clock: Clock,
  signal: AbortSignal,
  work: (limited: AbortSignal) => Promise<T>,
): Promise<T> {
  const late = new AbortController();
  const timer = clock.after(PAGE_TIMEOUT_MS, () => late.abort());
  try {
    return await work(AbortSignal.any([signal, late.signal]));
  } finally {
    timer.cancel();
  }
}

/** @param signal the caller’s own: its end is not a fault of the registry. */
async function get(target: URL, limited: AbortSignal, signal: AbortSignal): Promise<string> {
  try {
    const response = await fetch(target, {
      headers: { accept: 'application/json' },
      redirect: 'error',
      signal: limited,
    });
    if (!response.ok) {
      await response.body?.cancel();
      throw refused(target, response);
    }
    return await readBounded(response, target);
  } catch (error) {
    if (error instanceof AppError) throw error;
    signal.throwIfAborted();
    throw unreachable(target, error);
  }
}

async function readBounded(response: Response, target: URL): Promise<string> {
  const decoder = new TextDecoder();
  let bytes = 0;
  let text = '';
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > MAX_PAGE_BYTES) throw malformed(target, 'its answer is too long');
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

function readPage(text: string, base: URL): CentralPage {
  const page = listedPageSchema.safeParse(parse(text, base));
  if (!page.success) throw malformed(base, page.error.issues[0]?.message ?? 'its answer has another form');
  const items: CentralPage['items'] = [];
  for (const raw of page.data.servers) {
    const parsed = listedItemSchema.safeParse(raw);
    if (!parsed.success) continue;
    const json = JSON.stringify((raw as { server: unknown }).server);
    if (json.length <= MAX_ITEM_CHARS) items.push({ item: parsed.data, json });
  }
  return {
    items,
    skipped: page.data.servers.length - items.length,
    nextCursor: page.data.metadata.nextCursor || undefined,
  };
}

function parse(text: string, base: URL): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw malformed(base, `its answer is not JSON (${(error as Error).message})`);
  }
}

const unreachable = ({ host }: URL, cause: unknown): AppError =>
  new AppError('central.unreachable', `The registry at ${host} does not answer.`, {
    advice:
      'Check this machine’s connection and the address in the settings (discovery.registry), then try again.',
    retryable: true,
    details: { host },
    cause,
  });

const refused = ({ host }: URL, { status }: Response): AppError =>
  new AppError('central.refused', `The registry at ${host} refused (HTTP ${status}).`, {
    advice:
      status === 429
        ? 'It was asked too often. Wait some minutes, then try again.'
        : 'Check the address in the settings (discovery.registry), or try again later.',
    retryable: status === 429 || status >= 500,
    details: { host, status },
  });

const malformed = ({ host }: URL, reason: string): AppError =>
  new AppError('central.malformed', `What ${host} answers is not what a registry says: ${reason}.`, {
    advice: 'Check the address in the settings (discovery.registry).',
    details: { host },
  });
