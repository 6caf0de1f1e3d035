/** The client's end of MCP over a process, as small as proving a chain needs: requests, one line each, with a deadline. */
import { type Clock, sleep } from '#shared/kernel/clock.ts';
import { AppError } from '#shared/kernel/errors.ts';
import type { ManagedProcess } from '#main/platform/processes.ts';

/** Characters of one answer; a catalog of ten thousand tools stays below. */
const MAX_LINE = 32 * 1024 * 1024;
/** Characters of what the process says on stderr that are kept for the message. */
const MAX_STDERR = 2_000;

export type Result = Record<string, unknown>;

export interface StdioClient {
  /**
   * Throws `clients.command_ended` where the process ends first, `clients.no_answer` after `timeoutMs`, and
   * `clients.refused` with the answer's own words.
   */
  request(method: string, params: object, timeoutMs: number): Promise<Result>;
  notify(method: string): void;
}

interface Waiting {
  resolve(result: Result): void;
  reject(error: Error): void;
}

export function createStdioClient(child: ManagedProcess, { clock }: { clock: Clock }): StdioClient {
  const waiting = new Map<number, Waiting>();
  let asked = 0;
  let rest = '';
  let said = '';
  let over: AppError | undefined;

  child.stdout.setEncoding('utf8');
  child.stdout.on('data', (chunk: string) => {
    rest += chunk;
    if (rest.length > MAX_LINE) return end(tooLong());
    const lines = rest.split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) received(line);
  });
  child.stderr.setEncoding('utf8');
  child.stderr.on('data', (chunk: string) => {
    said = (said + chunk).slice(-MAX_STDERR);
  });
  // What a process that ended was still to be told is told by its end.
  child.stdin.on('error', () => undefined);
  void child.exited.then(({ code, signal }) => end(ended(code ?? signal, said)));

  function received(line: string): void {
    const message = parse(line);
    const asker = typeof message?.['id'] === 'number' ? waiting.get(message['id']) : undefined;
    if (!message || !asker) return;
    waiting.delete(message['id'] as number);
    if (isPlain(message['result'])) asker.resolve(message['result']);
    else asker.reject(refused(message['error']));
  }

  function end(reason: AppError): void {
    over ??= reason;
    for (const asker of waiting.values()) asker.reject(over);
    waiting.clear();
  }

  const send = (message: object): void => {
    child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
  };

  return {
    async request(method, params, timeoutMs) {
      if (over) throw over;
      const id = (asked += 1);
      const stop = new AbortController();
      const answer = new Promise<Result>((resolve, reject) => waiting.set(id, { resolve, reject }));
      send({ id, method, params });
      const late = sleep(clock, timeoutMs, stop.signal).then(() =>
        Promise.reject(noAnswer(method, timeoutMs, said)),
      );
      try {
        return await Promise.race([answer, late]);
      } finally {
        waiting.delete(id);
        stop.abort();
        late.catch(() => undefined);
      }
    },
    notify: (method) => send({ method }),
  };
}

const isPlain = (value: unknown): value is Result =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function parse(line: string): Result | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return isPlain(value) ? value : undefined;
  } catch {
    // Programs print other things too; only answers count.
    return undefined;
  }
}

/** Without colours and whatever else a terminal would obey. */
const plainText = (text: string): string =>
  text.replace(/\p{Cc}\[[0-9;?]*[A-Za-z]/gu, '').replace(/(?!\n)\p{Cc}/gu, ' ');

/** The last words of a program, where it had any. */
const lastWords = (said: string): string => {
  const words = plainText(said)
    .trim()
    .split(/\s*\n\s*/)
    .slice(-3)
    .join(' ')
    .slice(-300);
  return words === '' ? '' : ` It said: ${words}`;
};

const ended = (how: number | string | null, said: string): AppError =>
  new AppError(
    'clients.command_ended',
    `The program ended at once (${how ?? 'unknown'}).${lastWords(said)}`,
    {
      advice: 'Connect the client again: the installation that its file names may have moved.',
      details: { how: String(how) },
    },
  );

const noAnswer = (method: string, ms: number, said: string): AppError =>
  new AppError(
    'clients.no_answer',
    `There was no answer to ${method} within ${Math.round(ms / 1000)} seconds.${lastWords(said)}`,
    {
      advice: 'See in the activity what the call waits for, and try again.',
      retryable: true,
      details: { method },
    },
  );

const tooLong = (): AppError =>
  new AppError('clients.refused', 'The answer is longer than any answer may be.', {
    advice: 'Show this client fewer tools with a profile.',
  });

function refused(error: unknown): AppError {
  const { message, data } = isPlain(error) ? error : {};
  const { advice } = isPlain(data) ? data : {};
  return new AppError(
    'clients.refused',
    typeof message === 'string' ? message.slice(0, 500) : 'It answered with an error.',
    {
      advice: typeof advice === 'string' ? advice : 'See in the activity where the call failed.',
      retryable: true,
    },
  );
}
