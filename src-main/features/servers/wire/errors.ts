/** Why a request to a server can fail, apart from the server's own errors. */
import { AppError } from '#shared/kernel/errors.ts';
import type { ProcessExit } from '#main/platform/processes.ts';

/** How much of an error page is shown. */
const SHOWN_CHARACTERS = 200;

export const exited = ({ code, signal }: ProcessExit): AppError =>
  new AppError('servers.exited', `The server ended (${signal ?? `exit code ${code}`}).`, {
    advice: 'Try again: it is started anew. If it keeps ending, look at its log.',
    retryable: true,
  });

export const tooLarge = (bytes: number, limit: number): AppError =>
  new AppError(
    'servers.too_large',
    `The server’s answer of ${bytes} bytes is longer than the ${limit} allowed.`,
    {
      advice: 'Ask for less at a time, or raise the limit for results.',
    },
  );

export const notReading = (): AppError =>
  new AppError('servers.busy', 'The server does not read what was sent to it.', {
    advice: 'Try again in a moment; restart the server if it stays so.',
    retryable: true,
  });

export const unusable = (said: string): AppError =>
  new AppError('servers.protocol', `The server answered with ${said}.`, {
    advice: 'Check that the URL is that of an MCP server (Streamable HTTP).',
  });

export const brokenOff = (): AppError =>
  new AppError('servers.exited', 'The server broke off its answer.', {
    advice: 'Try again; if it happens again, look at the server.',
    retryable: true,
  });

export const disconnected = (): AppError =>
  new AppError('servers.exited', 'The connection to the server was closed.', {
    advice: 'Try again.',
    retryable: true,
  });

/** An HTTP status that is no answer. @param page the body, of which a little is shown. */
export function refused(status: number, page: string): AppError {
  if (status === 401 || status === 403)
    return new AppError('servers.unauthorized', `The server refused the credentials (HTTP ${status}).`, {
      advice: 'Check the token or key among the headers of this server.',
    });
  if (status >= 300 && status < 400)
    return new AppError('servers.redirected', `The server sent us elsewhere (HTTP ${status}).`, {
      advice:
        'Add the server with its final URL; redirects are not followed, for they would carry the headers along.',
    });
  const shown = page.replace(/\s+/g, ' ').trim().slice(0, SHOWN_CHARACTERS);
  return new AppError(
    'servers.http_error',
    `The server answered HTTP ${status}${shown ? `: ${shown}` : ''}.`,
    {
      advice: status >= 500 ? 'Try again later.' : 'Check the URL and the headers of this server.',
      retryable: status >= 500 || status === 429,
      details: { status },
    },
  );
}
