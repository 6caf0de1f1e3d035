/** How a browser becomes known to the node: a one-time token in the link is exchanged for a cookie. */
import { AppError } from '#shared/kernel/errors.ts';
import type { Clock } from '#shared/kernel/clock.ts';
import { type Connect, openWebSocketChannel } from '#shared/kernel/rpc/index.ts';

const signedOut = () =>
  new AppError('session.required', 'This browser is not signed in to the node.', {
    advice: 'Run `toolswarm open` on the node’s machine and open the link that it prints.',
  });

/** `#t=…` → the token, once; the address bar forgets it at the same moment. */
export function takeLinkToken(location: Location, history: History): string | undefined {
  const token = /^#t=([\w-]{20,})$/.exec(location.hash)?.[1];
  if (token) history.replaceState(null, '', `${location.pathname}${location.search}`);
  return token;
}

/** Exchanges the token for the session cookie. Rejects with `session.link_spent` where it was used or is too old. */
export async function openSession(token: string): Promise<void> {
  const response = await fetch('/session', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ token }),
  });
  if (response.ok) return;
  throw new AppError('session.link_spent', 'This link was used before or is older than ten minutes.', {
    advice: 'Run `toolswarm open` on the node’s machine and open the new link that it prints.',
  });
}

/** Connects over the WebSocket at `/rpc`; a browser that the node does not know is told so instead of trying for ever. */
export function connectOverWebSocket(location: Location, clock: Clock): Connect {
  return async (signal) => {
    const session = await fetch('/session', { signal }).catch(() => undefined);
    if (session?.status === 401) throw signedOut();
    const scheme = location.protocol === 'https:' ? 'wss' : 'ws';
    return openWebSocketChannel(new WebSocket(`${scheme}://${location.host}/rpc`), { clock, signal });
  };
}
