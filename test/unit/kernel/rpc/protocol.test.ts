/** What arrives on a channel is hostile until proven otherwise: each end is driven by hand here. */
import { describe, expect, it } from 'vitest';
import {
  type Channel,
  MAX_REQUEST_LENGTH,
  MAX_RESPONSE_LENGTH,
  STREAM_CREDIT,
  createChannelPair,
  createClient,
  serve,
} from '#shared/kernel/rpc/index.ts';
import { VERSION, createTestHandlers, settle, testContract } from './support.ts';

interface Reply {
  id?: number | string | null;
  result?: unknown;
  error?: { code: number; message: string; data: { code: string } };
  method?: string;
  params?: { id: number; item: unknown };
}

function rawCaller() {
  const [here, there] = createChannelPair();
  const { handlers, observed } = createTestHandlers();
  serve(testContract, handlers, there, { version: VERSION });
  const replies: Reply[] = [];
  const end: { closed: boolean } = { closed: false };
  here.onMessage((text) => replies.push(JSON.parse(text) as Reply));
  here.onClose(() => {
    end.closed = true;
  });
  const send = async (message: unknown) => {
    here.send(typeof message === 'string' ? message : JSON.stringify(message));
    await settle();
  };
  const hello = () => send({ jsonrpc: '2.0', id: 0, method: '$/hello', params: { version: VERSION } });
  return { send, hello, replies, end, observed };
}

describe('a node', () => {
  it('speaks JSON-RPC 2.0', async () => {
    const { send, hello, replies } = rawCaller();
    await hello();
    await send({ jsonrpc: '2.0', id: 'x', method: 'math.add', params: { a: 1, b: 2 } });
    expect(replies).toEqual([
      { jsonrpc: '2.0', id: 0, result: { version: VERSION } },
      { jsonrpc: '2.0', id: 'x', result: { sum: 3 } },
    ]);
  });

  it.each([
    ['broken JSON', '{"id":1,'],
    ['no object', '[1,2]'],
    ['no method', '{"id":1}'],
    ['an id that is an object', '{"id":{},"method":"math.add"}'],
    ['a notification of its own kind', '{"method":"math.add","params":{"a":1,"b":1}}'],
    ['a credit that is negative', '{"method":"$/credit","params":{"id":1,"items":-1}}'],
    ['a cancellation of nothing', '{"method":"$/cancel"}'],
  ])('refuses %s with a code and hangs up', async (_, message) => {
    const { send, hello, replies, end } = rawCaller();
    await hello();
    await send(message);
    expect(replies.at(-1)).toMatchObject({ id: null, error: { data: { code: 'contract.malformed' } } });
    expect(end.closed).toBe(true);
  });

  it('refuses a message that is too long before it parses it', async () => {
    const { send, hello, replies, end } = rawCaller();
    await hello();
    await send(`"${'x'.repeat(MAX_REQUEST_LENGTH)}"`);
    expect(replies.at(-1)).toMatchObject({ error: { data: { code: 'contract.too_large' } } });
    expect(end.closed).toBe(true);
  });

  it.each(['no.such', 'constructor', '__proto__', 'toString'])('knows no call %s', async (method) => {
    const { send, hello, replies, end } = rawCaller();
    await hello();
    await send({ id: 1, method, params: {} });
    expect(replies.at(-1)).toMatchObject({
      id: 1,
      error: { code: -32601, data: { code: 'contract.unknown_procedure' } },
    });
    expect(end.closed).toBe(false);
  });

  it('refuses a caller of another version in words', async () => {
    const { send, replies, end } = rawCaller();
    await send({ id: 0, method: '$/hello', params: { version: VERSION + 1 } });
    expect(replies).toMatchObject([
      {
        error: {
          message: `The node speaks version ${VERSION} of the contract, this program version ${VERSION + 1}.`,
          data: { code: 'contract.version', retryable: false },
        },
      },
    ]);
    expect(end.closed).toBe(true);
  });

  it('refuses a caller that does not say hello', async () => {
    const { send, replies, end } = rawCaller();
    await send({ id: 1, method: 'math.add', params: { a: 1, b: 1 } });
    expect(replies.at(-1)).toMatchObject({ error: { data: { code: 'contract.version' } } });
    expect(end.closed).toBe(true);
  });

  it('refuses an id that is in use', async () => {
    const { send, hello, replies } = rawCaller();
    await hello();
    await send({ id: 1, method: 'wait.forever', params: {} });
    await send({ id: 1, method: 'math.add', params: { a: 1, b: 1 } });
    expect(replies.at(-1)).toMatchObject({ id: 1, error: { data: { code: 'contract.malformed' } } });
  });

  it('sends no item without credit, and as many as were granted', async () => {
    const { send, hello, replies, observed } = rawCaller();
    await hello();
    await send({ id: 1, method: 'count.up', params: { to: 100 } });
    expect(observed.produced).toBe(0);
    await send({ method: '$/credit', params: { id: 1, items: 3 } });
    expect(replies.filter(({ method }) => method === '$/item')).toHaveLength(3);
    await send({ method: '$/cancel', params: { id: 1 } });
    await send({ method: '$/credit', params: { id: 1, items: 3 } });
    expect(observed).toMatchObject({ produced: 3, returned: 1 });
    expect(replies.filter(({ id }) => id === 1)).toEqual([]);
  });
});

