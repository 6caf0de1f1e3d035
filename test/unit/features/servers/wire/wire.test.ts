import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createFloodGate } from '#main/features/servers/wire/flood-gate.ts';
import { encodeHeaderValue, modernHeaders } from '#main/features/servers/wire/http-headers.ts';
import { fulfilInputs } from '#main/features/servers/wire/input-required.ts';
import {
  modernEnvelope,
  readCallerMeta,
  withMeta,
  withoutHopMeta,
} from '#main/features/servers/wire/meta.ts';
import { refusesModern, refusesOlder } from '#main/features/servers/wire/greet.ts';
import { McpError } from '#shared/features/servers/mcp.ts';
import { AppError } from '#shared/kernel/errors.ts';
import { exchangeOf, FULL } from '#test/support/mcp/bench.ts';

describe('_meta between hops', () => {
  it('keeps what passes through and takes out what belongs to one hop', () => {
    const meta = {
      progressToken: 'p',
      'io.modelcontextprotocol/logLevel': 'debug',
      'io.modelcontextprotocol/protocolVersion': '2026-07-28',
      'io.modelcontextprotocol/related-task': { taskId: 't' },
      traceparent: '00-1-2-01',
      'com.example/x': null,
    };
    expect(readCallerMeta({ _meta: meta })).toEqual({
      rest: {
        'io.modelcontextprotocol/related-task': { taskId: 't' },
        traceparent: '00-1-2-01',
        'com.example/x': null,
      },
      progressToken: 'p',
      logLevel: 'debug',
    });
    expect(readCallerMeta({ _meta: { progressToken: 1 } }).rest).toBeUndefined();
    expect(withMeta({ a: 1, _meta: {} }, undefined)).toEqual({ a: 1 });
    expect(withoutHopMeta({ a: 1, _meta: { 'io.modelcontextprotocol/serverInfo': {} } })).toEqual({ a: 1 });
  });

  it('declares to a modern server exactly what the caller declared', () => {
    expect(modernEnvelope('2026-07-28', { capabilities: { sampling: {} } }, { name: 'us' }, 'info')).toEqual({
      'io.modelcontextprotocol/protocolVersion': '2026-07-28',
      'io.modelcontextprotocol/clientInfo': { name: 'us' },
      'io.modelcontextprotocol/clientCapabilities': { sampling: {} },
      'io.modelcontextprotocol/logLevel': 'info',
    });
  });
});

describe('headers for a modern server', () => {
  const request = (method: string, params: object) => ({
    jsonrpc: '2.0' as const,
    id: 1,
    method,
    params: params as never,
  });

  it('repeat method, version and name', () => {
    const meta = { 'io.modelcontextprotocol/protocolVersion': '2026-07-28' };
    const none = () => undefined;
    expect(modernHeaders(request('tools/call', { name: 'a b', _meta: meta }), none)).toEqual({
      'mcp-method': 'tools/call',
      'mcp-protocol-version': '2026-07-28',
      'mcp-name': 'a b',
    });
    expect(modernHeaders(request('resources/read', { uri: 'x://ü' }), none)['mcp-name']).toBe(
      '=?base64?eDovL8O8?=',
    );
    expect(modernHeaders(request('tools/list', { name: 'x' }), none)).toEqual({ 'mcp-method': 'tools/list' });
  });

  it('carry the parameters that the tool declares as headers, and no others', () => {
    const schema = {
      type: 'object',
      properties: {
        region: { type: 'string', 'x-mcp-header': 'Region' },
        count: { type: 'integer', 'x-mcp-header': 'Count' },
        deep: { type: 'object', properties: { on: { type: 'boolean', 'x-mcp-header': 'On' } } },
        list: { type: 'array', items: { type: 'string', 'x-mcp-header': 'Item' } },
        bad: { type: 'string', 'x-mcp-header': 'has space' },
        float: { type: 'number', 'x-mcp-header': 'Float' },
        absent: { type: 'string', 'x-mcp-header': 'Absent' },
      },
    };
    const args = { region: ' eu', count: 3, deep: { on: false }, list: ['a'], bad: 'x', float: 1.5 };
    const headers = modernHeaders(request('tools/call', { name: 't', arguments: args }), () => schema);
    expect(headers).toEqual({
      'mcp-method': 'tools/call',
      'mcp-name': 't',
      'mcp-param-Region': '=?base64?IGV1?=',
      'mcp-param-Count': '3',
      'mcp-param-On': 'false',
    });
  });

  it('are always legal and can be read back', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (value) => {
        const encoded = encodeHeaderValue(value);
        expect(encoded).toMatch(/^[\x21-\x7e]([\x20-\x7e\t]*[\x21-\x7e])?$/);
        const inner = /^=\?base64\?(.*)\?=$/.exec(encoded)?.[1];
        expect(inner === undefined ? encoded : Buffer.from(inner, 'base64').toString('utf8')).toBe(value);
      }),
    );
  });
});

