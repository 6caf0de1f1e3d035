/** An HTTP client that proves who it is: each request carries the login, and one that is refused is sent again once renewed. */
import type { IncomingMessage } from 'node:http';
import { AppError } from '#shared/kernel/errors.ts';
import type { UpstreamAuth } from '../login/index.ts';
import type { HttpClient, HttpSend } from './http-client.ts';

export function authorized(client: HttpClient, auth: UpstreamAuth): HttpClient {
  return {
    close: () => client.close(),
    send(request) {
      let over = false;
      let end = () => undefined as void;
      const fail = (error: unknown) => {
        if (!over) request.onError(asRefusal(error));
      };

      function attempt(again: boolean): void {
        auth.header().then((sent) => {
          if (!over) end = client.send(withLogin(request, sent, (response) => judge(response, sent, again)));
        }, fail);
      }

      function judge(response: IncomingMessage, sent: string | undefined, again: boolean): void {
        const status = response.statusCode ?? 0;
        if (status !== 401 && status !== 403) return request.onResponse(response);
        const challenge = response.headers['www-authenticate'];
        // Its body waits: where logins have nothing to do with it, it says why.
        auth.refused({ status, challenge, sent, again }).then(
          (resend) => {
            if (over) return void response.destroy();
            if (!resend) return request.onResponse(response);
            response.resume();
            attempt(true);
          },
          (error: unknown) => {
            response.resume();
            fail(error);
          },
        );
      }

      attempt(false);
      return () => {
        over = true;
        end();
      };
    },
  };
}

const withLogin = (
  request: HttpSend,
  header: string | undefined,
  onResponse: HttpSend['onResponse'],
): HttpSend => ({
  ...request,
  headers: { ...request.headers, ...(header === undefined ? {} : { authorization: header }) },
  onResponse,
});

const asRefusal = (error: unknown): AppError =>
  error instanceof AppError
    ? error
    : new AppError('servers.login_unavailable', 'The login could not be used just now.', {
        advice: 'Try again later.',
        retryable: true,
        cause: error,
      });
