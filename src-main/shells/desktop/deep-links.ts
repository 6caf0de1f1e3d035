/** Links from outside, from the moment the system hands them over until the person has answered. */
import { randomUUID } from 'node:crypto';
import type { App } from 'electron';
import {
  DEEP_LINK_SCHEME,
  deepLinkIn,
  describesServer,
  parseDeepLink,
} from '#shared/features/desktop/deep-links.ts';
import type { PendingLink } from '#shared/features/desktop/system.ts';
import type { Closeable } from '#shared/kernel/disposables.ts';
import { AppError } from '#shared/kernel/errors.ts';
import { watch } from '#shared/kernel/watch.ts';
import type { Log } from '#main/platform/log.ts';
import type { FetchText } from './updater-feed.ts';
import { createSystemValue } from './system-value.ts';

/** Links that wait; a page that sends more is not asked about. */
export const MAX_PENDING_LINKS = 4;
/** Of a server.json. */
const MAX_DOCUMENT_BYTES = 262_144;

export interface DeepLinks extends Closeable {
  /** Takes the link among the arguments of a start, if there is one; `true` where there was. */
  take(argv: readonly string[]): boolean;
  watch(signal: AbortSignal): AsyncIterable<{ items: PendingLink[] }>;
  answered(id: string): void;
  /** The server.json that a waiting link names. Throws `desktop.link_gone`, `desktop.link_unreadable`. */
  fetch(id: string, signal: AbortSignal): Promise<string>;
}

export interface DeepLinkDeps {
  app: Pick<App, 'isPackaged' | 'on' | 'off' | 'setAsDefaultProtocolClient'>;
  /** Brings the window to the front: it asks. */
  showWindow: () => void;
  fetchText: FetchText;
  log: Log;
}

export function createDeepLinks({ app, showWindow, fetchText, log }: DeepLinkDeps): DeepLinks {
  const pending = createSystemValue<PendingLink[]>([]);
  // From a checkout the program is a bare Electron: it would be registered for the links of every such checkout.
  if (app.isPackaged && !app.setAsDefaultProtocolClient(DEEP_LINK_SCHEME))
    log.warn({}, 'the system did not register the links of the application');

  function accept(text: string): void {
    if (pending.get().length >= MAX_PENDING_LINKS)
      return log.warn({}, 'a link was dropped: too many wait already');
    const parsed = parseDeepLink(text);
    const id = randomUUID();
    pending.set([...pending.get(), parsed.ok ? { id, link: parsed.link } : { id, problem: parsed.reason }]);
    showWindow();
  }

  const onOpenUrl = (event: { preventDefault(): void }, url: string) => {
    event.preventDefault();
    accept(url);
  };
  app.on('open-url', onOpenUrl);

  return {
    take(argv) {
      const link = deepLinkIn(argv);
      if (link !== undefined) accept(link);
      return link !== undefined;
    },
    watch: (signal) => watch(signal, () => ({ items: pending.get() }), pending.subscribe),
    answered: (id) => pending.set(pending.get().filter((item) => item.id !== id)),
    async fetch(id, signal) {
      const link = pending.get().find((item) => item.id === id)?.link;
      if (link?.kind !== 'fetch') throw linkGone();
      return asServerJson(await fetchText(link.url, { signal, most: MAX_DOCUMENT_BYTES }));
    },
    close: () => void app.off('open-url', onOpenUrl),
  };
}

/** Only a server.json: other files could have this machine's variables filled in. */
function asServerJson(text: string): string {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch (cause) {
    throw unreadable(cause);
  }
  if (!describesServer(document)) throw unreadable();
  return text;
}

const linkGone = (): AppError =>
  new AppError('desktop.link_gone', 'This link was answered already.', { advice: 'Open the link again.' });

const unreadable = (cause?: unknown): AppError =>
  new AppError(
    'desktop.link_unreadable',
    'There is no description of an MCP server at the address of the link.',
    {
      advice: 'Ask whoever gave you the link, or add the server by hand.',
      cause,
    },
  );
