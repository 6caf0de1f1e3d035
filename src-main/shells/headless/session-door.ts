/** Signing a browser in: `POST /session` exchanges a link's token for a cookie, `GET /session` says whether it holds. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { z } from 'zod';
import { AppError } from '#shared/kernel/errors.ts';
import { isSameOrigin } from '#main/node/http-guards.ts';
import { readJson, sendJson } from '#main/node/http-json.ts';
import { SESSION_MS, type Session, type WebSessions } from '#main/node/web-sessions.ts';

export interface SessionDoor {
  answer(request: IncomingMessage, response: ServerResponse): Promise<void>;
  /** The session whose cookie the request carries, where it holds. */
  sessionOf(request: IncomingMessage): Session | undefined;
}

const MAX_BODY_BYTES = 1024;
const bodySchema = z.object({ token: z.string().max(128) });

/** @param port tells the nodes of one machine apart: cookies do not know ports. */
export function createSessionDoor(sessions: WebSessions, port: () => number): SessionDoor {
  const cookieName = () => `toolswarm-${port()}`;

  async function signIn(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (!isSameOrigin(request)) throw wrongOrigin();
    const body = bodySchema.safeParse(await readJson(request, MAX_BODY_BYTES));
    const cookie = body.success ? sessions.redeem(body.data.token) : undefined;
    if (!cookie) throw linkSpent();
    const attributes = `Path=/; Max-Age=${SESSION_MS / 1000}; HttpOnly; SameSite=Strict`;
    sendJson(response, 200, { ok: true }, { 'set-cookie': `${cookieName()}=${cookie}; ${attributes}` });
  }

  const door: SessionDoor = {
    sessionOf({ headers }) {
      const prefix = `${cookieName()}=`;
      const cookie = (headers.cookie ?? '').split(/; */).find((part) => part.startsWith(prefix));
      return cookie === undefined ? undefined : sessions.identify(cookie.slice(prefix.length));
    },
    async answer(request, response) {
      if (request.method === 'POST') return signIn(request, response);
      if (!door.sessionOf(request)) throw signedOut();
      sendJson(response, 200, { ok: true });
    },
  };
  return door;
}

const signedOut = (): AppError =>
  new AppError('session.required', 'This browser is not signed in.', {
    advice: 'Open a link that `toolswarm open` prints.',
  });

const linkSpent = (): AppError =>
  new AppError('session.link_spent', 'This link was used before or is older than ten minutes.', {
    advice: 'Make another with `toolswarm open`.',
  });

const wrongOrigin = (): AppError =>
  new AppError('api.wrong_origin', 'Only the dashboard itself may sign in.', {
    advice: 'Open the link in the browser’s address bar.',
  });
