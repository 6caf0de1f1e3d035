/** Reading the JSON of a POST, within bounds for each and for all together. */
import type { IncomingMessage } from 'node:http';

export type Body =
  | { ok: true; value: unknown }
  | { ok: false; status: 400 | 413 | 415 | 503; message: string; parse: boolean };

export interface BodyReader {
  /** Resolves with `undefined` when the client went away. */
  read(req: IncomingMessage): Promise<Body | undefined>;
}

export function createBodyReader(limits: { bodyBytes: number; bufferedBodyBytes: number }): BodyReader {
  let buffered = 0;

  function receive(req: IncomingMessage): Promise<Body | undefined> {
    return new Promise((resolve) => {
      const chunks: Buffer[] = [];
      let bytes = 0;
      const settle = (body: Body | undefined): void => {
        buffered -= bytes;
        bytes = 0;
        resolve(body);
      };
      req.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        buffered += chunk.length;
        if (bytes > limits.bodyBytes) stop(tooLarge(limits.bodyBytes));
        else if (buffered > limits.bufferedBodyBytes) stop(overloaded);
        else chunks.push(chunk);
      });
      const stop = (body: Body): void => {
        req.removeAllListeners('data');
        req.resume();
        settle(body);
      };
      req.on('end', () => settle(parse(chunks)));
      req.on('close', () => settle(undefined));
      req.on('error', () => settle(undefined));
    });
  }

  return {
    async read(req) {
      if (!isJson(req.headers['content-type']))
        return refused(415, 'The content type of a message is application/json.');
      if (Number(req.headers['content-length'] ?? 0) > limits.bodyBytes) return tooLarge(limits.bodyBytes);
      return receive(req);
    },
  };
}

const refused = (status: 413 | 415 | 503, message: string): Body => ({
  ok: false,
  status,
  message,
  parse: false,
});

const overloaded: Body = refused(503, 'Too many large requests arrive at a time. Try again in a moment.');

const tooLarge = (bytes: number): Body => refused(413, `A message has at most ${bytes} bytes.`);

function parse(chunks: readonly Buffer[]): Body {
  try {
    const text = chunks.length === 1 ? (chunks[0] as Buffer).toString() : Buffer.concat(chunks).toString();
    return { ok: true, value: JSON.parse(text) as unknown };
  } catch {
    // The position in the text that the parser names helps nobody; the client gets the code that JSON-RPC has for this.
    return { ok: false, status: 400, message: 'Parse error: this is not JSON.', parse: true };
  }
}

function isJson(contentType: string | undefined): boolean {
  if (contentType === 'application/json') return true;
  return contentType?.split(';', 1)[0]?.trim().toLowerCase() === 'application/json';
}
