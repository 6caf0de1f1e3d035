import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { JsonObject } from '#shared/kernel/canonical.ts';
import { ERROR_META } from '#shared/features/endpoint/protocol.ts';
import { modern, openSession, rpc, send } from '#test/support/endpoint/http.ts';
import {
  echoServer,
  type FunctionServer,
  LIST_TOKEN,
  READ_TOKEN,
  startWorld,
  textResult,
  TOKEN,
  type World,
} from '#test/support/endpoint/world.ts';

/** Who was called, in order: what was refused must have had no effect. */
let called: string[];

function files(): FunctionServer {
  const noted = (name: string) => () => {
    called.push(name);
    return textResult(name);
  };
  const tool = (name: string, annotations: JsonObject) => ({
    name,
    inputSchema: { type: 'object' as const },
    annotations,
  });
  return {
    tools: [
      tool('look', { readOnlyHint: true }),
      tool('erase', {}),
      tool('both', { readOnlyHint: true, destructiveHint: true }),
    ],
    offers: { prompts: [{ name: 'greet' }] },
    handle: {
      'tools/call look': noted('look'),
      'tools/call erase': noted('erase'),
      'tools/call both': noted('both'),
      'prompts/get': noted('prompt'),
    },
  };
}

const codeOf = ({ result }: JsonObject): unknown =>
  (
    ((result as JsonObject | undefined)?.['_meta'] as JsonObject | undefined)?.[ERROR_META] as
      | JsonObject
      | undefined
  )?.['code'];

describe('a token that may do less', () => {
  let world: World;
  beforeEach(async () => {
    called = [];
    world = await startWorld({
      servers: { files: files(), s: echoServer() },
      profiles: [{ name: 'found', prefix: true, catalog: 'search' }],
    });
  });
  afterEach(() => world.stop());

  const call = async (token: string, name: string, args: JsonObject = {}, path = '') =>
    (await send(world.url + path, { ...modern('tools/call', { name, arguments: args }), token })).json;

  it('calls what its scope holds, and has no effect beyond it', async () => {
    const told = async (token: string) =>
      Promise.all(
        ['files_look', 'files_erase', 'files_both'].map(async (name) => codeOf(await call(token, name))),
      );
    expect(await told(TOKEN)).toEqual([undefined, undefined, undefined]);
    expect(called.sort()).toEqual(['both', 'erase', 'look']);
    called = [];
    expect(await told(READ_TOKEN)).toEqual([undefined, 'endpoint.scope', 'endpoint.scope']);
    expect(await told(LIST_TOKEN)).toEqual(Array(3).fill('endpoint.scope'));
    expect(called).toEqual(['look']);
  });

  it('reaches no further through the tools for finding tools', async () => {
    const through = (token: string, name: string) => call(token, 'call_tool', { name }, '/found');
    expect(codeOf(await call(LIST_TOKEN, 'find_tools', { query: 'look' }, '/found'))).toBeUndefined();
    expect(codeOf(await call(LIST_TOKEN, 'describe_tool', { name: 'files_look' }, '/found'))).toBeUndefined();
    expect(codeOf(await through(LIST_TOKEN, 'files_look'))).toBe('endpoint.scope');
    expect(codeOf(await through(READ_TOKEN, 'files_erase'))).toBe('endpoint.scope');
    expect(called).toEqual([]);
    expect(codeOf(await through(READ_TOKEN, 'files_look'))).toBeUndefined();
    expect(called).toEqual(['look']);
  });

  it('names the scope that is missing, to the model as to the program', async () => {
    const { result } = await call(READ_TOKEN, 'files_erase');
    expect(result).toMatchObject({
      isError: true,
      content: [{ type: 'text', text: expect.stringContaining('--scope call') }],
      _meta: { [ERROR_META]: { details: { scope: 'read', needed: 'call' }, retryable: false } },
    });
  });

  it('lists, and reads prompts only where it may read', async () => {
    const lists = await send(world.url, { ...modern('tools/list'), token: LIST_TOKEN });
    expect((lists.json['result'] as JsonObject)['tools']).toHaveLength(7);
    const prompt = modern('prompts/get', { name: 'files_greet' });
    const refused = await send(world.url, { ...prompt, token: LIST_TOKEN });
    expect(refused.json['error']).toMatchObject({ data: { code: 'endpoint.scope' } });
    expect(called).toEqual([]);
    await send(world.url, { ...prompt, token: READ_TOKEN });
    expect(called).toEqual(['prompt']);
  });

  it('does less in sessions too, one message of a batch like another', async () => {
    const session = await openSession(world.url, {}, '2025-03-26', LIST_TOKEN);
    const look = rpc(2, 'tools/call', { name: 'files_look', arguments: {} });
    const answer = await session.send([rpc(1, 'ping'), look, rpc(3, 'never/heard/of')]);
    const bodies = (answer.events.length > 0 ? answer.events.flat() : answer.json) as unknown as JsonObject[];
    const of = (id: number) => bodies.find((body) => body['id'] === id) as JsonObject;
    expect(of(1)['result']).toEqual({});
    expect(codeOf(of(2))).toBe('endpoint.scope');
    expect(of(3)['error']).toBeDefined();
    expect(called).toEqual([]);
  });
});
