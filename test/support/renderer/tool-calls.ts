/** Answers of a few tools, one for each kind of content. */
import { type Clock, sleep } from '#shared/kernel/clock.ts';

type Json = Record<string, unknown>;

/** A picture of 8 × 8 pixels. */
const PICTURE =
  'iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAIAAABLbSncAAAAFUlEQVR4nGP8t42JARtgwio6aCUAqwcBjA4GH1MAAAAASUVORK5CYII=';

const text = (content: string): Json => ({ content: [{ type: 'text', text: content }] });

export async function callTool(
  name: string,
  given: Json,
  { clock, signal }: { clock: Clock; signal: AbortSignal },
): Promise<Json> {
  switch (name) {
    case 'echo':
      return text(`Echo: ${String(given['message'])}`);
    case 'get-sum': {
      const sum = Number(given['a']) + Number(given['b']);
      return { ...text(`The sum is ${sum}.`), structuredContent: { sum } };
    }
    case 'trigger-long-running-operation':
      await sleep(clock, Number(given['duration'] ?? 10) * 1000, signal);
      return text('Done.');
    case 'get-annotated-message':
      return {
        isError: given['messageType'] === 'error',
        content: [
          { type: 'text', text: `A message of kind ${String(given['messageType'])}` },
          ...(given['includeImage'] === true
            ? [{ type: 'image', mimeType: 'image/png', data: PICTURE }]
            : []),
          { type: 'resource_link', uri: 'https://example.org/report', name: 'The whole report' },
          { type: 'resource', resource: { uri: 'demo://notes/1', text: 'First line\nSecond line' } },
        ],
      };
    default:
      await sleep(clock, 300, signal);
      return { ...text(JSON.stringify(given)), structuredContent: { given } };
  }
}
