import { describe, expect, it } from 'vitest';
import { classify, type StandardHeaders } from '#shared/features/endpoint/classify.ts';
import type { RpcNotification, RpcRequest } from '#shared/features/endpoint/messages.ts';
import type { JsonObject } from '#shared/kernel/canonical.ts';

const ENVELOPE = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientCapabilities': {},
};

const request = (method: string, meta?: JsonObject, params: JsonObject = {}): RpcRequest => ({
  kind: 'request',
  id: 1,
  arrivedAt: undefined,
  method,
  params: meta ? { ...params, _meta: meta } : params,
});
const headers = (method: string, more: Partial<StandardHeaders> = {}): StandardHeaders => ({
  version: '2026-07-28',
  method,
  name: undefined,
  ...more,
});
const codeOf = (message: RpcRequest | RpcNotification, given?: StandardHeaders): number | string => {
  const classified = classify(message, given);
  return classified.era === 'refused' ? classified.error.code : classified.era;
};

describe('the era of a message', () => {
  it('is legacy without a claim, whatever the method', () => {
    expect(codeOf(request('tools/list'))).toBe('legacy');
    expect(codeOf(request('initialize'), headers('initialize', { version: '2025-11-25' }))).toBe('legacy');
    expect(codeOf(request('tools/list', { progressToken: 1 }))).toBe('legacy');
  });

  it('is modern with a whole envelope, also without headers on a stream of bytes', () => {
    expect(codeOf(request('tools/list', ENVELOPE))).toBe('modern');
    expect(codeOf(request('tools/list', ENVELOPE), headers('tools/list'))).toBe('modern');
    expect(codeOf(request('initialize', ENVELOPE), headers('initialize'))).toBe('modern');
  });

  it('reads the client out of the envelope', () => {
    const clientInfo = { name: 'c', version: '1' };
    const meta = {
      ...ENVELOPE,
      'io.modelcontextprotocol/clientInfo': clientInfo,
      'io.modelcontextprotocol/logLevel': 'info',
    };
    expect(classify(request('tools/list', meta), undefined)).toEqual({
      era: 'modern',
      envelope: { version: '2026-07-28', capabilities: {}, clientInfo, logLevel: 'info' },
    });
  });

  it.each([
    ['no capabilities', { 'io.modelcontextprotocol/protocolVersion': '2026-07-28' }],
    ['capabilities that are no object', { ...ENVELOPE, 'io.modelcontextprotocol/clientCapabilities': [] }],
    ['a version that is no text', { ...ENVELOPE, 'io.modelcontextprotocol/protocolVersion': 1 }],
    ['a client without a version', { ...ENVELOPE, 'io.modelcontextprotocol/clientInfo': { name: 'x' } }],
    ['a log level that is none', { ...ENVELOPE, 'io.modelcontextprotocol/logLevel': 'loud' }],
  ])('refuses an envelope with %s', (_, meta) => {
    expect(codeOf(request('tools/list', meta))).toBe(-32602);
  });

  it('refuses a modern header without an envelope, but takes a notification', () => {
    expect(codeOf(request('tools/list'), headers('tools/list'))).toBe(-32602);
    expect(codeOf(request('initialize'), headers('initialize'))).toBe(-32020);
    expect(codeOf({ kind: 'notification', method: 'x', params: undefined }, headers('x'))).toBe('modern');
  });

  it('names the versions it serves before it looks at other headers', () => {
    const meta = { ...ENVELOPE, 'io.modelcontextprotocol/protocolVersion': '2099-01-01' };
    const refused = classify(
      request('tools/list', meta),
      headers('tools/list', { version: '2099-01-01', method: undefined }),
    );
    expect(refused).toMatchObject({
      era: 'refused',
      status: 400,
      error: { code: -32022, data: { supported: ['2026-07-28'], requested: '2099-01-01' } },
    });
  });

  it.each<[string, Partial<StandardHeaders>]>([
    ['another version', { version: '2025-11-25' }],
    ['no version', { version: undefined }],
    ['another method', { method: 'tools/list' }],
    ['no method', { method: undefined }],
    ['another name', { name: 'other' }],
    ['no name', { name: undefined }],
    ['a name that is no Base64', { name: '=?base64?!?=' }],
  ])('refuses headers with %s', (_, more) => {
    const call = request('tools/call', ENVELOPE, { name: 'echo' });
    expect(codeOf(call, headers('tools/call', { name: 'echo', ...more }))).toBe(-32020);
  });

  it('compares names after decoding', () => {
    const call = request('resources/read', ENVELOPE, { uri: 'test://ü' });
    const name = `=?base64?${Buffer.from('test://ü').toString('base64')}?=`;
    expect(codeOf(call, headers('resources/read', { name }))).toBe('modern');
  });
});