describe('a caller', () => {
  function rawNode(answer: (channel: Channel, request: { id: number; method: string }) => void) {
    const [here, there] = createChannelPair();
    there.onMessage((text) => {
      const request = JSON.parse(text) as { id: number; method: string };
      if (request.method === '$/hello')
        return there.send(JSON.stringify({ id: request.id, result: { version: VERSION } }));
      if (request.id !== undefined) answer(there, request);
    });
    return createClient(testContract, here, { version: VERSION });
  }

  it.each([
    ['broken JSON', '{"id":1,'],
    ['an error without a shape', '{"id":1,"error":{"code":1,"message":"x"}}'],
  ])('ends everything on %s', async (_, message) => {
    const client = rawNode((channel) => channel.send(message));
    await expect(client['math.add']({ a: 1, b: 1 })).rejects.toMatchObject({ code: 'contract.malformed' });
  });

  it('ends everything on a message that is too long', { timeout: 60_000 }, async () => {
    const client = rawNode((channel) => channel.send(' '.repeat(MAX_RESPONSE_LENGTH + 1)));
    await expect(client['math.add']({ a: 1, b: 1 })).rejects.toMatchObject({ code: 'contract.too_large' });
  });

  it('does not send what the node would refuse as too long', async () => {
    const client = rawNode(() => undefined);
    const text = 'x'.repeat(MAX_REQUEST_LENGTH);
    await expect(client['text.echo']({ text })).rejects.toMatchObject({ code: 'contract.too_large' });
  });

  it('does not trust a node that sends more of a stream than was granted', async () => {
    const client = rawNode((channel, { id }) => {
      for (let n = 0; n <= STREAM_CREDIT; n += 1)
        channel.send(JSON.stringify({ method: '$/item', params: { id, item: { n } } }));
    });
    const reader = client['count.up']({ to: 1 })[Symbol.asyncIterator]();
    await settle();
    await expect(reader.next()).rejects.toMatchObject({ code: 'contract.malformed' });
  });

  it('ignores answers to calls it does not know', async () => {
    const client = rawNode((channel, { id }) => {
      channel.send(JSON.stringify({ id: id + 100, result: 'stray' }));
      channel.send(JSON.stringify({ method: '$/item', params: { id: id + 100, item: 'stray' } }));
      channel.send(JSON.stringify({ id, result: { sum: 5 } }));
    });
    await expect(client['math.add']({ a: 1, b: 1 })).resolves.toEqual({ sum: 5 });
  });

  it('refuses a node of another version in words', async () => {
    const [here, there] = createChannelPair();
    there.onMessage((text) => {
      const { id } = JSON.parse(text) as { id: number };
      there.send(JSON.stringify({ id, result: { version: VERSION - 1 } }));
    });
    const client = createClient(testContract, here, { version: VERSION });
    await expect(client['math.add']({ a: 1, b: 1 })).rejects.toMatchObject({
      code: 'contract.version',
      advice: 'Update or restart the node, so that both are of one release.',
    });
  });
});
