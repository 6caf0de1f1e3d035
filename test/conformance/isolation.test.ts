/**
 * Whatever the order in which clients call, ask and answer, each question reaches the client whose call caused it and
 * nobody else, in both eras at once and with one server behind them all.
 */
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { JsonObject } from '#shared/kernel/canonical.ts';
import { modern, openSession, rpc, send } from '#test/support/endpoint/http.ts';
import { startWholeNode, type WholeNode } from './support/whole-node.ts';

let node: WholeNode;
beforeAll(async () => {
  node = await startWholeNode();
  await node.addServer('asking', 'test/conformance/fixtures/legacy-server.ts');
});
afterAll(() => node.stop());

/** One client: its era, and after how long it makes each of its calls and answers each of its questions. */
interface Plan {
  era: 'legacy' | 'modern';
  calls: { afterMs: number; answerMs: number }[];
}

const plan: fc.Arbitrary<Plan> = fc.record({
  era: fc.constantFrom('legacy', 'modern'),
  calls: fc.array(
    fc.record({ afterMs: fc.integer({ min: 0, max: 20 }), answerMs: fc.integer({ min: 0, max: 20 }) }),
    {
      minLength: 1,
      maxLength: 3,
    },
  ),
});

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const capabilities = { elicitation: {} };
const callParams = (secret: string): JsonObject => ({
  name: 'asking_test_elicitation',
  arguments: { message: secret },
});

/** What a client saw of one of its calls: the questions put to it, and the result. */
interface Seen {
  secret: string;
  questions: string[];
  result: string;
}

const messageOf = (question: JsonObject): string => String((question['params'] as JsonObject)['message']);
const accept = (secret: string): JsonObject => ({
  action: 'accept',
  content: { username: secret, email: 'e' },
});

async function legacyCalls(client: number, { calls }: Plan): Promise<Seen[]> {
  const session = await openSession(node.url, capabilities, '2025-11-25', node.token);
  return Promise.all(
    calls.map(async ({ afterMs, answerMs }, at) => {
      const secret = `client ${client} call ${at}`;
      const questions: string[] = [];
      await pause(afterMs);
      const answer = await session.send(rpc(at + 1, 'tools/call', callParams(secret)), {
        onEvent: (event) => {
          if (event['method'] !== 'elicitation/create') return;
          questions.push(messageOf(event));
          void pause(answerMs).then(() =>
            session.send({ jsonrpc: '2.0', id: event['id'] as string, result: accept(messageOf(event)) }),
          );
        },
      });
      return { secret, questions, result: JSON.stringify(answer.events.at(-1) ?? answer.json) };
    }),
  );
}

async function modernCalls(client: number, { calls }: Plan): Promise<Seen[]> {
  const post = (params: JsonObject) =>
    send(node.url, { ...modern('tools/call', params, capabilities), token: node.token });
  return Promise.all(
    calls.map(async ({ afterMs, answerMs }, at) => {
      const secret = `client ${client} call ${at}`;
      await pause(afterMs);
      const asked = (await post(callParams(secret))).json['result'] as JsonObject;
      const requests = Object.entries(asked['inputRequests'] as Record<string, JsonObject>);
      const questions = requests.map(([, question]) => messageOf(question));
      await pause(answerMs);
      const inputResponses = Object.fromEntries(
        requests.map(([key, question]) => [key, accept(messageOf(question))]),
      );
      const done = await post({
        ...callParams(secret),
        inputResponses,
        requestState: asked['requestState'] as string,
      });
      return { secret, questions, result: done.text };
    }),
  );
}

it('never mixes the questions of clients up', async () => {
  // The node learns by the first question that the server asks; from then on every client has a process of its own.
  await legacyCalls(-1, { era: 'legacy', calls: [{ afterMs: 0, answerMs: 0 }] });
  await fc.assert(
    fc.asyncProperty(fc.array(plan, { minLength: 2, maxLength: 4 }), async (plans) => {
      const all = await Promise.all(
        plans.map((one, client) =>
          one.era === 'legacy' ? legacyCalls(client, one) : modernCalls(client, one),
        ),
      );
      for (const seen of all) {
        const own = seen.map(({ secret }) => secret);
        // Calls of one session may overlap on its one process; they are one client, to whom all their questions belong.
        expect(seen.flatMap(({ questions }) => questions).sort()).toEqual([...own].sort());
        for (const { secret, result } of seen) expect(result).toContain(secret);
      }
    }),
    { numRuns: 12 },
  );
});
