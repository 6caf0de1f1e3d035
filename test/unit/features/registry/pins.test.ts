import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { breakingChanges } from '#shared/features/registry/breaking.ts';
import { type AnchoredPin, checkPin, pinHolds, pinOf } from '#shared/features/registry/pin-rules.ts';
import { fingerprintOf, type Tool } from '#shared/features/registry/tool.ts';
import type { JsonObject } from '#shared/kernel/canonical.ts';

const input = (properties: JsonObject, required: string[] = [], more: JsonObject = {}): Tool => ({
  name: 'read',
  inputSchema: { type: 'object', properties, required, ...more },
});
const text = { type: 'string' };
const anchor = input({ path: text, limit: { type: 'integer' } }, ['path']);
const offered = (tool: Tool, version: string) => ({ tool, fingerprint: fingerprintOf(tool), version });
const pinned = (kind: AnchoredPin['kind'], value: string): AnchoredPin => ({
  kind,
  value,
  anchor,
  fingerprint: fingerprintOf(anchor),
  version: '1.2.0',
});

describe('what breaks callers', () => {
  it.each([
    [
      'a new argument that must be given',
      input({ path: text, limit: { type: 'integer' }, key: text }, ['path', 'key']),
    ],
    ['an argument that is gone', input({ path: text }, ['path'])],
    ['an argument of another type', input({ path: text, limit: text }, ['path'])],
    ['fewer choices', input({ path: { ...text, enum: ['a'] }, limit: { type: 'integer' } }, ['path'])],
    [
      'a limit that was not there',
      input({ path: { ...text, maxLength: 3 }, limit: { type: 'integer' } }, ['path']),
    ],
    [
      'no more than what is named',
      { ...anchor, inputSchema: { ...anchor.inputSchema, additionalProperties: false } },
    ],
    ['a schema that cannot be judged', { ...anchor, inputSchema: { ...anchor.inputSchema, anyOf: [{}] } }],
  ])('%s', (_name, after) => {
    expect(breakingChanges(anchor, after)).not.toEqual([]);
  });

  it.each([
    ['other words', { ...anchor, title: 'Read', description: 'Reads a file' }],
    [
      'one more argument that may be given',
      input({ path: text, limit: { type: 'integer' }, key: text }, ['path']),
    ],
    ['a wider type', input({ path: text, limit: { type: 'number' } }, ['path'])],
    ['an argument that need not be given any more', input({ path: text, limit: { type: 'integer' } })],
  ])('and what does not: %s', (_name, after) => {
    expect(breakingChanges(anchor, after)).toEqual([]);
  });

  it('results may gain fields, and lose none', () => {
    const before = { ...anchor, outputSchema: { type: 'object', properties: { a: text }, required: ['a'] } };
    const more = {
      ...before,
      outputSchema: { type: 'object', properties: { a: text, b: text }, required: ['a', 'b'] },
    };
    expect(breakingChanges(before, more)).toEqual([]);
    expect(breakingChanges(more, before)).toEqual(['outputSchema.required.b']);
    expect(breakingChanges(before, anchor)).toEqual(['outputSchema']);
  });

  it('nothing breaks where nothing changed, whatever the schema', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const tool = input({ any: value as JsonObject });
        expect(breakingChanges(tool, structuredClone(tool))).toEqual([]);
      }),
    );
  });
});

describe('a pin', () => {
  const breaking = input({ path: text }, ['path', 'key']);
  const wider = input({ path: text, limit: { type: 'integer' }, key: text }, ['path']);

  it('to a fingerprint holds for that definition alone', () => {
    const pin = pinned('fingerprint', fingerprintOf(anchor));
    expect(pinHolds(pin, offered(anchor, '9.0.0'))).toBe(true);
    expect(pinHolds(pin, offered(wider, '1.2.0'))).toBe(false);
  });

  it('to a version holds while the definition under that number stays what it was', () => {
    const pin = pinned('version', '1.2.0');
    expect(pinHolds(pin, offered(anchor, '1.2.0'))).toBe(true);
    expect(pinHolds(pin, offered(wider, '1.2.0'))).toBe(false);
    expect(pinHolds(pin, offered(anchor, '1.2.1'))).toBe(false);
    expect(pinHolds(pinned('version', '1.1.0'), offered(wider, '1.1.0'))).toBe(true);
  });

  it('to a range holds for versions in it that take every call that the pinned one took', () => {
    const pin = pinned('range', '^1.2');
    expect(pinHolds(pin, offered(wider, '1.9.0'))).toBe(true);
    expect(pinHolds(pin, offered(wider, 'v1.9'))).toBe(true);
    expect(pinHolds(pin, offered(breaking, '1.9.0'))).toBe(false);
    expect(pinHolds(pin, offered(wider, '2.0.0'))).toBe(false);
    expect(pinHolds(pin, offered(wider, 'nightly'))).toBe(false);
  });

  it('is read from what a person writes, and refused where it means nothing', () => {
    expect(pinOf('1.2.0', '1.2.0')).toEqual({ kind: 'version', value: '1.2.0' });
    expect(pinOf('nightly', 'nightly')).toEqual({ kind: 'version', value: 'nightly' });
    expect(pinOf('^1.2', '1.2.0')).toEqual({ kind: 'range', value: '^1.2' });
    expect(pinOf('a'.repeat(64), '1')).toMatchObject({ kind: 'fingerprint' });
    expect(() => checkPin({ kind: 'range', value: 'whenever' })).toThrow(
      expect.objectContaining({ code: 'registry.bad_pin' }),
    );
    expect(() => checkPin({ kind: 'fingerprint', value: 'abc' })).toThrow(
      expect.objectContaining({ code: 'registry.bad_pin' }),
    );
  });
});