describe('rounds of input', () => {
  const message = { method: 'tools/call', params: { name: 't' } };

  it('answers each wish and echoes the state, each round anew', async () => {
    const rounds: unknown[] = [];
    const results = [
      { resultType: 'input_required', inputRequests: { a: { method: 'roots/list' } }, requestState: 's1' },
      { resultType: 'input_required', requestState: 's2' },
      { resultType: 'complete', content: [] },
    ];
    const exchange = exchangeOf({ capabilities: FULL }, () => ({ roots: [] }));
    const result = await fulfilInputs(message, exchange, async (round) => {
      rounds.push(round.params);
      return results.shift() as never;
    });
    expect(result).toEqual({ content: [] });
    expect(rounds).toEqual([
      { name: 't' },
      { name: 't', inputResponses: { a: { roots: [] } }, requestState: 's1' },
      { name: 't', requestState: 's2' },
    ]);
  });

  it('passes on that the client cannot be asked, and refuses unknown wishes', async () => {
    const refusing = exchangeOf({}, () => {
      throw new McpError(-32_601, 'no sampling here');
    });
    const wish = (method: string) => async () => ({
      resultType: 'input_required',
      inputRequests: { a: { method } },
    });
    await expect(fulfilInputs(message, refusing, wish('sampling/createMessage'))).rejects.toMatchObject({
      code: -32_601,
    });
    await expect(fulfilInputs(message, exchangeOf(), wish('shell/run'))).rejects.toMatchObject({
      code: -32_601,
    });
    const nothing = async () => ({ resultType: 'input_required' });
    await expect(fulfilInputs(message, exchangeOf(), nothing)).rejects.toMatchObject({
      code: 'servers.protocol',
    });
  });
});

describe('the flood gate', () => {
  it('lets bursts pass, slows floods, and forgets', () => {
    const gate = createFloodGate({ perSecond: 100, burst: 50 });
    for (let count = 0; count < 50; count += 1) gate.spend(10, 0);
    expect(gate.pauseMs(0)).toBe(0);
    for (let count = 0; count < 10; count += 1) gate.spend(10, 0);
    expect(gate.pauseMs(0)).toBe(100);
    expect(gate.pauseMs(100)).toBe(0);
    for (let count = 0; count < 100_000; count += 1) gate.spend(100_000, 100);
    expect(gate.pauseMs(100)).toBe(2_000);
    expect(gate.pauseMs(2_200)).toBe(0);
  });
});

describe('finding the era', () => {
  const http = (status: number) => new AppError('servers.http_error', '', { details: { status } });
  it.each([
    [new McpError(-32_601, 'what?'), true],
    [new McpError(-32_000, 'not initialized'), true],
    [new McpError(-32_022, 'no', { supported: ['2025-11-25'] }), true],
    [new McpError(-32_022, 'no', { supported: ['2027-01-01'] }), false],
    [http(400), true],
    [http(404), true],
    [http(503), false],
    [new AppError('servers.unauthorized', ''), false],
    [new AppError('servers.unreachable', ''), false],
  ])('a refusal %s means an older server: %s', (error, older) => {
    expect(refusesModern(error)).toBe(older);
  });

  it('a refused initialize means a modern server only when it says so', () => {
    expect(refusesOlder(new McpError(-32_022, ''))).toBe(true);
    expect(refusesOlder(new McpError(-32_601, ''))).toBe(true);
    expect(refusesOlder(new McpError(-32_603, ''))).toBe(false);
  });
});
