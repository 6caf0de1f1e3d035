/** Questions of a server to the client of its consumer, across the network. */
import {
  consumerMessageSchema,
  decodeMessage,
  type ProviderMessage,
} from '#shared/features/relay/messages.ts';
import { McpError, type McpMessage } from '#shared/features/servers/mcp.ts';
import type { JsonObject } from '#shared/kernel/canonical.ts';
import type { Clock } from '#shared/kernel/clock.ts';

/** Questions of a server that wait for the consumer at the same time, per call. */
const MAX_QUESTIONS = 16;
/** How long a server waits for the consumer's answer to a question: a person may have to write it. */
const QUESTION_MS = 10 * 60_000;

/** Questions of the server on their way to the consumer's client, and the answers on their way back. */
export function createQuestions(
  send: (message: ProviderMessage) => Promise<void>,
  signal: AbortSignal,
  clock: Pick<Clock, 'after'>,
) {
  const waiting = new Map<number, { resolve(result: JsonObject): void; reject(error: McpError): void }>();
  let lastId = 0;

  /** A consumer who never answers must not keep the server, and the place of the call, for ever. */
  function answerTo(id: number): Promise<JsonObject> {
    return new Promise<JsonObject>((resolve, reject) => {
      const giveUp = () => settle(() => reject(new McpError(-32603, 'The client gave no answer.')));
      const timer = clock.after(QUESTION_MS, giveUp);
      const settle = (how: () => void): void => {
        waiting.delete(id);
        timer.cancel();
        signal.removeEventListener('abort', giveUp);
        how();
      };
      signal.addEventListener('abort', giveUp, { once: true });
      waiting.set(id, {
        resolve: (result) => settle(() => resolve(result)),
        reject: (error) => settle(() => reject(error)),
      });
    });
  }

  return {
    receive(bytes: Uint8Array): void {
      const message = decodeMessage(consumerMessageSchema, bytes);
      const question = waiting.get(message.id);
      if ('result' in message) question?.resolve(message.result);
      else question?.reject(new McpError(message.error.code, message.error.message, message.error.data));
    },
    async ask({ method, params }: McpMessage): Promise<JsonObject> {
      if (waiting.size >= MAX_QUESTIONS)
        throw new McpError(-32603, 'Too many questions to the client are open.');
      const id = ++lastId;
      const answer = answerTo(id);
      // Where the question cannot even be sent, that is what the server is told.
      const sent = send({ t: 'ask', id, method, ...(params ? { params } : {}) });
      sent.catch(() => waiting.get(id)?.reject(new McpError(-32603, 'The client is gone.')));
      return answer;
    },
  };
}
