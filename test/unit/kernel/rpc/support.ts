/** A small contract with handlers that tests steer, and its two ends over memory. */
import { z } from 'zod';
import { type Handlers, command, query, stream } from '#shared/kernel/contract.ts';
import { AppError } from '#shared/kernel/errors.ts';
import { type Channel, createChannelPair, createClient, serve } from '#shared/kernel/rpc/index.ts';

export const VERSION = 7;

export const testContract = {
  'math.add': query('Adds.', z.object({ a: z.number(), b: z.number() }), z.object({ sum: z.number() })),
  'text.echo': command('Echoes.', z.object({ text: z.string() }), z.object({ text: z.string() })),
  'wait.forever': query('Ends only when cancelled.', z.object({}), z.object({})),
  'fail.coded': query('Fails with a code.', z.object({}), z.object({})),
  'fail.raw': query('Fails with a secret.', z.object({}), z.object({})),
  'count.up': stream('Counts to `to`.', z.object({ to: z.number() }), z.object({ n: z.number() })),
  'fail.midway': stream('Two items, then an error.', z.object({}), z.number()),
  'silent.stream': stream('Never yields.', z.object({}), z.number()),
};
export type TestContract = typeof testContract;

export interface Observed {
  /** Items that the counting stream has handed over. */
  produced: number;
  aborted: string[];
  returned: number;
  faults: unknown[];
}

export function createTestHandlers(): { handlers: Handlers<TestContract>; observed: Observed } {
  const observed: Observed = { produced: 0, aborted: [], returned: 0, faults: [] };
  const untilAborted = (name: string, signal: AbortSignal) =>
    new Promise<never>((_, reject) => {
      signal.addEventListener('abort', () => {
        observed.aborted.push(`${name}:${(signal.reason as AppError).code}`);
        reject(signal.reason as Error);
      });
    });
  const handlers: Handlers<TestContract> = {
    'math.add': ({ a, b }) => ({ sum: a + b }),
    'text.echo': async ({ text }) => ({ text }),
    'wait.forever': (_, { signal }) => untilAborted('wait', signal),
    'fail.coded': () => {
      throw new AppError('test.coded', 'It failed.', { advice: 'Try less.', retryable: true });
    },
    'fail.raw': () => {
      throw new Error('a secret path');
    },
    async *'count.up'({ to }) {
      try {
        for (let n = 0; n < to; n += 1) {
          observed.produced += 1;
          yield { n };
        }
      } finally {
        observed.returned += 1;
      }
    },
    async *'fail.midway'() {
      yield 1;
      yield 2;
      throw new AppError('test.midway', 'It broke.');
    },
    async *'silent.stream'(_, { signal }) {
      yield await untilAborted('silent', signal);
    },
  };
  return { handlers, observed };
}

export function createTestLink(defer?: (deliver: () => void) => void) {
  const [here, there]: [Channel, Channel] = createChannelPair(defer ? { defer } : {});
  const { handlers, observed } = createTestHandlers();
  const served = serve(testContract, handlers, there, {
    version: VERSION,
    onFault: (error) => observed.faults.push(error),
  });
  const client = createClient(testContract, here, { version: VERSION });
  return { client, here, there, served, observed };
}

/** Lets everything that is ready run: microtasks and what they start. */
export const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
