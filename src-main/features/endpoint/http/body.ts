/** Reading the JSON of a POST, within bounds for each and for all together. */
import type { IncomingMessage } from 'node:http';
import type { Clock } from '#shared/kernel/clock.ts';

export type Body =
  /** `arrivedAt`: monotonic ms at which the last byte was here. */
  | { ok: true; value: unknown; arrivedAt: number }
  | { ok: false; status: 400 | 413 | 415 | 503; message: string; parse: boolean };

export interface BodyReader {
  /** Calls `done` once, with `undefined` when the client went away. A callback: every call of every client passes here. */
  read(req: IncomingMessage, done: (body: Body | undefined) => void): void;
}

export function createBodyReader(
  { clock }: { clock: Clock },
  limits: { bodyBytes: number; bufferedBodyBytes: number },
): BodyReader {
  let buffered = 0;

  function receive(req: IncomingMessage, done: (body: Body | undefined) => void): void {
    const chunks: Buffer[] = [];
    let bytes = 0;
    let settled = false;

    function settle(body: Body | undefined): void {
      if (settled) return;
      settled = true;
      buffered -= bytes;
      done(body);
    }

    req.on('data', (chunk: Buffer) => {
      // What follows a refusal is read past, so that the client gets to see it.
      if (settled) return;
      bytes += chunk.length;
      buffered += chunk.length;
      if (bytes > limits.bodyBytes) settle(tooLarge(limits.bodyBytes));
      else if (buffered > limits.bufferedBodyBytes) settle(overloaded);
      else chunks.push(chunk);
    });
    req.on('end', () => {
      if (!settled) settle(parse(chunks, clock.monotonic()));
    });
    req.on('close', () => settle(undefined));
  }

  return {
    read(req, done) {
      if (!isJson(req.headers['content-type']))
        return done(refused(415, 'The content type of a message is application/json.'));
      if (Number(req.headers['content-length'] ?? 0) > limits.bodyBytes)
        return done(tooLarge(limits.bodyBytes));
      receive(req, done);
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

function parse(chunks: readonly Buffer[], arrivedAt: number): Body {
  try {
    const text = chunks.length === 1 ? (chunks[0] as Buffer).toString() : Buffer.concat(chunks).toString();
    return { ok: true, value: JSON.parse(text) as unknown, arrivedAt };
  } catch {
    // The position in the text that the parser names helps nobody; the client gets the code that JSON-RPC has for this.
    return { ok: false, status: 400, message: 'Parse error: this is not JSON.', parse: true };
  }
}

function isJson(contentType: string | undefined): boolean {
  if (contentType === 'application/json') return true;
  return contentType?.split(';', 1)[0]?.trim().toLowerCase() === 'application/json';
}
