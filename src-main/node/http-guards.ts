/**
 * Who may talk to a server on this machine's loopback. A page in the person's browser can send requests there, and a
 * name of its own can be made to resolve to 127.0.0.1 (DNS rebinding): the names in `Host` and `Origin` give it away.
 */
import type { IncomingMessage } from 'node:http';

const LOOPBACK_HOST = /^(localhost|127\.0\.0\.1|\[::1\])(:\d{1,5})?$/i;

/** Whether the request was addressed to this machine by a name that only means this machine. */
export const isForLoopback = ({ headers }: IncomingMessage): boolean =>
  LOOPBACK_HOST.test(headers.host ?? '');

/** Whether a browser made the request on behalf of a page of this very server; programs send no Origin. */
export const isSameOrigin = ({ headers }: IncomingMessage): boolean =>
  headers.origin === `http://${headers.host}`;

/** Whether a page of another site made the request. */
export const isForeign = (request: IncomingMessage): boolean =>
  request.headers.origin !== undefined && !isSameOrigin(request);
